using System.Diagnostics;
using Confluent.Kafka;
using Driftline.AvroBinary;
using Driftline.Local;
using Driftline.Schemas;

namespace Driftline.Bench.EndToEnd;

/// <summary>
/// Reads <c>interest.updates</c> as a downstream service would and notes for every event how long after its 202 the first update came that
/// reflects it, by the update's digest. Weighs the records of one partition of every topic that is keyed by user.
/// </summary>
internal sealed class UpdateWatch : IAsyncDisposable
{
    private static readonly string[] Weighed = [Topics.StorefrontEvents.Name, Topics.SequenceUpdates.Name, Topics.InterestUpdates.Name];

    private readonly Ledger _ledger;
    private readonly IConsumer<string, byte[]> _consumer;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _reading;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, List<Followed>> _users = new(StringComparer.Ordinal);
    private readonly Latencies _latencies = new();
    private readonly Dictionary<string, (long Records, long Bytes)> _topics = Weighed.ToDictionary(topic => topic, _ => (0L, 0L), StringComparer.Ordinal);
    private long _updates;

    public UpdateWatch(string bootstrapServers, int partitions, Ledger ledger)
    {
        _ledger = ledger;
        _consumer = new ConsumerBuilder<string, byte[]>(new ConsumerConfig { BootstrapServers = bootstrapServers, GroupId = "driftline.bench", FetchWaitMaxMs = 5, EnableAutoCommit = false }).Build();
        _consumer.Assign(Weighed.SelectMany(topic => Enumerable.Range(0, partitions).Select(partition => new TopicPartition(topic, partition))).Where(IsRead).Select(partition => new TopicPartitionOffset(partition, Offset.Beginning)));
        _reading = Task.Factory.StartNew(Read, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Updates since the last <see cref="Reset"/>.</summary>
    public long Updates => Volatile.Read(ref _updates);

    /// <summary>Mean of key, value and headers by topic, since the last <see cref="Reset"/>.</summary>
    public IReadOnlyDictionary<string, double> BytesPerRecord
    {
        get { lock (_lock) return _topics.ToDictionary(topic => topic.Key, topic => Math.Round(topic.Value.Bytes / (double)Math.Max(1, topic.Value.Records), 1)); }
    }

    /// <summary>The offset up to which a partition has been read; <see cref="long.MaxValue"/> for one that is not read at all.</summary>
    public long ReadUpTo(TopicPartition partition) => IsRead(partition) ? Math.Max(0, _consumer.Position(partition).Value) : long.MaxValue;

    /// <summary>From 202 to update.</summary>
    public Percentiles Percentiles()
    {
        lock (_lock) return _latencies.Percentiles();
    }

    /// <summary>Forgets the waits so far: they were the warm-up's.</summary>
    public void Reset()
    {
        lock (_lock)
        {
            _latencies.Reset();
            foreach (var topic in Weighed) _topics[topic] = (0, 0);
            Volatile.Write(ref _updates, 0);
        }
    }

    /// <summary>Notes an event that is about to be sent: its update may be here before its 202 is.</summary>
    /// <returns>The event's position among its user's.</returns>
    public int Sending(ReplayEvent one)
    {
        var position = _ledger.Accepted(one.Source.UserId, one.ToEntry() is { } entry ? [entry] : []);
        lock (_lock)
        {
            if (!_users.TryGetValue(one.Source.UserId, out var followed)) _users.Add(one.Source.UserId, followed = []);
            followed.Add(new Followed(position));
        }

        return position;
    }

    /// <summary>Notes the 202.</summary>
    public void Acknowledged(string user, int position, long answered)
    {
        lock (_lock)
        {
            var followed = _users[user];
            var at = followed.FindIndex(one => one.Position == position);
            if (followed[at].Shown == 0)
            {
                followed[at].Answered = answered;
                return;
            }

            _latencies.Add(Stopwatch.GetElapsedTime(answered, followed[at].Shown).TotalSeconds);
            followed.RemoveAt(at);
        }
    }

    /// <summary>Completes once an update has come that reflects an event of which <see cref="Sending"/> told the position.</summary>
    public Task PublishedAsync(string user, int position)
    {
        lock (_lock)
        {
            return _users.TryGetValue(user, out var followed) && followed.Find(one => one.Position == position) is { Shown: 0 } one
                ? (one.Awaited ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task
                : Task.CompletedTask;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _reading;
        _consumer.Close();
        _consumer.Dispose();
        _stopping.Dispose();
    }

    private void Read()
    {
        while (!_stopping.IsCancellationRequested)
        {
            if (_consumer.Consume(TimeSpan.FromMilliseconds(50)) is not { Message.Value: { } value } record) continue;
            var now = Stopwatch.GetTimestamp();
            Weigh(record);
            if (record.Topic != Topics.InterestUpdates.Name) continue;
            var position = _ledger.PositionOf(record.Message.Key, DigestIn(value));
            lock (_lock)
            {
                if (_users.TryGetValue(record.Message.Key, out var followed)) Show(followed, position, now);
            }
        }
    }

    // All updates, and of the other topics one partition: reading all of them would cost about as much as a service.
    private static bool IsRead(TopicPartition partition) => partition.Topic == Topics.InterestUpdates.Name || partition.Partition.Value == 0;

    private void Weigh(ConsumeResult<string, byte[]> record)
    {
        if (record.Topic == Topics.InterestUpdates.Name) _updates++;
        if (record.Partition.Value != 0) return;
        var message = record.Message;
        var bytes = message.Key.Length + message.Value.Length + message.Headers.Sum(header => header.Key.Length + (header.GetValueBytes()?.Length ?? 0));
        lock (_lock) _topics[record.Topic] = (_topics[record.Topic].Records + 1, _topics[record.Topic].Bytes + bytes);
    }

    private void Show(List<Followed> followed, int position, long now)
    {
        followed.RemoveAll(one =>
        {
            if (one.Position > position || one.Shown != 0) return false;
            one.Awaited?.TrySetResult();
            if (one.Answered == 0)
            {
                one.Shown = now;
                return false;
            }

            _latencies.Add(Stopwatch.GetElapsedTime(one.Answered, now).TotalSeconds);
            return true;
        });
    }

    /// <summary>The record's seventh field. All of it would have to be decoded otherwise, at a cost beside that of the services.</summary>
    private static long DigestIn(byte[] record)
    {
        const int wireHeader = 5; // the registry's magic byte and schema id
        var reader = new AvroReader(record.AsSpan(wireHeader));
        reader.ReadString(); // userId
        reader.ReadString(); // modelVersion
        reader.ReadLong(); // computedAt
        reader.ReadLong(); // newestEventTime
        reader.ReadLong(); // newestReceivedAt
        reader.ReadInt(); // sequenceLength
        return reader.ReadLong(); // sequenceDigest
    }

    private sealed class Followed(int position)
    {
        public int Position { get; } = position;

        public long Answered { get; set; }

        public long Shown { get; set; }

        public TaskCompletionSource? Awaited { get; set; }
    }
}

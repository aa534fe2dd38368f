using System.Text;
using Confluent.Kafka;

namespace Driftline.Audit;

/// <summary>
/// Follows <c>interest.updates</c> and <c>storefront.events.rejected</c> from their beginnings, outside any consumer group, and keeps each user's
/// newest update and every rejected record. It follows along while the pipeline runs, since a topic may not keep what is read late.
/// </summary>
internal sealed class TopicFollower : IAsyncDisposable
{
    private const string Updates = "interest.updates";
    private const string Rejected = "storefront.events.rejected";
    private static readonly TimeSpan MetadataTimeout = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan PollWait = TimeSpan.FromMilliseconds(100);

    private readonly IConsumer<string, byte[]> _consumer;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _lock = new();
    private readonly Dictionary<string, PublishedInterest> _published = new(StringComparer.Ordinal);
    private readonly List<RejectedRecord> _rejected = [];
    private readonly Task _run;
    private long _updates;

    public TopicFollower(string bootstrapServers)
    {
        _consumer = new ConsumerBuilder<string, byte[]>(new ConsumerConfig
        {
            BootstrapServers = bootstrapServers,
            GroupId = "driftline.audit", // the client wants one; it neither joins nor commits
            EnableAutoCommit = false,
            AutoOffsetReset = AutoOffsetReset.Earliest,
            FetchWaitMaxMs = 20,
        }).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build(); // brokers that go away are the test's own doing
        using var admin = new DependentAdminClientBuilder(_consumer.Handle).Build();
        _consumer.Assign(new[] { Updates, Rejected }.SelectMany(topic => admin.GetMetadata(topic, MetadataTimeout).Topics[0].Partitions
            .Select(partition => new TopicPartitionOffset(topic, partition.PartitionId, Offset.Beginning))));
        _run = Task.Factory.StartNew(Run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Updates read so far.</summary>
    public long UpdatesRead => Interlocked.Read(ref _updates);

    public (IReadOnlyDictionary<string, PublishedInterest> Published, IReadOnlyList<RejectedRecord> Rejected) Look()
    {
        if (_run.IsFaulted) _run.GetAwaiter().GetResult();
        lock (_lock) return (new Dictionary<string, PublishedInterest>(_published, StringComparer.Ordinal), [.. _rejected]);
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _run.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _consumer.Dispose();
        _stopping.Dispose();
    }

    private void Run()
    {
        while (!_stopping.IsCancellationRequested)
        {
            ConsumeResult<string, byte[]>? record;
            try
            {
                record = _consumer.Consume(PollWait);
            }
            catch (ConsumeException e) when (!e.Error.IsFatal)
            {
                continue;
            }

            if (record is not null) Keep(record);
        }
    }

    private void Keep(ConsumeResult<string, byte[]> record)
    {
        lock (_lock)
        {
            if (record.Topic == Rejected)
            {
                _rejected.Add(new RejectedRecord(Header(record, "dl_stage") ?? "", Header(record, "dl_topic"), Header(record, "dl_error") ?? "", record.Message.Value ?? []));
                return;
            }

            if (record.Message.Key is null || !TryRead(record.Message.Value, out var update)) return; // a corrupt record, put there by the test
            _published[record.Message.Key] = update;
            _updates++;
        }
    }

    private static bool TryRead(byte[]? bytes, out PublishedInterest update)
    {
        update = null!;
        if (bytes is not { Length: > 0 }) return false;
        try
        {
            update = PublishedInterest.Read(bytes);
            return true;
        }
        catch (FormatException)
        {
            return false;
        }
    }

    private static string? Header(ConsumeResult<string, byte[]> record, string name) =>
        record.Message.Headers.TryGetLastBytes(name, out var bytes) ? Encoding.UTF8.GetString(bytes) : null;
}

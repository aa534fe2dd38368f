using System.Diagnostics;
using Confluent.Kafka;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Driftline.Streaming;

/// <summary>
/// Poll, decode, handle, store offsets: one sequential loop, so that nothing is in flight during a rebalance. Replicas scale by partitions.
/// <list type="bullet">
/// <item>An offset is stored only after the handler has returned and every dead letter is acknowledged; the client commits stored offsets.</item>
/// <item>A record that cannot be decoded, or that the handler rejects, goes to the dead letters and its neighbours go on.</item>
/// <item>A handler that throws gets the same batch again after a pause, during which partitions are paused and polling goes on. A fault of
/// our own that keeps coming back is narrowed down to its record, which becomes a dead letter: no record can stop the line.</item>
/// <item>A stop lets the batch in hand finish within a budget; past it, nothing is stored and the next owner repeats the batch.</item>
/// <item>It joins its group once its handler can do something: a member that cannot would hold partitions which others could see through.</item>
/// <item>Records that a broker deleted before they were read are counted and logged as lost, never skipped in silence.</item>
/// </list>
/// </summary>
public sealed class ConsumerLoop<T> : BackgroundService where T : class
{
    private const int AttemptsBeforeIsolation = 3;
    private static readonly TimeSpan PollWait = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan StalledWait = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan WatermarkTimeout = TimeSpan.FromSeconds(10);

    /// <summary>Well below the host's shutdown timeout, so that the loop still leaves its group in time.</summary>
    private static readonly TimeSpan DrainBudget = TimeSpan.FromSeconds(10);

    private readonly string _topic;
    private readonly ConsumerLoopOptions _options;
    private readonly Func<Assignment, IConsumer<byte[], byte[]>> _connect;
    private readonly Func<byte[], ValueTask<T>> _decode;
    private readonly IBatchHandler<T> _handler;
    private readonly IDeadLetters _deadLetters;
    private readonly StreamingTelemetry _telemetry;
    private readonly LoopHealth _health;
    private readonly LoopLag _lag;
    private readonly string _group;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly Task _joins;
    private readonly Assignment _assignment = new();
    private readonly Backoff _backoff;
    private readonly Dictionary<TopicPartition, long> _stalled = [];
    private CancellationToken _drained = CancellationToken.None;

    /// <param name="joins">Completes when the handler has what it needs; completed if not given.</param>
    internal ConsumerLoop(
        string topic, string group, ConsumerLoopOptions options, Func<Assignment, IConsumer<byte[], byte[]>> connect, Func<byte[], ValueTask<T>> decode,
        IBatchHandler<T> handler, IDeadLetters deadLetters, StreamingTelemetry telemetry, LoopHealth health, TimeProvider time, ILogger log,
        Task? joins = null)
    {
        (_topic, _options, _connect, _decode, _handler, _deadLetters) = (topic, options, connect, decode, handler, deadLetters);
        (_group, _telemetry, _health, _time, _log, _joins) = (group, telemetry, health, time, log, joins ?? Task.CompletedTask);
        _lag = new LoopLag(topic, group, time);
        telemetry.Watch(_lag);
        _backoff = new Backoff(options, Random.Shared);
    }

    internal Assignment Assignment => _assignment;

    internal LoopLag Lag => _lag;

    /// <summary>On a thread of its own, for it sits in the client's blocking poll nearly all the time: requests keep every thread of the pool.</summary>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.Factory.StartNew(() => Run(stoppingToken), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private void Run(CancellationToken stoppingToken)
    {
        using var drain = new CancellationTokenSource(Timeout.InfiniteTimeSpan, _time);
        using var stop = stoppingToken.Register(() => drain.CancelAfter(DrainBudget));
        _drained = drain.Token;
        _telemetry.Lost(_topic, 0); // a loss is an increase, the first too
        for (; !_joins.Wait(PollWait, CancellationToken.None); _health.Beat()) // a stop is no error
        {
            if (stoppingToken.IsCancellationRequested) return;
        }

        using var consumer = _connect(_assignment);
        consumer.Subscribe(_topic);
        try
        {
            while (!stoppingToken.IsCancellationRequested) Turn(consumer, stoppingToken);
        }
        finally
        {
            _health.Ready = false;
            Close(consumer);
        }
    }

    /// <summary>Commits what was stored and leaves the group at once. A failure must not hide why the loop ended.</summary>
    private void Close(IConsumer<byte[], byte[]> consumer)
    {
        try
        {
            consumer.Close();
        }
        catch (KafkaException e)
        {
            Log.CloseFailed(_log, _topic, e.Error.Reason);
        }
    }

    /// <summary>One turn: fill a batch, see it through, store its offsets.</summary>
    internal void Turn(IConsumer<byte[], byte[]> consumer, CancellationToken stopping)
    {
        TakeStalledAgain(consumer);
        if (_assignment.TakePausedThatCameBack() is { Count: > 0 } paused) consumer.Resume(paused);
        Fill(consumer);
        _health.Beat();
        if (!_assignment.IsEmpty) _health.Ready = true; // and stays so: what has once come up serves on while brokers are away
        _lag.Fetched(_assignment.Spans());
        if (_assignment.Batch.Count > 0 && SeeThrough(consumer, stopping)) StoreOffsets(consumer);
        _assignment.Batch.Clear();
        _lag.Look(consumer, _assignment, ask: false);
    }

    private void Fill(IConsumer<byte[], byte[]> consumer)
    {
        var batch = _assignment.Batch;
        if (Poll(consumer, PollWait) is not { } first) return;
        batch.Add(first);
        var deadline = _time.GetTimestamp() + (long)(_options.MaxBatchWait.TotalSeconds * _time.TimestampFrequency);
        while (batch.Count < _options.MaxBatchRecords)
        {
            var left = _time.GetElapsedTime(_time.GetTimestamp(), deadline);
            if (Poll(consumer, left > TimeSpan.Zero ? left : TimeSpan.Zero) is not { } next) break;
            batch.Add(next);
        }
    }

    private ConsumeResult<byte[], byte[]>? Poll(IConsumer<byte[], byte[]> consumer, TimeSpan wait)
    {
        try
        {
            return consumer.Consume(wait) is { IsPartitionEOF: false } record ? record : null;
        }
        catch (ConsumeException e) when (e.Error.Code == ErrorCode.Local_AutoOffsetReset)
        {
            Reposition(consumer, e.ConsumerRecord.TopicPartitionOffset);
            return null;
        }
        catch (ConsumeException e) when (!e.Error.IsFatal)
        {
            Log.PollFailed(_log, _topic, e.Error.Code.ToString(), e.Error.Reason);
            // A coordinator that has moved may answer for all partitions at once, and the client then names none.
            IEnumerable<TopicPartition> partitions = e.ConsumerRecord?.TopicPartition is { Topic: not null } one ? [one] : _assignment.Partitions;
            foreach (var partition in partitions.Where(_assignment.Owns)) _stalled.TryAdd(partition, _time.GetTimestamp());
            return null;
        }
    }

    /// <summary>
    /// A partition whose committed offset could not be fetched is left alone by the client for as long as it is assigned: nobody reads it, and
    /// nothing says so again. So a partition with an error that has no position some time later is given up and taken again.
    /// </summary>
    private void TakeStalledAgain(IConsumer<byte[], byte[]> consumer)
    {
        foreach (var (partition, since) in _stalled)
        {
            if (_time.GetElapsedTime(since) < StalledWait) continue;
            _stalled.Remove(partition);
            if (!_assignment.Owns(partition) || consumer.Position(partition) != Offset.Unset) continue;
            Log.TakenAgain(_log, partition.Topic, partition.Partition.Value);
            consumer.IncrementalUnassign([partition]);
            consumer.IncrementalAssign([new TopicPartitionOffset(partition, Offset.Stored)]);
        }
    }

    /// <summary>
    /// The broker cannot serve the wanted position: the group has none committed yet, which means the beginning, or the records there were
    /// deleted. The client has stopped fetching such a partition and refuses a seek, so it is given up and taken again. Where it goes on after a loss is committed, or a
    /// partition without new records would meet, and report, the same loss at each restart. To store it is not enough: the client commits no stored offset below the one committed last.
    /// </summary>
    private void Reposition(IConsumer<byte[], byte[]> consumer, TopicPartitionOffset wanted)
    {
        if (!_assignment.Owns(wanted.TopicPartition)) return;
        var next = wanted.Offset.Value < 0 ? Offset.Beginning : ReportLoss(consumer, wanted);
        consumer.IncrementalUnassign([wanted.TopicPartition]);
        consumer.IncrementalAssign([new TopicPartitionOffset(wanted.TopicPartition, next)]);
        if (next == Offset.Beginning || next == wanted.Offset || _assignment.Batch.Exists(record => record.TopicPartition == wanted.TopicPartition)) return;
        try
        {
            consumer.Commit([new TopicPartitionOffset(wanted.TopicPartition, next)]);
        }
        catch (KafkaException e) when (!e.Error.IsFatal)
        {
            Log.PollFailed(_log, wanted.Topic, e.Error.Code.ToString(), e.Error.Reason); // at worst the loss is reported again
        }
    }

    /// <returns>Where to go on: the oldest record left, or the wanted offset again if the broker does not say now, to meet the same error later.</returns>
    private Offset ReportLoss(IConsumer<byte[], byte[]> consumer, TopicPartitionOffset wanted)
    {
        try
        {
            var offsets = consumer.QueryWatermarkOffsets(wanted.TopicPartition, WatermarkTimeout);
            var low = offsets.Low;
            if (wanted.Offset.Value > offsets.High.Value)
            {
                Log.LogShorter(_log, wanted.Topic, wanted.Partition.Value, offsets.High.Value, wanted.Offset.Value, low.Value);
                return low;
            }

            var lost = Math.Max(0, low.Value - wanted.Offset.Value);
            Log.RecordsLost(_log, wanted.Topic, wanted.Partition.Value, wanted.Offset.Value, low.Value, lost);
            _telemetry.Lost(wanted.Topic, lost);
            return low;
        }
        catch (KafkaException e)
        {
            Log.PollFailed(_log, wanted.Topic, e.Error.Code.ToString(), e.Error.Reason);
            return wanted.Offset;
        }
    }

    /// <returns>False if the process is stopping: nothing is stored and the batch comes back after the restart.</returns>
    private bool SeeThrough(IConsumer<byte[], byte[]> consumer, CancellationToken stopping)
    {
        for (var bugs = 0; _assignment.Batch.Count > 0;)
        {
            var started = Stopwatch.GetTimestamp();
            try
            {
                AttemptAsync(isolate: bugs >= AttemptsBeforeIsolation, stopping).WaitAsync(_drained).GetAwaiter().GetResult();
                _telemetry.Processed(_topic, _group, _assignment.Batch.Count, Stopwatch.GetElapsedTime(started));
                _backoff.Reset();
                return true;
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return false;
            }
            catch (Exception e) when (e is not KafkaException { Error.IsFatal: true }) // a client that is beyond repair ends the process
            {
                if (Failures.IsBug(e)) bugs++;
                var wait = _backoff.Next();
                Log.BatchFailed(_log, e, _topic, _assignment.Batch.Count, wait);
                _telemetry.Retried(_topic, e);
                PauseAndPoll(consumer, wait, stopping);
                if (stopping.IsCancellationRequested) return false;
            }
        }

        return true;
    }

    private async Task AttemptAsync(bool isolate, CancellationToken stopping)
    {
        var raw = _assignment.Batch.ToArray();
        var outcomes = new Outcome[raw.Length];
        var decoded = new List<Received<T>>(raw.Length);
        var places = new List<int>(raw.Length);
        for (var i = 0; i < raw.Length; i++)
        {
            _health.Beat(); // each may ask the registry
            try
            {
                decoded.Add(await Received<T>.DecodeAsync(raw[i], _decode));
                places.Add(i);
            }
            catch (Exception e) when (Failures.IsBadRecord(e))
            {
                outcomes[i] = Outcome.Rejected($"cannot decode as {typeof(T).Name}: {e.Message}", Outcome.Undecodable);
            }
        }

        if (decoded.Count > 0)
        {
            using var activity = StreamingTelemetry.StartProcess(_topic, decoded);
            var handled = isolate ? await OneByOneAsync(decoded, stopping) : await HandleAsync(decoded, stopping);
            for (var i = 0; i < handled.Count; i++) outcomes[places[i]] = handled[i];
        }

        await Task.WhenAll(raw.Zip(outcomes).Where(pair => pair.Second.IsRejected)
            .Select(pair => _deadLetters.SendAsync(pair.First, pair.Second.Reason!, pair.Second.Kind)));
    }

    private async Task<IReadOnlyList<Outcome>> HandleAsync(List<Received<T>> records, CancellationToken stopping)
    {
        var outcomes = await _handler.HandleAsync(records, stopping);
        return outcomes.Count == records.Count
            ? outcomes
            : throw new InvalidOperationException($"{_handler.GetType().Name} returned {outcomes.Count} outcomes for {records.Count} records.");
    }

    private async Task<IReadOnlyList<Outcome>> OneByOneAsync(List<Received<T>> records, CancellationToken stopping)
    {
        var outcomes = new List<Outcome>(records.Count);
        foreach (var record in records)
        {
            _health.Beat(); // each is bounded, all of them together are not
            try
            {
                outcomes.AddRange(await HandleAsync([record], stopping));
            }
            catch (Exception e) when (Failures.IsBug(e))
            {
                Log.RecordBlamed(_log, e, record.Position.Topic, record.Position.Partition.Value, record.Position.Offset.Value);
                outcomes.Add(Outcome.Rejected($"{e.GetType().Name} while handling: {e.Message}", Outcome.Failed));
            }
        }

        return outcomes;
    }

    /// <summary>Waits without leaving the group: paused partitions fetch nothing, and polling keeps the membership and runs rebalances.</summary>
    private void PauseAndPoll(IConsumer<byte[], byte[]> consumer, TimeSpan wait, CancellationToken stopping)
    {
        consumer.Pause(consumer.Assignment);
        _assignment.Paused = true;
        var started = _time.GetTimestamp();
        while (!stopping.IsCancellationRequested && _time.GetElapsedTime(started) < wait)
        {
            _health.Beat();
            _lag.Look(consumer, _assignment, ask: true);
            if (Poll(consumer, PollWait < wait ? PollWait : wait) is not { } early) continue;
            // From a partition assigned during the pause: not part of the batch, so read it again later.
            consumer.Pause([early.TopicPartition]);
            consumer.Seek(early.TopicPartitionOffset);
        }

        _assignment.Paused = false;
        consumer.Resume(consumer.Assignment);
    }

    private void StoreOffsets(IConsumer<byte[], byte[]> consumer)
    {
        var spans = _assignment.Spans();
        _lag.Finished(spans);
        foreach (var (_, last) in spans.Values)
        {
            try
            {
                consumer.StoreOffset(new TopicPartitionOffset(last.TopicPartition, last.Offset.Value + 1));
            }
            catch (KafkaException e) when (e.Error.Code is ErrorCode.Local_State or ErrorCode.Local_UnknownPartition)
            {
                // Revoked meanwhile: its next owner repeats these records, which changes nothing.
                Log.NoLongerOurs(_log, last.Topic, last.Partition.Value);
            }
        }
    }
}

using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Threading.Channels;

namespace Driftline.Client;

/// <summary>
/// Sends events in the background, in batches, one request at a time and in the order in which they were given, so that each user's order is kept.
/// An ingestor that is away is waited for without end, with the same event ids, while the buffer fills; disposing sends what is left, within a bound.
/// Thread-safe.
/// </summary>
public sealed class EventSender : IAsyncDisposable
{
    private readonly IngestorClient _ingestor;
    private readonly EventSenderOptions _options;
    private readonly TimeProvider _time;
    private readonly Channel<Waiting> _waiting;
    private readonly CancellationTokenSource _givenUp = new();
    private readonly JsonBatch _batch;
    private readonly List<StorefrontEvent> _inBatch = [];
    private readonly Task _run;
    private long _delivered, _rejected, _undelivered;
    private int _disposed;

    /// <exception cref="ArgumentOutOfRangeException">An option that it names is out of its range.</exception>
    public EventSender(IngestorClient ingestor, EventSenderOptions? options = null, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(ingestor);
        options ??= new EventSenderOptions();
        options.Check();
        (_ingestor, _options, _time) = (ingestor.Patient(), options, time ?? TimeProvider.System);
        _batch = new JsonBatch(_options.MaxBatchEvents, _options.MaxBatchBytes, JsonBatch.SentAtBytes);
        _waiting = Channel.CreateBounded<Waiting>(new BoundedChannelOptions(_options.Capacity) { SingleReader = true });
        _run = Task.Run(RunAsync);
    }

    public SenderCounts Counts => new(Interlocked.Read(ref _delivered), Interlocked.Read(ref _rejected), Interlocked.Read(ref _undelivered));

    /// <summary>Takes an event; waits while the buffer is full.</summary>
    /// <exception cref="ArgumentException">The event alone is larger than a request may be.</exception>
    /// <exception cref="ObjectDisposedException">The sender takes no more events.</exception>
    public ValueTask SendAsync(StorefrontEvent storefrontEvent, CancellationToken stopping = default)
    {
        ArgumentNullException.ThrowIfNull(storefrontEvent);
        var stamped = storefrontEvent.EventTime is null ? storefrontEvent with { EventTime = _time.GetUtcNow() } : storefrontEvent;
        var json = JsonSerializer.SerializeToUtf8Bytes(stamped with { SentAt = null }, ClientJson.Default.StorefrontEvent);
        if (!_batch.CouldHold(json))
            throw new ArgumentException($"Event {storefrontEvent.EventId} is {json.Length} bytes long: at most {_options.MaxBatchBytes} go into one request.", nameof(storefrontEvent));
        return EnqueueAsync(new Waiting(stamped, json, null), stopping);
    }

    /// <summary>Returns when all events given before have been answered for.</summary>
    /// <exception cref="ObjectDisposedException">The sender has been disposed.</exception>
    public async Task FlushAsync(CancellationToken stopping = default)
    {
        var flushed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await EnqueueAsync(new Waiting(null, [], flushed), stopping);
        await flushed.Task.WaitAsync(stopping);
    }

    /// <summary>Takes no more events and delivers those that wait, within <see cref="EventSenderOptions.DisposeTimeout"/>; what is left then fails.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 1) return;
        _waiting.Writer.TryComplete();
        _givenUp.CancelAfter(_options.DisposeTimeout);
        await _run;
        _givenUp.Dispose();
    }

    private async ValueTask EnqueueAsync(Waiting waiting, CancellationToken stopping)
    {
        try
        {
            await _waiting.Writer.WriteAsync(waiting, stopping);
        }
        catch (ChannelClosedException)
        {
            throw new ObjectDisposedException(nameof(EventSender));
        }
    }

    private async Task RunAsync()
    {
        while (await _waiting.Reader.WaitToReadAsync())
        {
            var flushed = await GatherAsync();
            if (_batch.Count > 0) await DeliverAsync();
            _batch.Clear();
            _inBatch.Clear();
            flushed?.SetResult();
        }
    }

    /// <summary>Fills the batch until it is full, its first event has waited long enough, or a flush is asked for.</summary>
    /// <returns>The flush, if one was asked for.</returns>
    private async Task<TaskCompletionSource?> GatherAsync()
    {
        using var linger = new CancellationTokenSource(_options.Linger, _time);
        while (true)
        {
            while (_waiting.Reader.TryPeek(out var next))
            {
                if (next.Event is not null && !_batch.TryAdd(next.Json)) return null;
                _waiting.Reader.TryRead(out _);
                if (next.Event is null) return next.Flushed;
                _inBatch.Add(next.Event);
            }

            try
            {
                if (!await _waiting.Reader.WaitToReadAsync(linger.Token)) return null;
            }
            catch (OperationCanceledException)
            {
                return null;
            }
        }
    }

    private async Task DeliverAsync()
    {
        try
        {
            var results = await _ingestor.SendJsonAsync(() => _batch.ToJson(JsonBatch.SentAt(_time.GetUtcNow())), _givenUp.Token);
            if (results.Count != _inBatch.Count) throw new DriftlineException($"The ingestor answered {results.Count} results for {_inBatch.Count} events.");
            for (var i = 0; i < _inBatch.Count; i++) Settle(_inBatch[i], results[i], i);
        }
        catch (OperationCanceledException) when (_givenUp.IsCancellationRequested)
        {
            Fail($"not delivered within {_options.DisposeTimeout} of disposing");
        }
        catch (Exception e)
        {
            Fail(e.Message); // the request as a whole: these events would be refused again, or a handler of the shop's own HttpClient does not let them by
        }
    }

    private void Settle(StorefrontEvent sent, EventResult result, int index)
    {
        if (result.Status != ResultStatus.Rejected)
        {
            Interlocked.Increment(ref _delivered);
            return;
        }

        Interlocked.Increment(ref _rejected);
        var prefix = string.Create(CultureInfo.InvariantCulture, $"/{index}");
        var pointer = result.Pointer?.StartsWith(prefix, StringComparison.Ordinal) == true ? result.Pointer[prefix.Length..] : result.Pointer;
        Tell(new FailedEvent(sent, true, result.Reason ?? "", pointer));
    }

    private void Fail(string reason)
    {
        foreach (var one in _inBatch)
        {
            Interlocked.Increment(ref _undelivered);
            Tell(new FailedEvent(one, false, reason));
        }
    }

    // What the shop's own code throws must not keep the events that follow.
    private void Tell(FailedEvent failed)
    {
        try
        {
            _options.OnFailure?.Invoke(failed);
        }
        catch (Exception e)
        {
            Trace.TraceError($"Driftline: OnFailure threw for event {failed.Event.EventId}: {e}");
        }
    }

    /// <param name="Event">Null for a flush.</param>
    private readonly record struct Waiting(StorefrontEvent? Event, byte[] Json, TaskCompletionSource? Flushed);
}

using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Threading.Channels;
using Driftline.Local;

namespace Driftline.Bench.EndToEnd;

/// <summary>
/// Sends arrivals when they are due, however slowly the ingestor answers: what waits for an answer goes out later, and its wait counts from
/// when it was due (the correction for coordinated omission). A lane has one request in flight, so that a user's order is kept.
/// </summary>
/// <param name="ingestors">Each lane keeps to one.</param>
/// <param name="batch">Events that a lane collects for a request, as a storefront's collector does, but no longer than <see cref="Collect"/>; 1 sends what is due.</param>
internal sealed class OpenLoopLoad(Uri[] ingestors, Arrivals arrivals, UpdateWatch watch, FreshnessProbe probe, int lanes, int batch) : IDisposable
{
    private const int LargestBatch = 500;
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan Collect = TimeSpan.FromMilliseconds(20);

    /// <summary>One event is followed at most so often, however long those before it take: slow times are not seen less often than fast ones.</summary>
    private static readonly TimeSpan FollowEvery = TimeSpan.FromMilliseconds(100);
    private static readonly MediaTypeHeaderValue Json = new("application/json");

    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(60) };
    private readonly Channel<Arrival>[] _lanes = [.. Enumerable.Range(0, lanes).Select(_ => Channel.CreateUnbounded<Arrival>())];
    private readonly List<Arrival>[] _collected = [.. Enumerable.Range(0, lanes).Select(_ => new List<Arrival>())];
    private readonly Lock _lock = new();
    private readonly Queue<(string User, int Position)> _last = new();
    private long _started;
    private bool _isMeasured;
    private long _accepted;
    private long _requests;
    private long _followed;
    private long _handedOver;
    private long _acknowledged;

    /// <summary>From when an event was due to its 202.</summary>
    public Latencies Acknowledgement { get; } = new();

    /// <summary>Events of the measured part that got their 202.</summary>
    public long Accepted => Volatile.Read(ref _accepted);

    /// <summary>Requests of the measured part.</summary>
    public long Requests => Volatile.Read(ref _requests);

    /// <summary>The last events that were acknowledged, one of each of some requests.</summary>
    public IReadOnlyList<(string User, int Position)> Last
    {
        get { lock (_lock) return [.. _last]; }
    }

    /// <param name="warm">Called between the warm-up, of which every event has its 202 and none is counted, and the measured part, which begins when it returns.</param>
    public async Task RunAsync(TimeSpan warmUpLength, TimeSpan length, Func<Task> warm, CancellationToken stopping)
    {
        _started = Stopwatch.GetTimestamp();
        var sending = _lanes.Select((lane, i) => SendAsync(new Uri(ingestors[i % ingestors.Length], "/v1/events"), lane.Reader, stopping)).ToList();
        await Task.Run(async () =>
        {
            Offer(warmUpLength.TotalSeconds, stopping);
            for (var lane = 0; lane < lanes; lane++) HandOver(lane);
            while (Volatile.Read(ref _acknowledged) < _handedOver)
            {
                if (sending.Find(one => one.IsCompleted) is { } failed) await failed; // none ends before its lane does
                await Task.Delay(Tick, stopping);
            }

            await warm();
            _started = Stopwatch.GetTimestamp() - (long)(warmUpLength.TotalSeconds * Stopwatch.Frequency); // what came in meanwhile is not due
            Volatile.Write(ref _isMeasured, true);
            Offer((warmUpLength + length).TotalSeconds, stopping);
            for (var lane = 0; lane < lanes; lane++) HandOver(lane);
            foreach (var lane in _lanes) lane.Writer.Complete();
            await Task.WhenAll(sending);
        }, stopping);
    }

    public void Dispose() => _http.Dispose();

    private void Offer(double until, CancellationToken stopping)
    {
        while (arrivals.NextDue < until)
        {
            var now = Stopwatch.GetElapsedTime(_started).TotalSeconds;
            while (arrivals.NextDue <= now && arrivals.NextDue < until)
            {
                var arrival = arrivals.Next();
                _collected[arrival.Lane].Add(arrival);
                if (_collected[arrival.Lane].Count >= batch) HandOver(arrival.Lane);
            }

            for (var lane = 0; lane < lanes; lane++)
                if (_collected[lane] is [var oldest, ..] && now - oldest.Due >= Collect.TotalSeconds) HandOver(lane);
            stopping.ThrowIfCancellationRequested();
            Thread.Sleep(Tick);
        }
    }

    private void HandOver(int lane)
    {
        _handedOver += _collected[lane].Count;
        foreach (var arrival in _collected[lane]) _lanes[lane].Writer.TryWrite(arrival);
        _collected[lane].Clear();
    }

    private async Task SendAsync(Uri events, ChannelReader<Arrival> lane, CancellationToken stopping)
    {
        var taken = new List<Arrival>(LargestBatch);
        while (await lane.WaitToReadAsync(stopping))
        {
            taken.Clear();
            while (taken.Count < (batch > 1 ? batch : LargestBatch) && lane.TryRead(out var arrival)) taken.Add(arrival);
            var body = ReplayEvent.ToJson(taken.ConvertAll(arrival => arrival.Event));
            var positions = taken.ConvertAll(arrival => watch.Sending(arrival.Event));
            await PostAsync(events, body, taken.Count, stopping);
            Acknowledged(taken, positions);
        }
    }

    private void Acknowledged(List<Arrival> taken, List<int> positions)
    {
        var answered = Stopwatch.GetTimestamp();
        var counts = Volatile.Read(ref _isMeasured);
        var elapsed = Stopwatch.GetElapsedTime(_started, answered).TotalSeconds;
        for (var i = 0; i < taken.Count; i++) watch.Acknowledged(taken[i].Event.Source.UserId, positions[i], answered);
        lock (_lock)
        {
            if (counts)
            {
                foreach (var arrival in taken) Acknowledgement.Add(elapsed - arrival.Due);
                Volatile.Write(ref _accepted, _accepted + taken.Count);
                Volatile.Write(ref _requests, _requests + 1);
            }

            Volatile.Write(ref _acknowledged, _acknowledged + taken.Count);
            _last.Enqueue((taken[^1].Event.Source.UserId, positions[^1]));
            while (_last.Count > 4 * lanes) _last.Dequeue();
            if (Stopwatch.GetElapsedTime(_followed, answered) < FollowEvery) return;
            _followed = answered;
        }

        probe.Follow([(taken[^1].Event, positions[^1])], answered);
    }

    /// <summary>Until a 202 takes responsibility, with the same event ids; a full ingestor's wish for a pause is kept.</summary>
    private async Task PostAsync(Uri events, byte[] body, int count, CancellationToken stopping)
    {
        while (true)
        {
            using var content = new ByteArrayContent(body) { Headers = { ContentType = Json } };
            using var response = await _http.PostAsync(events, content, stopping);
            if (response.StatusCode == HttpStatusCode.Accepted)
            {
                using var answer = await JsonDocument.ParseAsync(await response.Content.ReadAsStreamAsync(stopping), cancellationToken: stopping);
                var taken = answer.RootElement.GetProperty("results").EnumerateArray().Count(result => result.GetProperty("status").ValueEquals("accepted"u8) || result.GetProperty("status").ValueEquals("duplicate"u8));
                if (taken == count) return;
                throw new InvalidOperationException($"The ingestor rejected {count - taken} of {count} sound events: {answer.RootElement}");
            }

            if (response.StatusCode != HttpStatusCode.ServiceUnavailable)
                throw new InvalidOperationException($"The ingestor answered {(int)response.StatusCode}: {await response.Content.ReadAsStringAsync(stopping)}");
            await Task.Delay(response.Headers.RetryAfter?.Delta ?? TimeSpan.FromMilliseconds(100), stopping);
        }
    }
}

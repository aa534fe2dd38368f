using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Driftline.Audit;

namespace Driftline.Local.Chaos;

/// <summary>
/// Sends the streams to the ingestor as a careful storefront would: each lane has one request in flight, and sends the same bytes again after a
/// 503, a broken connection or no answer, until a 202 takes responsibility for them.
/// </summary>
internal sealed class EventLanes(Uri ingestor, InputRecorder recorder, IReadOnlyList<EventStream> streams, double rate) : IDisposable
{
    private const int LargeBatch = 500;
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestAnswer = TimeSpan.FromSeconds(15);

    /// <summary>How long after the last event an ingestor that refuses everything is asked again.</summary>
    private static readonly TimeSpan LongestRefusal = TimeSpan.FromSeconds(90);
    private static readonly MediaTypeHeaderValue Json = new("application/json");

    private readonly HttpClient _http = new() { BaseAddress = ingestor, Timeout = LongestAnswer };
    private long _number;
    private int _answered;
    private int _unavailable;
    private int _broken;

    /// <summary>Set while a fault wants large requests.</summary>
    public bool Large { get; set; }

    public int Answered => Volatile.Read(ref _answered);

    /// <summary>503 answers.</summary>
    public int Unavailable => Volatile.Read(ref _unavailable);

    /// <summary>Requests whose connection broke, or that were not answered in time.</summary>
    public int Broken => Volatile.Read(ref _broken);

    /// <summary>Runs what sends elements for <paramref name="length"/>, and gives it up where the ingestor still refuses them long after the last was due.</summary>
    /// <param name="run">Ends where its token says so.</param>
    public static async Task BoundedAsync(TimeSpan length, Func<CancellationToken, Task> run, Action<string> show, CancellationToken stopping)
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        enough.CancelAfter(length + LongestRefusal);
        try
        {
            await run(enough.Token);
        }
        catch (OperationCanceledException) when (enough.IsCancellationRequested && !stopping.IsCancellationRequested)
        {
            show($"Elements are still refused {LongestRefusal.TotalSeconds:F0} s after the last was due: they count as lost.");
        }
    }

    /// <param name="length">New elements come for so long; those that are under way are seen through.</param>
    /// <param name="stopping">Gives up at once, with elements unanswered.</param>
    public Task RunAsync(TimeSpan length, CancellationToken stopping) => Task.WhenAll(streams.Select(stream => RunLaneAsync(stream, length, stopping)));

    public void Dispose() => _http.Dispose();

    private async Task RunLaneAsync(EventStream stream, TimeSpan length, CancellationToken stopping)
    {
        var perTick = rate / streams.Count * Tick.TotalSeconds;
        var started = Stopwatch.GetTimestamp();
        var due = 0.0;
        using var ticks = new PeriodicTimer(Tick);
        while (Stopwatch.GetElapsedTime(started) < length && await ticks.WaitForNextTickAsync(stopping))
        {
            due += perTick; // what a slow answer held up is not made up for: that would be another load
            var count = Large ? LargeBatch : (int)due;
            due -= (int)due;
            if (count > 0) await SeeThroughAsync([.. Enumerable.Range(0, count).Select(_ => stream.Next())], stopping);
        }
    }

    private async Task SeeThroughAsync(Element[] elements, CancellationToken stopping)
    {
        var first = Interlocked.Add(ref _number, elements.Length) - elements.Length;
        for (var i = 0; i < elements.Length; i++) recorder.Sending(first + i, elements[i].Json, elements[i].RefusedAt);
        var body = Body(elements);
        for (var attempt = 1; ; attempt++)
        {
            var wait = TimeSpan.FromMilliseconds(Math.Min(2_000, 50 * Math.Pow(2, attempt)));
            try
            {
                using var content = new ByteArrayContent(body) { Headers = { ContentType = Json } };
                using var response = await _http.PostAsync("/v1/events", content, stopping);
                if (response.StatusCode == HttpStatusCode.Accepted)
                {
                    Note(first, await response.Content.ReadAsByteArrayAsync(stopping), attempt);
                    return;
                }

                if (response.StatusCode != HttpStatusCode.ServiceUnavailable)
                    throw new InvalidOperationException($"The ingestor answered {(int)response.StatusCode}: {await response.Content.ReadAsStringAsync(stopping)}");
                Interlocked.Increment(ref _unavailable);
                wait = response.Headers.RetryAfter?.Delta ?? wait;
            }
            catch (Exception e) when (e is HttpRequestException or IOException or TaskCanceledException && !stopping.IsCancellationRequested)
            {
                Interlocked.Increment(ref _broken);
            }

            await Task.Delay(wait, stopping);
        }
    }

    private void Note(long first, byte[] answer, int attempts)
    {
        using var json = JsonDocument.Parse(answer);
        var place = 0;
        foreach (var result in json.RootElement.GetProperty("results").EnumerateArray())
        {
            // Pointers begin with the element's place in the request.
            var pointer = result.TryGetProperty("pointer", out var given) && given.GetString() is { } text ? text[Math.Max(0, text.IndexOf('/', 1))..] : null;
            recorder.Answered(first + place++, result.GetProperty("status").GetString()!, pointer, attempts);
        }

        Interlocked.Add(ref _answered, place);
    }

    private static byte[] Body(Element[] elements)
    {
        using var stream = new MemoryStream();
        for (var i = 0; i < elements.Length; i++)
        {
            stream.WriteByte(i == 0 ? (byte)'[' : (byte)',');
            stream.Write(elements[i].Json);
        }

        stream.WriteByte((byte)']');
        return stream.ToArray();
    }
}

using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using Driftline.Sequences;

namespace Driftline.Local.Endurance;

/// <summary>
/// Events that arrive at a rate, whatever the ingestor makes of them: batches of <see cref="Batch"/> over a bounded number of connections. A batch that is due while all
/// connections wait for answers is dropped, as by a storefront whose buffer is full. Users are so many that no sequence fills, so that every accepted event
/// must be found in the end.
/// </summary>
internal sealed class OpenLoad(Uri ingestor, IReadOnlyList<string> items, int users, int connections) : IDisposable
{
    public const int Batch = 100;
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(10);
    private static readonly MediaTypeHeaderValue Json = new("application/json");

    private readonly HttpClient _http = new() { BaseAddress = ingestor, Timeout = TimeSpan.FromSeconds(30) };
    private readonly SemaphoreSlim _free = new(connections);
    private readonly string _run = Guid.NewGuid().ToString("N")[..8];
    private readonly Dictionary<string, List<ulong>> _accepted = new(StringComparer.Ordinal);
    private long _number;
    private Exception? _failure;

    public long Offered { get; private set; }

    /// <summary>Events that were due while every connection was waiting.</summary>
    public long HeldUp { get; private set; }

    public long Accepted { get; private set; }

    /// <summary>503 answers.</summary>
    public long Refusals { get; private set; }

    /// <summary>503 answers that do not say when to come again.</summary>
    public long RefusalsWithoutRetryAfter { get; private set; }

    /// <summary>Requests that got no answer.</summary>
    public long Unanswered { get; private set; }

    /// <summary>By user, the hashes of the events that a 202 called accepted.</summary>
    public IReadOnlyDictionary<string, List<ulong>> AcceptedBy => _accepted;

    /// <param name="rate">Events per second; infinite for as many as the connections take.</param>
    /// <exception cref="InvalidOperationException">A request was answered neither 202 nor 503.</exception>
    public async Task RunAsync(double rate, TimeSpan length, CancellationToken stopping)
    {
        var started = Stopwatch.GetTimestamp();
        var before = Offered;
        using var ticks = new PeriodicTimer(Tick);
        while (Stopwatch.GetElapsedTime(started) is var elapsed && elapsed < length)
        {
            while (double.IsInfinity(rate) ? _free.CurrentCount > 0 : Offered - before + Batch <= rate * elapsed.TotalSeconds)
            {
                Offered += Batch;
                if (_free.Wait(0, CancellationToken.None)) _ = SendAsync();
                else HeldUp += Batch;
            }

            await ticks.WaitForNextTickAsync(stopping);
        }

        for (var i = 0; i < connections; i++) await _free.WaitAsync(stopping);
        _free.Release(connections);
        if (_failure is not null) throw _failure;
    }

    public void Dispose()
    {
        _http.Dispose();
        _free.Dispose();
    }

    private async Task SendAsync()
    {
        try
        {
            var events = await Task.Run(() => Enumerable.Range(0, Batch).Select(_ => Next()).ToList());
            using var content = new ByteArrayContent(ReplayEvent.ToJson(events)) { Headers = { ContentType = Json } };
            using var answer = await _http.PostAsync("/v1/events", content);
            Note(events, answer);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or TaskCanceledException)
        {
            lock (_accepted) Unanswered++;
        }
        catch (InvalidOperationException e)
        {
            _failure ??= e;
        }
        finally
        {
            _free.Release();
        }
    }

    private ReplayEvent Next()
    {
        var number = Interlocked.Increment(ref _number);
        var user = string.Create(CultureInfo.InvariantCulture, $"load-{_run}-{number % users}"); // in turn, so that all get as many
        var now = DateTimeOffset.UtcNow;
        var source = new Storefront.ImportEvent(user, items[Random.Shared.Next(items.Count)], now, "click");
        return new ReplayEvent(string.Create(CultureInfo.InvariantCulture, $"{_run}-{number}"), now.ToUnixTimeMilliseconds(), source);
    }

    private void Note(List<ReplayEvent> events, HttpResponseMessage answer)
    {
        lock (_accepted)
        {
            switch (answer.StatusCode)
            {
                case HttpStatusCode.Accepted:
                    Accepted += events.Count;
                    foreach (var one in events)
                    {
                        if (!_accepted.TryGetValue(one.Source.UserId, out var hashes)) _accepted.Add(one.Source.UserId, hashes = []);
                        hashes.Add(PackedMember.HashEventId(one.EventId));
                    }

                    break;
                case HttpStatusCode.ServiceUnavailable:
                    Refusals++;
                    if (answer.Headers.RetryAfter?.Delta is not { } wait || wait <= TimeSpan.Zero) RefusalsWithoutRetryAfter++;
                    break;
                default:
                    throw new InvalidOperationException($"The ingestor answered {(int)answer.StatusCode} to sound events.");
            }
        }
    }
}

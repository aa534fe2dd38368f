using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Driftline.Client;

namespace Driftline.Local;

/// <summary>Sends a plan through the ingestor's HTTP API at a steady rate, one batch in flight, so that each user's order is kept.</summary>
public sealed class EventSender(HttpClient http, Ledger ledger)
{
    private const int BatchesPerSecond = 40;
    private const int MaxBatch = 500;
    private static readonly MediaTypeHeaderValue Json = new("application/json");

    public int Sent { get; private set; }

    public int Accepted { get; private set; }

    public int Rejected { get; private set; }

    /// <summary>The first reasons for a rejection, to show a person.</summary>
    public List<string> Reasons { get; } = [];

    /// <summary>Called after each 202 with the accepted events of the batch, their positions in the ledger and the time of the answer.</summary>
    public Action<IReadOnlyList<(ReplayEvent Event, int Position)>, long>? OnAccepted { get; set; }

    /// <param name="rate">Events per second; 0 is as fast as the ingestor takes them.</param>
    public async Task SendAsync(IReadOnlyList<ReplayEvent> events, double rate, IProgress<int> progress, CancellationToken stopping)
    {
        var size = rate > 0 ? Math.Clamp((int)Math.Ceiling(rate / BatchesPerSecond), 1, MaxBatch) : MaxBatch;
        var started = Stopwatch.GetTimestamp();
        var json = new JsonBatch(size);
        var batch = new List<ReplayEvent>(size);
        foreach (var one in events)
        {
            var element = one.ToJson();
            if (!json.CouldHold(element)) throw new InvalidDataException($"event {one.EventId} is {element.Length} bytes long: one request takes {JsonBatch.MostBytes}. Shorten its review_text.");
            if (!json.TryAdd(element))
            {
                await SendBatchAsync();
                json.TryAdd(element);
            }

            batch.Add(one);
        }

        if (batch.Count > 0) await SendBatchAsync();

        async Task SendBatchAsync()
        {
            if (rate > 0)
            {
                var ahead = TimeSpan.FromSeconds(Sent / rate) - Stopwatch.GetElapsedTime(started);
                if (ahead > TimeSpan.Zero) await Task.Delay(ahead, stopping);
            }

            Note(batch, await PostAsync(json.ToJson(), stopping));
            json.Clear();
            batch.Clear();
            progress.Report(Sent);
        }
    }

    private void Note(List<ReplayEvent> batch, JsonElement[] results)
    {
        var answered = Stopwatch.GetTimestamp();
        var accepted = new List<(ReplayEvent, int)>(batch.Count);
        for (var i = 0; i < batch.Count; i++)
        {
            Sent++;
            var result = results[i];
            if (result.GetProperty("status").GetString() is "accepted" or "duplicate")
            {
                Accepted++;
                if (batch[i].ToEntry() is { } entry) accepted.Add((batch[i], ledger.Accepted(batch[i].Source.UserId, [entry])));
                continue;
            }

            Rejected++;
            if (Reasons.Count < 5) Reasons.Add($"{result.GetProperty("pointer").GetString()}: {result.GetProperty("reason").GetString()}");
        }

        OnAccepted?.Invoke(accepted, answered);
    }

    /// <summary>Posts until the ingestor takes responsibility: a 503 or a broken connection is retried with the same event ids.</summary>
    private async Task<JsonElement[]> PostAsync(byte[] body, CancellationToken stopping)
    {
        for (var attempt = 1; ; attempt++)
        {
            var wait = TimeSpan.FromMilliseconds(Math.Min(5_000, 100 * Math.Pow(2, attempt)));
            try
            {
                using var content = new ByteArrayContent(body) { Headers = { ContentType = Json } };
                using var response = await http.PostAsync("/v1/events", content, stopping);
                if (response.StatusCode == HttpStatusCode.Accepted)
                {
                    using var answer = await JsonDocument.ParseAsync(await response.Content.ReadAsStreamAsync(stopping), cancellationToken: stopping);
                    return answer.RootElement.GetProperty("results").Clone().EnumerateArray().ToArray();
                }

                if (response.StatusCode != HttpStatusCode.ServiceUnavailable)
                    throw new InvalidOperationException($"The ingestor answered {(int)response.StatusCode}: {await response.Content.ReadAsStringAsync(stopping)}");
                wait = response.Headers.RetryAfter?.Delta ?? wait;
            }
            catch (HttpRequestException) when (attempt < 20) { } // restarting: the supervisor brings it back

            await Task.Delay(wait, stopping);
        }
    }
}

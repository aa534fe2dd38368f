using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using Driftline.Bench.EndToEnd;
using Driftline.Local;

namespace Driftline.Bench.Stages;

/// <summary>
/// <c>ingest</c>: the ingestor alone, as many batches as it takes. Closed loop: each connection sends its next batch when the last has its 202, so this measures how
/// much is taken, and the latencies are those of a service at its limit.
/// </summary>
internal sealed class IngestCommand(double seconds, int batch, int connections, string? json)
{
    private const int Partitions = 12;
    private static readonly MediaTypeHeaderValue Json = new("application/json");

    public async Task<int> ExecuteAsync(CancellationToken stopping)
    {
        await using var run = await StageRun.StartAsync(LocalService.Ingestor, Partitions, _ => Task.CompletedTask, stopping);
        await run.Stack.WaitUntilReadyAsync(stopping);
        var lanes = Enumerable.Range(0, connections).Select(lane => new EventBatches(lane, batch)).ToArray();
        await LoadAsync(run, lanes, Math.Max(5, seconds / 2), stopping);
        var before = await run.CostsAsync(stopping);
        var started = Stopwatch.GetTimestamp();
        var latencies = await LoadAsync(run, lanes, seconds, stopping);
        var took = Stopwatch.GetElapsedTime(started).TotalSeconds;
        var percentiles = latencies.Percentiles();
        await StageReport.Of("ingest", percentiles.Samples * batch, took, percentiles, before, await run.CostsAsync(stopping)).SaveAsync(json, stopping);
        return 0;
    }

    private static async Task<Latencies> LoadAsync(StageRun run, EventBatches[] lanes, double seconds, CancellationToken stopping)
    {
        var latencies = new Latencies();
        var until = Stopwatch.GetTimestamp() + (long)(seconds * Stopwatch.Frequency);
        await Task.WhenAll(lanes.Select(lane => Task.Run(async () =>
        {
            while (Stopwatch.GetTimestamp() < until)
            {
                lane.Next();
                var sent = Stopwatch.GetTimestamp();
                await PostAsync(run, lane.Body, stopping);
                lock (latencies) latencies.Add(Stopwatch.GetElapsedTime(sent).TotalSeconds);
            }
        }, stopping)));
        return latencies;
    }

    private static async Task PostAsync(StageRun run, byte[] body, CancellationToken stopping)
    {
        using var content = new ByteArrayContent(body) { Headers = { ContentType = Json } };
        using var response = await run.Http.PostAsync(new Uri(run.Url, "/v1/events"), content, stopping);
        var answer = await response.Content.ReadAsByteArrayAsync(stopping);
        if (response.StatusCode != HttpStatusCode.Accepted || answer.AsSpan().IndexOf("\"rejected\""u8) >= 0 || answer.AsSpan().IndexOf("\"duplicate\""u8) >= 0)
            throw new InvalidOperationException($"The ingestor answered {(int)response.StatusCode}: {System.Text.Encoding.UTF8.GetString(answer.AsSpan(0, Math.Min(500, answer.Length)))}");
    }
}

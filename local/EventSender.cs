using System.Diagnostics;
using Driftline.Client;

namespace Driftline.Local;

/// <summary>Sends a plan through the ingestor's HTTP API at a steady rate, one batch in flight, so that each user's order is kept.</summary>
/// <param name="http">With the ingestor's address; one that is away or busy is waited for, with the same event ids.</param>
public sealed class EventSender(HttpClient http, Ledger ledger)
{
    private const int BatchesPerSecond = 40;
    private const int MaxBatch = 500;
    private readonly IngestorClient _ingestor = new(http);

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

            Note(batch, await _ingestor.SendJsonAsync(json.ToJson(), stopping));
            json.Clear();
            batch.Clear();
            progress.Report(Sent);
        }
    }

    private void Note(List<ReplayEvent> batch, IReadOnlyList<EventResult> results)
    {
        var answered = Stopwatch.GetTimestamp();
        var accepted = new List<(ReplayEvent, int)>(batch.Count);
        for (var i = 0; i < batch.Count; i++)
        {
            Sent++;
            var result = results[i];
            if (result.Status is ResultStatus.Accepted or ResultStatus.Duplicate)
            {
                Accepted++;
                if (batch[i].ToEntry() is { } entry) accepted.Add((batch[i], ledger.Accepted(batch[i].Source.UserId, [entry])));
                continue;
            }

            Rejected++;
            if (Reasons.Count < 5) Reasons.Add($"{result.Pointer}: {result.Reason}");
        }

        OnAccepted?.Invoke(accepted, answered);
    }
}

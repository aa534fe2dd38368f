using System.Threading.Channels;
using driftline.events;
using Driftline.Recommender.Api;
using Driftline.Recommender.Retrieval;

namespace Driftline.Recommender.Experiments;

/// <param name="Wanted">Assigned to the shadow.</param>
/// <param name="Served">What the shopper got.</param>
internal sealed record ShadowQuestion(string UserId, InterestUpdated? Interests, Wanted Wanted, IReadOnlyList<RecommendedItem> Served);

/// <summary>
/// Computes shadows' answers after the served ones, one at a time, so that no shopper waits for them; compares and forgets them. Where questions
/// come faster than they can be answered, some are left out, and counted.
/// </summary>
internal sealed class ShadowScores(Recommend recommend, ExperimentMetrics metrics, TimeProvider time, ILogger<ShadowScores> log) : BackgroundService
{
    private const int MaxWaiting = 256;

    private readonly Channel<ShadowQuestion> _waiting = Channel.CreateBounded<ShadowQuestion>(new BoundedChannelOptions(MaxWaiting) { SingleReader = true });

    public void Offer(ShadowQuestion question)
    {
        if (!_waiting.Writer.TryWrite(question)) metrics.ShadowLeftOut(question.Wanted.Assigned!);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var question in _waiting.Reader.ReadAllAsync(stoppingToken))
        {
            try
            {
                Answer(question);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                Log.ShadowFailed(log, e, question.Wanted.Assigned!.Variant.Name); // a variant on trial must not end the service
            }
        }
    }

    internal void Answer(ShadowQuestion question)
    {
        var started = time.GetTimestamp();
        var items = recommend.For(question.UserId, question.Interests, question.Wanted).Items;
        metrics.ShadowAnswered(question.Wanted.Assigned!, time.GetElapsedTime(started), Overlap(question.Served, items));
    }

    /// <summary>Share of the served items that the shadow has too; null where nothing was served.</summary>
    internal static double? Overlap(IReadOnlyList<RecommendedItem> served, IReadOnlyList<RecommendedItem> shadow) =>
        served.Count == 0 ? null : (double)served.Select(item => item.ItemId).Intersect(shadow.Select(item => item.ItemId), StringComparer.Ordinal).Count() / served.Count;
}

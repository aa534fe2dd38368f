using driftline.events;
using Driftline.Recommender.Api;
using Driftline.Recommender.Retrieval;

namespace Driftline.Recommender.Explanations;

/// <summary>Adds to an answer's personal items what led to them, and names it among their reasons where one past item leads.</summary>
internal sealed class ExplainAnswer(AskPredictor predictor, CatalogTable catalog)
{
    private const int MostEvents = 3;

    /// <summary>A past item is named as the reason when its events make up at least this part of what raises the score.</summary>
    private const double LeadingShare = 0.2;

    /// <param name="interests">What the answer was made from; null for none.</param>
    public async Task<RecommendationsAnswer> WithReasonsAsync(RecommendationsAnswer answer, InterestUpdated? interests, CancellationToken aborted)
    {
        if (!answer.Personalised || interests is null) return answer with { ExplainIgnored = $"the answer is not personal: {answer.Reason}" };
        var rising = interests.rising.Select(shift => shift.category).ToHashSet(StringComparer.Ordinal);
        var personal = answer.Items.Where(IsPersonal).ToList();
        var (scores, missing) = await predictor.AskAsync(
            interests, [.. personal.Select(item => item.ItemId)], [.. personal.Select(item => item.Category).OfType<string>().Where(rising.Contains).Distinct(StringComparer.Ordinal)], aborted);
        if (scores is null) return answer with { ExplainIgnored = missing };
        var items = scores.Items.ToDictionary(score => score.Target, score => score.Events, StringComparer.Ordinal);
        var categories = scores.Categories.ToDictionary(score => score.Target, score => score.Events, StringComparer.Ordinal);
        return answer with { Items = [.. answer.Items.Select(item => IsPersonal(item) && items.TryGetValue(item.ItemId, out var events) ? Explained(item, events, categories, interests) : item)] };
    }

    private static bool IsPersonal(RecommendedItem item) => item.Source is "model" or "exploration";

    private RecommendedItem Explained(RecommendedItem item, IReadOnlyList<ExplainedEvent> events, Dictionary<string, IReadOnlyList<ExplainedEvent>> categories, InterestUpdated interests)
    {
        var rising = item.Category is { } category && categories.TryGetValue(category, out var led)
            && interests.interests.FirstOrDefault(interest => interest.category == category) is { } share
            ? new RisingCategory(category, share.current, share.next, Past(led)) : null;
        return item with
        {
            Explanation = new ItemExplanation(Past(events), rising),
            Reasons = Because(item.ItemId, events) is { } because ? [because, .. item.Reasons] : item.Reasons,
        };
    }

    private List<PastEvent> Past(IEnumerable<ExplainedEvent> events) =>
        [.. events.Take(MostEvents).Select(one => new PastEvent(one.ItemId, catalog.Find(one.ItemId)?.Title, one.EventType, one.EventTime, one.Share, one.Delta))];

    private string? Because(string itemId, IReadOnlyList<ExplainedEvent> events)
    {
        var leading = events.GroupBy(one => one.ItemId, StringComparer.Ordinal).MaxBy(item => item.Sum(one => one.Share));
        if (leading is null || leading.Sum(one => one.Share) < LeadingShare) return null;
        var did = leading.MaxBy(one => one.Share)!.EventType switch
        {
            "add-to-cart" => "put {0} in the cart",
            "purchase" => "bought {0}",
            "review" => "reviewed {0}",
            _ => "viewed {0}",
        };
        var what = leading.Key == itemId ? "it" : catalog.Find(leading.Key)?.Title ?? leading.Key;
        return $"Because you {did.Replace("{0}", what, StringComparison.Ordinal)}{(leading.Key == itemId ? " before" : "")}";
    }
}

using Driftline.Recommender.Api;
using Driftline.Recommender.Experiments;

namespace Driftline.Recommender.Retrieval;

/// <summary>What an answer should hold.</summary>
/// <param name="Count">Most items.</param>
/// <param name="Diversity">See <see cref="Diversify"/>; 0 to 1, 0 for the plain order.</param>
/// <param name="Context">Id of the item on whose page the answer will stand; null for none.</param>
/// <param name="Explore">Share of the places that <see cref="Retrieval.Explore"/> fills from further down; 0 for none.</param>
internal sealed record Wanted(int Count, ItemFilter Filter, double Diversity = 0, string? Context = null, double Explore = 0)
{
    /// <summary>The asking user's experiment and variant; null outside experiments.</summary>
    public Assignment? Assigned { get; init; }

    /// <summary>What is still wanted once these were chosen.</summary>
    public Wanted After(IReadOnlyCollection<RecommendedItem> chosen) =>
        chosen.Count == 0 ? this : this with { Count = Count - chosen.Count, Filter = Filter.Without(chosen.Select(item => item.ItemId)) };
}

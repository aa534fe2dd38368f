namespace Driftline.InterestModel;

/// <summary>What one past event does to a score.</summary>
/// <param name="Event">Index in the sequence that was asked about.</param>
/// <param name="ItemId">The event's item.</param>
/// <param name="Delta">The score less what it is without the event: above 0 where the event raises it.</param>
/// <param name="Share"><c>max(0, delta) / sum of all events' max(0, delta)</c>; all 0 where no event raises the score.</param>
public readonly record struct EventShare(int Event, string ItemId, double Delta, double Share);

/// <summary>Why a score is what it is.</summary>
/// <param name="Target">Category or item id; empty for the forecast as a whole.</param>
/// <param name="Score">A category's share of h_{t+1}; an item's score; 0 for the forecast as a whole.</param>
/// <param name="Events">The events that were explained, oldest first: all that the model reads, unless fewer were asked for.</param>
public sealed record ScoreExplanation(string Target, double Score, IReadOnlyList<EventShare> Events);

/// <summary>
/// Each past event's part, by leaving it out (occlusion: Zeiler and Fergus 2014, arXiv:1311.2901): the model is run again on the sequence
/// without the event, so that a delta is exactly what deleting the event does, interactions with the other events included; deltas therefore
/// do not add up to the score.
/// </summary>
/// <param name="Forecast">By how far h_{t+1} moves without the event, as a Jensen-Shannon divergence, which has no sign.</param>
/// <param name="Categories">Of the shares of h_{t+1}, in the order asked.</param>
/// <param name="Items">Of the items' scores, in the order asked.</param>
public sealed record InterestExplanation(ScoreExplanation Forecast, IReadOnlyList<ScoreExplanation> Categories, IReadOnlyList<ScoreExplanation> Items);

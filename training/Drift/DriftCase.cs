using Driftline.InterestModel;

namespace Driftline.Training;

/// <summary>One user at one test time: what moved them, and what was foretold.</summary>
/// <param name="At">The test time: only events before it are known.</param>
/// <param name="Truth">What moves most of the interest in the horizon after it.</param>
/// <param name="Kind">Foretold.</param>
/// <param name="Rises">Whether the category that truly gains most was foretold to gain; null where none is named.</param>
/// <param name="Falls">Whether the category that truly loses most was foretold to lose.</param>
/// <param name="Listed">Whether the category that truly gains most is among the rising categories told of.</param>
/// <param name="PopulationRises">As <paramref name="Rises"/>, of a forecast that gives everybody the population's distribution.</param>
/// <param name="PopulationFalls">As <paramref name="Falls"/>, of that forecast.</param>
internal sealed record DriftCase(
    DateTimeOffset At, TrueMigration Truth, DriftKind? Kind, bool? Rises, bool? Falls, bool? Listed, bool? PopulationRises, bool? PopulationFalls)
{
    /// <summary>Whether it had begun by the test time: nothing tells of a hobby that begins later.</summary>
    public bool Begun => Truth.Begins <= At;

    /// <summary>A user without an event in so many days before the test time is not asked about.</summary>
    public const int ActiveDays = 14;

    /// <summary>Everybody who was active before T and whose true interest migrates within the horizon after it.</summary>
    /// <param name="predictor">Trained on events before <paramref name="at"/>.</param>
    /// <param name="data">The folder's events, split by time at <paramref name="at"/>.</param>
    /// <param name="truth">Read here only.</param>
    /// <param name="at">T.</param>
    /// <param name="horizonDays">The model's.</param>
    public static IEnumerable<DriftCase> All(InterestPredictor predictor, TrainingData data, RecordedTruth truth, DateTimeOffset at, double horizonDays)
    {
        var time = at.ToUnixTimeMilliseconds();
        var population = new Population(data, new Featuriser(predictor.Manifest.Features)).Shares;
        var asked = new List<(TrueMigration Truth, UserHistory User, ArraySegment<EncodedEvent> Known)>();
        foreach (var user in data.Users)
        {
            var known = user.Events.TakeWhile(e => e.Time < time).Count();
            if (known == 0 || user.Events[known - 1].Time < time - (ActiveDays * 86_400_000L)) continue;
            if (truth.Main(user.UserId, at, at.AddDays(horizonDays)) is { } main) asked.Add((main, user, new(user.Events, 0, known)));
        }

        var predictions = predictor.Predict([.. asked.Select(one => one.Known)], [.. asked.Select(one => data.Attributes.Decode(one.User.Attributes))], time);
        var index = predictor.Categories.Index().ToDictionary(c => c.Item, c => c.Index, StringComparer.Ordinal);
        for (var i = 0; i < asked.Count; i++)
        {
            var (main, prediction) = (asked[i].Truth, predictions[i]);
            int? to = main.To.Count > 0 && index.TryGetValue(main.To[0], out var t) ? t : null;
            int? from = main.From.Count > 0 && index.TryGetValue(main.From[0], out var f) ? f : null;
            yield return new DriftCase(
                at, main, prediction.Kind,
                to is { } one ? prediction.Next[one] > prediction.Current[one] : null, from is { } two ? prediction.Next[two] < prediction.Current[two] : null,
                to is null ? null : prediction.Rising.Any(shift => shift.Category == main.To[0]),
                to is { } three ? population[three] > prediction.Current[three] : null, from is { } four ? population[four] < prediction.Current[four] : null);
        }
    }
}

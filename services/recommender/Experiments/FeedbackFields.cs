using System.Globalization;

namespace Driftline.Recommender.Experiments;

/// <summary>
/// Fields of the totals' hashes: <c>experiment/variant/sum/NAME</c>, <c>experiment/variant/position/KIND/N</c> and
/// <c>experiment/variant/version/KIND/VERSION</c>. Names of experiments and variants hold no slash; a version may.
/// </summary>
internal static class FeedbackFields
{
    private const string Sum = "sum", Position = "position", Version = "version";

    /// <summary>What counting these for one user changes, by field; nothing that stays as it was.</summary>
    public static Dictionary<string, long> Changes(IReadOnlyDictionary<VariantKey, UserCounts> before, IReadOnlyDictionary<VariantKey, UserCounts> after, IEnumerable<Counted> counted)
    {
        var changes = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var (variant, counts) in after)
        {
            foreach (var (name, change) in FeedbackTotals.Changes(before.GetValueOrDefault(variant), counts)) Add(changes, $"{Prefix(variant)}/{Sum}/{name}", change);
        }

        foreach (var one in counted)
        {
            Add(changes, string.Create(CultureInfo.InvariantCulture, $"{Prefix(one.Variant)}/{Position}/{one.Kind}/{one.Position}"), 1);
            Add(changes, $"{Prefix(one.Variant)}/{Version}/{one.Kind}/{one.ModelVersion}", 1);
        }

        return changes;
    }

    public static void Add(Dictionary<string, long> changes, string field, long change)
    {
        if (change != 0) changes[field] = changes.GetValueOrDefault(field) + change;
    }

    /// <summary>Adds a stored field to its variant's totals.</summary>
    public static void Read(Dictionary<VariantKey, FeedbackTotals> totals, string field, long value)
    {
        if (field.Split('/', 5) is not [var experiment, var variant, var what, var name, .. var rest]) return;
        var key = new VariantKey(experiment, variant);
        if (!totals.TryGetValue(key, out var sums)) totals.Add(key, sums = new FeedbackTotals());
        if (what == Sum) sums.Add(name, value);
        else if (rest is [var of] && Enum.TryParse<FeedbackKind>(name, out var kind))
        {
            if (what == Version) FeedbackTotals.Add(sums.ByModelVersion, of, kind, value);
            else if (what == Position && int.TryParse(of, CultureInfo.InvariantCulture, out var position)) FeedbackTotals.Add(sums.ByPosition, position, kind, value);
        }
    }

    private static string Prefix(VariantKey variant) => $"{variant.Experiment}/{variant.Variant}";
}

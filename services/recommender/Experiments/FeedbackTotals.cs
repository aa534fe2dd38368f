namespace Driftline.Recommender.Experiments;

/// <summary>
/// Sums over the users of a variant, all whole numbers, so that they can be added in any order: by user, x is impressions and y clicks.
/// </summary>
internal sealed class FeedbackTotals
{
    public long Users { get; set; }

    public long Impressions { get; set; }

    public long Clicks { get; set; }

    public long Purchases { get; set; }

    /// <summary>Users with a purchase.</summary>
    public long Converted { get; set; }

    /// <summary>Sum of x squared.</summary>
    public long ImpressionsSquared { get; set; }

    /// <summary>Sum of y squared.</summary>
    public long ClicksSquared { get; set; }

    /// <summary>Sum of x times y.</summary>
    public long ImpressionsTimesClicks { get; set; }

    /// <summary>Impressions, clicks and purchases by position in the answer, from 1.</summary>
    public SortedDictionary<int, UserCounts> ByPosition { get; } = [];

    /// <summary>By model version; empty for answers without a model.</summary>
    public SortedDictionary<string, UserCounts> ByModelVersion { get; } = new(StringComparer.Ordinal);

    /// <summary>Names under which sums are stored, and how a user's step from one state to the next changes them.</summary>
    public static IEnumerable<(string Name, long Change)> Changes(UserCounts before, UserCounts after)
    {
        long x0 = before.Impressions, y0 = before.Clicks, x1 = after.Impressions, y1 = after.Clicks;
        yield return ("users", before == default && after != default ? 1 : 0);
        yield return ("x", x1 - x0);
        yield return ("y", y1 - y0);
        yield return ("purchases", after.Purchases - before.Purchases);
        yield return ("converted", before.Purchases == 0 && after.Purchases > 0 ? 1 : 0);
        yield return ("xx", x1 * x1 - x0 * x0);
        yield return ("yy", y1 * y1 - y0 * y0);
        yield return ("xy", x1 * y1 - x0 * y0);
    }

    /// <summary>Adds a stored sum. A name that this version does not know is left out.</summary>
    public void Add(string name, long value)
    {
        switch (name)
        {
            case "users": Users += value; break;
            case "x": Impressions += value; break;
            case "y": Clicks += value; break;
            case "purchases": Purchases += value; break;
            case "converted": Converted += value; break;
            case "xx": ImpressionsSquared += value; break;
            case "yy": ClicksSquared += value; break;
            case "xy": ImpressionsTimesClicks += value; break;
        }
    }

    /// <summary>Adds stored counts to one position or model version.</summary>
    public static void Add<TKey>(SortedDictionary<TKey, UserCounts> to, TKey key, FeedbackKind kind, long value) where TKey : notnull
    {
        var counts = to.GetValueOrDefault(key);
        to[key] = kind switch
        {
            FeedbackKind.Impression => counts with { Impressions = counts.Impressions + value },
            FeedbackKind.Click => counts with { Clicks = counts.Clicks + value },
            _ => counts with { Purchases = counts.Purchases + value },
        };
    }
}

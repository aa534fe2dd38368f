using System.Numerics;
using Driftline.Sequences;

namespace Driftline.InterestModel;

/// <summary>
/// Makes a model's input from events. Training and serving both come through here, so that the two cannot see an event differently.
/// A change of what it makes is a new <see cref="Version"/>, and models of another version are refused.
/// </summary>
public sealed class Featuriser(FeatureSettings settings)
{
    /// <summary>Version of the features' meaning.</summary>
    public const int Version = 1;

    /// <summary>Number of gap buckets, the first (0) being 'no event before'.</summary>
    public const int GapBuckets = 33;

    /// <summary>Number of values of the week feature, padding included.</summary>
    public const int WeekValues = 54;

    /// <summary>Number of values of the hour feature, padding included.</summary>
    public const int HourValues = 169;

    /// <summary>Number of values of the type feature, padding included.</summary>
    public const int TypeValues = 5;

    // An encoder holds some hundred numbers per event and dimension until a pass is over.
    private const int EventsPerPass = 8192;

    private const double MillisecondsPerDay = 86_400_000;

    /// <summary>The settings in force.</summary>
    public FeatureSettings Settings { get; } = settings;

    /// <summary>An entry as the model sees it.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="rowOf">The item table's row of an item id, or <see cref="ItemRows.Unknown"/>.</param>
    public static EncodedEvent Encode(in SequenceEntry entry, Func<string, int> rowOf) =>
        new(rowOf(entry.ItemId), entry.Type, entry.EventTime);

    /// <summary>How many of the users to encode at once: so many that their events, padded to the longest, stay few thousand.</summary>
    public int UsersPerPass(IReadOnlyList<ArraySegment<EncodedEvent>> users) =>
        Math.Max(1, EventsPerPass / (users.Count == 0 ? 1 : Math.Clamp(users.Max(user => user.Count), 1, Settings.SequenceLength)));

    /// <summary>The features of the newest <see cref="FeatureSettings.SequenceLength"/> events of each user.</summary>
    /// <param name="users">Each user's events, oldest first.</param>
    /// <param name="attributes">Each user's <see cref="AttributeVocabulary.Encode"/>, all of one length; null where nobody's are known.</param>
    public FeatureBatch Build(IReadOnlyList<ArraySegment<EncodedEvent>> users, IReadOnlyList<int[]>? attributes = null)
    {
        var windows = users.Select(Window).ToArray();
        return Build(windows, attributes, Array.ConvertAll(windows, window => window.Count));
    }

    /// <summary>The newest <see cref="FeatureSettings.SequenceLength"/> of a user's events.</summary>
    public ArraySegment<EncodedEvent> Window(ArraySegment<EncodedEvent> events) => events[Math.Max(0, events.Count - Settings.SequenceLength)..];

    /// <summary>The features of each user's newest events.</summary>
    /// <param name="newest">How many of each user's events; those before them only tell how long the first comes after them.</param>
    /// <inheritdoc cref="Build(IReadOnlyList{ArraySegment{EncodedEvent}}, IReadOnlyList{int[]})" path="/param"/>
    public static FeatureBatch Build(IReadOnlyList<ArraySegment<EncodedEvent>> users, IReadOnlyList<int[]>? attributes, IReadOnlyList<int> newest)
    {
        var longest = Math.Max(1, newest.DefaultIfEmpty(1).Max());
        var batch = new FeatureBatch(users.Count, longest, attributes is { Count: > 0 } ? attributes[0].Length : 0);
        for (var user = 0; user < users.Count; user++)
        {
            var events = users[user].AsSpan();
            var first = events.Length - newest[user];
            batch.Lengths[user] = newest[user];
            for (var i = 0; i < batch.AttributeCount; i++) batch.Attributes[user * batch.AttributeCount + i] = attributes![user][i];
            for (var i = first; i < events.Length; i++)
            {
                var at = user * longest + i - first;
                batch.Items[at] = events[i].Item;
                batch.Types[at] = (long)events[i].Type;
                batch.Gaps[at] = i == 0 ? 0 : GapBucket(events[i].Time - events[i - 1].Time);
                (batch.Weeks[at], batch.Hours[at]) = Season(events[i].Time);
                batch.Days[at] = (float)((events[i].Time - events[^1].Time) / MillisecondsPerDay);
            }
        }

        return batch;
    }

    /// <summary>
    /// h_t, the observed interest after the newest event: each category's share of the events, an event counting
    /// <c>typeWeight * 2^(-age / halfLife)</c>. All zeros where no event has a category.
    /// </summary>
    /// <param name="events">Oldest first; only the newest <see cref="FeatureSettings.SequenceLength"/> count.</param>
    /// <param name="categoryOfRow">The category of an item table's row; outside 0..categories-1 is none.</param>
    /// <param name="categories">C.</param>
    public float[] ObservedInterest(ArraySegment<EncodedEvent> events, Func<int, int> categoryOfRow, int categories)
    {
        var shares = new float[categories];
        new ObservedShares(this, categories, categoryOfRow).AfterNewest(Window(events), [Settings.HalfLifeDays], shares);
        return shares;
    }

    /// <summary>Weight of an event of that type in h_t.</summary>
    public double TypeWeight(SequenceEventType type) => type switch
    {
        SequenceEventType.AddToCart => Settings.AddToCartWeight,
        SequenceEventType.Purchase => Settings.PurchaseWeight,
        SequenceEventType.Review => Settings.ReviewWeight,
        _ => Settings.ClickWeight,
    };

    /// <summary>1 + floor(log2(1 + seconds)), at most 32.</summary>
    internal static int GapBucket(long milliseconds) =>
        Math.Min(1 + BitOperations.Log2((ulong)(1 + Math.Max(0, milliseconds) / 1000)), GapBuckets - 1);

    private static (long Week, long Hour) Season(long time)
    {
        var utc = DateTimeOffset.FromUnixTimeMilliseconds(time);
        return (1 + (utc.DayOfYear - 1) / 7, 1 + (int)utc.DayOfWeek * 24 + utc.Hour);
    }
}

using System.IO.Hashing;
using System.Text;
using Driftline.Recommender.Retrieval;

namespace Driftline.Recommender.Experiments;

/// <summary>What a shopper did with a shown item. Values are flags, and stored.</summary>
[Flags]
internal enum FeedbackKind : byte
{
    None = 0,
    Impression = 1,
    Click = 2,
    Purchase = 4,
}

internal readonly record struct VariantKey(string Experiment, string Variant);

/// <summary>One event as attribution sees it.</summary>
/// <param name="Time">Event time in milliseconds since the Unix epoch.</param>
/// <param name="ReceivedAt">On the ingestor's clock, in milliseconds since the Unix epoch.</param>
/// <param name="Token">Null when the event carries none that counts for this user.</param>
internal sealed record FeedbackEvent(ulong EventHash, long Time, long ReceivedAt, FeedbackKind Kind, IReadOnlyList<string> ItemIds, AttributionToken? Token)
{
    public static ulong Hash(string text) => XxHash64.HashToUInt64(Encoding.UTF8.GetBytes(text));
}

/// <summary>One thing newly counted: the first impression, click or purchase of a shown item.</summary>
/// <param name="Position">In the answer, from 1.</param>
internal sealed record Counted(VariantKey Variant, string ModelVersion, int Position, FeedbackKind Kind, string ItemId);

/// <summary>What one user has been counted for under one variant, or all of them at one position or under one model version.</summary>
internal readonly record struct UserCounts(long Impressions, long Clicks, long Purchases)
{
    public UserCounts With(FeedbackKind kind) => kind switch
    {
        FeedbackKind.Impression => this with { Impressions = Impressions + 1 },
        FeedbackKind.Click => this with { Clicks = Clicks + 1 },
        _ => this with { Purchases = Purchases + 1 },
    };
}

/// <summary>An item of an answer that the user was shown.</summary>
internal sealed class ShownItem(ulong item, byte position)
{
    public ulong Item => item;

    public byte Position => position;

    public FeedbackKind Had { get; set; }

    /// <summary>Event time of its last impression or click; of its purchase, where that was the first heard of it.</summary>
    public long At { get; set; } = long.MinValue;

    /// <summary>The same of its first.</summary>
    public long First { get; set; } = long.MaxValue;
}

/// <summary>An answer that the user was shown.</summary>
internal sealed record ShownAnswer(ulong Nonce, VariantKey Variant, string ModelVersion, List<ShownItem> Items);

/// <summary>
/// Attribution for one user: which answers were shown, what came of each of their items, and which events were looked at. A shown item counts at
/// most one impression, one click and one purchase. An event belongs to the item of the answer that its token names; without a token, a click or a purchase
/// belongs to the showing or click of that item last before it, if that is within the window.
/// <para>
/// An event counts once however often it comes: the newest events are remembered, and one older than all of those is not counted at all, because nobody could tell. Both that
/// memory and the shown answers are bounded.
/// </para>
/// </summary>
internal sealed class UserFeedback
{
    internal const int MaxEvents = 256;
    internal const int MaxShownItems = 512;

    internal SortedSet<(long Time, ulong Hash)> Events { get; } = [];

    /// <summary>When the first event with a token was received. Earlier events without one left no trace, and leave none when they come again.</summary>
    internal long Since { get; set; } = long.MaxValue;

    /// <summary>Events up to this time are remembered no more.</summary>
    internal long Floor { get; set; } = long.MinValue;

    internal List<ShownAnswer> Answers { get; } = [];

    internal Dictionary<VariantKey, UserCounts> Counts { get; } = [];

    /// <returns>Null if the event leaves no trace, else what it newly counts, which may be nothing.</returns>
    public IReadOnlyList<Counted>? Apply(FeedbackEvent happened, TimeSpan window)
    {
        if (happened.Token is null && (happened.Kind == FeedbackKind.Impression || happened.ReceivedAt < Since)) return null;
        if (Since == long.MaxValue) Since = happened.ReceivedAt;
        if (happened.Time <= Floor || !Events.Add((happened.Time, happened.EventHash))) return null;
        var counted = new List<Counted>();
        foreach (var itemId in happened.ItemIds.Distinct(StringComparer.Ordinal))
        {
            if (Find(happened, itemId, (long)window.TotalMilliseconds) is not var (answer, item)) continue;
            if (happened.Kind != FeedbackKind.Purchase || item.Had == FeedbackKind.None) (item.First, item.At) = (Math.Min(item.First, happened.Time), Math.Max(item.At, happened.Time));
            if (item.Had.HasFlag(happened.Kind)) continue;
            item.Had |= happened.Kind;
            Counts[answer.Variant] = Counts.GetValueOrDefault(answer.Variant).With(happened.Kind);
            counted.Add(new Counted(answer.Variant, answer.ModelVersion, item.Position, happened.Kind, itemId));
        }

        Trim();
        return counted;
    }

    private (ShownAnswer Answer, ShownItem Item)? Find(FeedbackEvent happened, string itemId, long window)
    {
        var hash = FeedbackEvent.Hash(itemId);
        if (happened.Token is { } token && token.PositionOf(itemId) is { } position) return Named(token, hash, (byte)position);
        if (happened.Kind == FeedbackKind.Impression) return null; // the token is of an answer without this item
        (ShownAnswer, ShownItem)? last = null;
        var lastAt = long.MinValue;
        foreach (var answer in Answers)
        {
            foreach (var item in answer.Items)
            {
                var at = item.At <= happened.Time ? item.At : item.First; // what comes late may have happened between the two
                if (item.Item != hash || at > happened.Time || at < happened.Time - window || at < lastAt) continue;
                (last, lastAt) = ((answer, item), at); // of equals the answer noted last
            }
        }

        return last;
    }

    private (ShownAnswer Answer, ShownItem Item) Named(AttributionToken token, ulong hash, byte position)
    {
        var answer = Answers.Find(answer => answer.Nonce == token.Nonce);
        if (answer is null) Answers.Add(answer = new ShownAnswer(token.Nonce, new VariantKey(token.Experiment, token.Variant), token.ModelVersion, []));
        var item = answer.Items.Find(item => item.Item == hash);
        if (item is null) answer.Items.Add(item = new ShownItem(hash, position));
        return (answer, item);
    }

    // Answers go by number, not by age: a shopper may come back to an old one, and what it had must still be known.
    private void Trim()
    {
        while (Events.Count > MaxEvents)
        {
            Floor = Math.Max(Floor, Events.Min.Time);
            Events.Remove(Events.Min);
        }

        while (Answers.Count > 1 && Answers.Sum(answer => answer.Items.Count) > MaxShownItems)
            Answers.Remove(Answers.MinBy(answer => answer.Items.Max(item => item.At))!);
    }
}

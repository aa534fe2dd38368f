using driftline.events;
using Driftline.Hosting;
using Driftline.Recommender.Api;
using Driftline.Recommender.Experiments;
using Driftline.Recommender.Interests;
using Driftline.Sequences;

namespace Driftline.Recommender.Privacy;

/// <summary>
/// Gathers what Redis holds about a user. The feature-builder's keys are read through the library that owns their layout, as the predictor reads them; one stage
/// writes a key, and any may read it.
/// </summary>
internal sealed class ExportUser(SequenceStore sequences, SessionLinks links, InterestStore interests, ChallengerStore challengers, FeedbackStore feedback, ErasedUsers erased, TimeProvider time)
{
    /// <exception cref="StackExchange.Redis.RedisException">Redis is away.</exception>
    public async Task<ExportAnswer> ReadAsync(string userId)
    {
        var (events, sessions, owner, update, byChallengers, history, updatedAt, shown, marks) = (
            sequences.ReadAllAsync(userId), links.SessionsOfAsync(userId), links.OwnerAsync(userId), interests.ReadAsync(userId), challengers.ReadAsync(userId), interests.HistoryAsync(userId, int.MaxValue), interests.UpdatedAtAsync(userId), feedback.ReadUserAsync(userId),
            erased.MarksOf([userId]).ReadAsync());
        await Task.WhenAll(events, sessions, owner, update, byChallengers, history, updatedAt, shown, marks);
        var (held, now) = (await events, time.GetUtcNow());
        return new ExportAnswer(
            userId, now,
            [.. held.Entries.Select(entry => new HeldEntry(At(entry.EventTime), EventTypeOf(entry.Type), entry.ItemId, entry.Weight, entry.PriceBand, Hex(entry.EventIdHash)))],
            [.. held.Purchases.Select(bought => new HeldPurchase(bought.ItemId, At(bought.BoughtAt)))],
            [.. held.Attributes.Select(said => new HeldAttribute(said.Name, said.Value, At(said.EventTime)))],
            await update is { } state ? Held(state, now) : null,
            (await byChallengers).ToDictionary(one => one.Key, one => Held(one.Value, now), StringComparer.Ordinal),
            await history, await updatedAt,
            await shown is { } known ? Feedback(known) : null,
            await sessions, await owner,
            (await marks).TryGetValue(userId, out var erasedAt) ? At(erasedAt) : null);
    }

    private static HeldInterests Held(InterestUpdated state, DateTimeOffset now) =>
        new(InterestsAnswer.From(state, now), [.. state.embedding], [.. state.boosts.Select(boost => new HeldBoost(boost.itemId, boost.boost))]);

    private static HeldFeedback Feedback(UserFeedback known) => new(
        [.. known.Counts.Select(count => new HeldCounts(count.Key.Experiment, count.Key.Variant, count.Value.Impressions, count.Value.Clicks, count.Value.Purchases))],
        [.. known.Answers.SelectMany(answer => answer.Items.Select(item => new HeldShowing(
            answer.Variant.Experiment, answer.Variant.Variant, answer.ModelVersion, Hex(item.Item), item.Position, Words(item.Had), At(item.At))))],
        [.. known.Events.Select(happened => new HeldEventMark(At(happened.Time), Hex(happened.Hash)))]);

    private static List<string> Words(FeedbackKind had) =>
        [.. new[] { FeedbackKind.Impression, FeedbackKind.Click, FeedbackKind.Purchase }.Where(kind => had.HasFlag(kind)).Select(kind => kind.ToString().ToLowerInvariant())];

    private static string EventTypeOf(SequenceEventType type) => type == SequenceEventType.AddToCart ? "add-to-cart" : type.ToString().ToLowerInvariant();

    private static string Hex(ulong hash) => hash.ToString("x16", System.Globalization.CultureInfo.InvariantCulture);

    private static DateTimeOffset At(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
}

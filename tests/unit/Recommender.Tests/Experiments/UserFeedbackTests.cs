using Driftline.Recommender.Experiments;
using Driftline.Recommender.Retrieval;
using FsCheck.Xunit;
using Xunit;
using static Driftline.Recommender.Tests.Records;

namespace Driftline.Recommender.Tests.Experiments;

public sealed class UserFeedbackTests
{
    private static readonly TimeSpan Window = TimeSpan.FromHours(1);
    private static readonly VariantKey A = new("e", "a");
    private readonly UserFeedback _user = new();
    private long _events;

    [Fact]
    public void ATokenTiesAnEventToVariantVersionAndPosition()
    {
        var token = Token(["x", "y", "z"]);
        Assert.Equal([("x", 1), ("z", 3)], Apply(FeedbackKind.Impression, 0, token, "x", "z", "not in the answer").Select(one => (one.ItemId, one.Position)));
        var click = Assert.Single(Apply(FeedbackKind.Click, 1, token, "y")); // before its impression has come
        Assert.Equal((A, "m1", 2, FeedbackKind.Click), (click.Variant, click.ModelVersion, click.Position, click.Kind));
        Assert.Single(Apply(FeedbackKind.Impression, 2, token, "y"));
        Assert.Equal(new UserCounts(3, 1, 0), _user.Counts[A]);
    }

    [Fact]
    public void AShownItemCountsOneImpressionOneClickAndOnePurchase()
    {
        var token = Token(["x"]);
        for (var i = 0; i < 3; i++)
        {
            foreach (var kind in (FeedbackKind[])[FeedbackKind.Impression, FeedbackKind.Click, FeedbackKind.Purchase])
                Assert.Equal(i == 0 ? 1 : 0, Apply(kind, i, token, "x", "x").Count);
        }

        Assert.Single(Apply(FeedbackKind.Impression, 5, Token(["x"]), "x")); // shown again in another answer
        Assert.Equal(new UserCounts(2, 1, 1), _user.Counts[A]);
    }

    [Fact]
    public void WithoutATokenAnEventBelongsToTheLastShowingWithinTheWindow()
    {
        Apply(FeedbackKind.Impression, 0, Token(["w", "x"]), "w", "x");
        Apply(FeedbackKind.Impression, 10, Token(["x"]), "x");
        Assert.Equal(1, Assert.Single(Apply(FeedbackKind.Purchase, 20, null, "x", "never shown")).Position); // of the second answer
        Assert.Equal(2, Assert.Single(Apply(FeedbackKind.Purchase, 5, null, "x")).Position); // happened between the two
        Assert.Empty(Apply(FeedbackKind.Click, 61, null, "w"));
        Assert.Empty(Apply(FeedbackKind.Click, -1, null, "x"));
    }

    [Fact]
    public void AClickRenewsTheWindow()
    {
        var token = Token(["x"]);
        Apply(FeedbackKind.Impression, 0, token, "x");
        Apply(FeedbackKind.Click, 50, token, "x");
        Assert.Single(Apply(FeedbackKind.Purchase, 100, null, "x"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void APurchaseBetweenAShowingAndAClickCountsInWhicheverOrderTheyCome(bool isLate)
    {
        var token = Token(["x"]);
        Apply(FeedbackKind.Impression, 0, token, "x");
        if (isLate) Apply(FeedbackKind.Click, 10, token, "x");
        var user = FeedbackBytes.Read(FeedbackBytes.Write(_user));

        Assert.Single(user.Apply(Event(FeedbackKind.Purchase, 5, null, "x"), Window)!);
        if (!isLate) Assert.Single(user.Apply(Event(FeedbackKind.Click, 10, token, "x"), Window)!);
        Assert.Equal(new UserCounts(1, 1, 1), user.Counts[A]);
    }

    [Fact]
    public void WhatWasStoredWithoutFirstTimesIsReadAndGoesByTheLast()
    {
        var token = Token(["x", "y"]);
        Apply(FeedbackKind.Impression, 0, token, "x", "y");
        Apply(FeedbackKind.Click, 1, token, "x");
        var stored = FeedbackBytes.Write(_user);
        var user = FeedbackBytes.Read(stored[..^4]); // the spans of the items: 60,000 ms in three bytes, and none in one

        Assert.Equal(_user.Counts, user.Counts);
        Assert.Empty(user.Apply(Event(FeedbackKind.Purchase, 0.5, null, "x"), Window)!);
        Assert.Single(user.Apply(Event(FeedbackKind.Purchase, 0.5, null, "y"), Window)!);
        Assert.Single(user.Apply(Event(FeedbackKind.Purchase, 2, null, "x"), Window)!);
    }

    [Fact]
    public void ATokenOutlastsTheWindow()
    {
        var token = Token(["x"]);
        Apply(FeedbackKind.Impression, 0, token, "x");
        Assert.Single(Apply(FeedbackKind.Purchase, 100_000, token, "x"));
    }

    [Fact]
    public void AnOldAnswerThatIsSeenAgainCountsNothingAgain()
    {
        var old = Token(["x"]);
        Apply(FeedbackKind.Impression, 0, old, "x");
        Apply(FeedbackKind.Click, 1, old, "x");
        Apply(FeedbackKind.Impression, 1_000, Token(["y"]), "y"); // long after the window
        Assert.Empty(Apply(FeedbackKind.Impression, 1_001, old, "x"));
        Assert.Empty(Apply(FeedbackKind.Click, 1_002, old, "x"));
        Assert.Equal(new UserCounts(2, 1, 0), _user.Counts[A]);
    }

    [Fact]
    public void EventsWithoutATokenBeforeAnyShowingLeaveNoTrace()
    {
        Assert.Null(_user.Apply(Event(FeedbackKind.Click, 5, null, "x"), Window));
        Assert.Null(_user.Apply(Event(FeedbackKind.Impression, 5, null, "x"), Window));
        Assert.Empty(_user.Events);
    }

    [Fact]
    public void StateStaysBounded()
    {
        for (var i = 0; i < 2_000; i++) Apply(FeedbackKind.Impression, i / 100.0, Token(["x", "y", "z"]), "x", "y", "z");
        Assert.Equal(UserFeedback.MaxEvents, _user.Events.Count);
        Assert.InRange(_user.Answers.Sum(answer => answer.Items.Count), 1, UserFeedback.MaxShownItems);
        Assert.Equal(6_000, _user.Counts[A].Impressions);
        Assert.InRange(FeedbackBytes.Write(_user).Length, 1, 20_000);
    }

    [Property(MaxTest = 200)]
    public void AnyHistoryThatComesAgainInAnyPartCountsNothing(int seed)
    {
        var random = new Random(seed);
        var tokens = Enumerable.Range(0, 12).Select(_ => Token([.. Enumerable.Range(0, 4).Select(_ => $"item{random.Next(6)}").Distinct()])).ToArray();
        var events = Enumerable.Range(0, 400).Select(_ => Event(
            (FeedbackKind)(1 << random.Next(3)), random.Next(600), random.Next(2) == 0 ? null : tokens[random.Next(tokens.Length)], $"item{random.Next(6)}", $"item{random.Next(6)}")).ToList();
        var user = new UserFeedback();
        for (var i = 0; i < events.Count; i++)
        {
            user.Apply(events[i], Window);
            var again = events[random.Next(i + 1)];
            Assert.Empty(user.Apply(again, Window) ?? []);
            user = FeedbackBytes.Read(FeedbackBytes.Write(user)); // and storing it changes nothing
        }

        var counts = user.Counts.ToDictionary();
        foreach (var again in events) Assert.Null(user.Apply(again, Window));
        Assert.Equal(counts, user.Counts);
    }

    private IReadOnlyList<Counted> Apply(FeedbackKind kind, double minute, AttributionToken? token, params string[] items) =>
        _user.Apply(Event(kind, minute, token, items), Window) ?? [];

    private FeedbackEvent Event(FeedbackKind kind, double minute, AttributionToken? token, params string[] items)
    {
        _events++;
        return new FeedbackEvent(FeedbackEvent.Hash($"event-{_events}"), (Start + TimeSpan.FromMinutes(minute)).ToUnixTimeMilliseconds(), _events, kind, items, token);
    }

    private static AttributionToken Token(string[] items) => AttributionToken.New(Start, "m1", items, new Assignment(new ExperimentOptions { Name = "e" }, new VariantOptions { Name = "a" }));
}

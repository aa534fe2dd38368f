using Driftline.Storefront;
using Driftline.Training;
using Xunit;

namespace Driftline.InterestModel.Tests;

public sealed class TrainingDataTests
{
    private const string Header = "user_id,item_id,event_time,event_type,quantity,price,order_id,rating\n";

    private const string Events = Header +
        "four,a,2026-01-01,purchase,,,,\nthree,a,2026-01-01,click,,,,\ntwo,a,2026-01-01,click,,,,\none,a,2026-01-01,click,,,,\n" +
        "four,b/ü 1,2026-01-02,purchase,,,,\nfour,c,2026-01-02,purchase,,,,\nfour,a,2026-01-02,review,,,,4.5\nfour,c,2026-01-02,impression,,,,\n" +
        "three,c,2026-01-03,click,,,,\nthree,b/ü 1,2026-01-03,click,,,,\ntwo,unlisted,2026-01-03,,,,,\n";

    private const string Items = "item_id,title,category,description\na,First,,\n\"b/ü 1\",Second,,\nc,Third,,\n";

    [Fact]
    public void TheLastEventIsTestAndTheOneBeforeItValidation() => DataFolder.With(Events, Items, folder =>
    {
        var data = TrainingData.Read(folder);
        var users = data.Users.ToDictionary(user => user.UserId);
        Assert.Equal(["four", "three", "two", "one"], data.Users.Select(user => user.UserId));
        Assert.Equal([2, 1, 1, 1], data.Users.Select(user => user.TrainingEvents));
        Assert.Equal(["a", "b/ü 1", "c", "a"], users["four"].Events.Select(Id));          // equal times in file order, no impression
        Assert.Equal(("c", "a"), (Next(users["four"].Validation), Next(users["four"].Test)));
        Assert.Equal(3, users["four"].Test!.Before.Count);
        Assert.Equal(("c", "b/ü 1"), (Next(users["three"].Validation), Next(users["three"].Test)));
        Assert.Null(users["two"].Validation);
        Assert.Equal("unlisted", Next(users["two"].Test));
        Assert.Null(users["one"].Test);
        Assert.Equal([4, 1, 0, 0], data.TrainingCounts);
        Assert.Equal("Third", data.Items[2].Title);
        Assert.Equal(["(uncategorised)"], data.Vocabulary.Categories);
        return 0;

        string Next(EvaluationCase? held) => data.Items[Assert.Single(held!.Relevant) - ItemRows.First].ItemId;
        string Id(EncodedEvent e) => data.Items[e.Item - ItemRows.First].ItemId;
    });

    [Fact]
    public void TheSplitsHashChangesWithTheSplit()
    {
        var hash = DataFolder.With(Events, Items, folder => TrainingData.Read(folder).SplitHash);
        Assert.Equal(hash, DataFolder.With(Events, Items + "d,New,,\n", folder => TrainingData.Read(folder).SplitHash));
        Assert.NotEqual(hash, DataFolder.With(Events + "one,c,2026-01-04,click,,,,\n", Items, folder => TrainingData.Read(folder).SplitHash));
    }

    /// <summary>A review needs a rating at the ingestor: without one a replay sends it as a click, and so it is learnt.</summary>
    [Fact]
    public void AReviewWithoutARatingIsAClick() => Assert.Equal(
        [Sequences.SequenceEventType.Click, Sequences.SequenceEventType.Review],
        DataFolder.With(Header + "u,a,2026-01-01,review,,,,\nu,a,2026-01-02,review,,,,4\nu,a,2026-01-03,click,,,,\nu,a,2026-01-04,click,,,,\n", Items, TrainingData.Read)
            .Users[0].Events.Take(2).Select(e => e.Type));

    [Fact]
    public void AnUnknownEventTypeIsNamed() => Assert.Contains("line 2, column event_type: 'wish'", Assert.Throws<ImportException>(() =>
        DataFolder.With(Header + "u,a,2026-01-01,wish,,,,\n", Items, TrainingData.Read)).Message, StringComparison.Ordinal);

    [Fact]
    public void AFolderWithNothingToLearnFromIsRefused() => Assert.Contains("four or more events", Assert.Throws<InputException>(() =>
        DataFolder.With(Header + "u,a,2026-01-01,click,,,,\n", Items, TrainingData.Read)).Message, StringComparison.Ordinal);

    [Fact]
    public void TheHorizonIsTheComingDaysOrTheComingEventsAndNeverTheHeldOut()
    {
        // Categories of items 0..3 are Books, Garden, Kitchen, Toys; the last two events are held out.
        const long Day = 86_400_000;
        var user = new UserHistory("u", [.. new (int, long)[] { (0, 0), (1, 1), (2, 6), (3, 30), (0, 31), (0, 32) }.Select(e =>
            new EncodedEvent(e.Item1 + ItemRows.First, Sequences.SequenceEventType.Click, e.Item2 * Day))], [0, 1, 2, 3, 4, 5], 4);
        var data = TrainingData.Of([.. Enumerable.Range(0, 4).Select(SyntheticStore.Item)], [user], Split.LeaveOneOut, "", "");
        var targets = new HorizonTargets(data.Vocabulary, new Featuriser(new FeatureSettings()), days: 7, sparseEvents: 10);
        Assert.Equal([0, 0.5f, 0.5f, 0], Target(0));
        Assert.Equal([0, 0, 0, 1], Target(2));
        Assert.Equal([0, 0, 0, 0], Target(3));

        float[] Target(int position)
        {
            var target = new float[4];
            targets.Write(user, position, target);
            return target;
        }
    }

    [Fact]
    public void EachEpochMeetsEveryNextEventOnce()
    {
        var data = SyntheticStore.Data(users: 50);
        var windows = new TrainingWindows(data, sequenceLength: 4, batchEvents: 32, causal: true, seed: 1);
        for (var epoch = 1; epoch <= 2; epoch++)
        {
            var met = windows.Epoch(epoch).SelectMany(batch => batch)
                .SelectMany(window => Enumerable.Range(window.Start, window.Length).Select(i => (window.User.UserId, i))).ToArray();
            Assert.Equal(data.Users.Sum(user => user.TrainingEvents - 1), met.Length);
            Assert.Equal(met.Length, met.Distinct().Count());
        }
    }
}

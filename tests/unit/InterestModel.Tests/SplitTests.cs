using Driftline.Training;
using Xunit;

namespace Driftline.InterestModel.Tests;

public sealed class SplitTests
{
    private const long Day = 86_400_000;

    [Theory]
    [InlineData("leave-one-out")]
    [InlineData("leave-out:3")]
    [InlineData("time:2026-01-05")]
    [InlineData("time:auto")]
    public void ASplitIsNamedAsItIsWritten(string name) => Assert.Equal(name, Split.Parse(name).Name);

    [Theory]
    [InlineData("leave-out:0")]
    [InlineData("leave-out:-1")]
    [InlineData("time:2026-02-30")]
    [InlineData("last")]
    [InlineData("")]
    public void AnUnknownSplitIsRefusedWithWhatIsKnown(string name) =>
        Assert.Contains("--split", Assert.Throws<InputException>(() => Split.Parse(name)).Message, StringComparison.Ordinal);

    [Fact]
    public void LeavingOutNHoldsTheLastNForTestAndTheNBeforeForValidation()
    {
        var user = Divide("leave-out:2", "u", (0, 0), (1, 1), (2, 2), (2, 3), (0, 20), (3, 21));
        Assert.Equal(2, user.TrainingEvents);
        Holds([2], [2], 2, 4, user.Validation);
        // The known events end on day 3, so that the seven days hold nothing and the coming events are judged.
        Holds([0, 3], [3], 4, 6, user.Test);
        Assert.Equal(3 * Day, user.Test!.AsOf);

        var few = Divide("leave-out:2", "u", (0, 0), (1, 1), (2, 2));
        Assert.Null(few.Validation);
        Assert.Equal((1, 1), (few.TrainingEvents, few.Test!.Known));
        Assert.Null(Divide("leave-out:2", "u", (0, 0), (1, 1)).Test);
    }

    [Fact]
    public void KnownAreTheTrainingAndValidationEventsAndNoTest()
    {
        Assert.Equal(4, Divide("leave-out:2", "u", (0, 0), (1, 1), (2, 2), (2, 3), (0, 20), (3, 21)).KnownEvents);
        Assert.Equal(4, Divide("leave-out:2", "u", (0, 0), (1, 1), (2, 2), (2, 20), (0, 21), (3, 22)).KnownEvents); // one of the validation events is beyond the horizon
        Assert.Equal(1, Divide("leave-out:2", "u", (0, 0), (1, 1), (2, 2)).KnownEvents);
        Assert.Equal(3, Divide("time:1970-01-11", Validating, (0, 0), (1, 8), (2, 8), (1, 10)).KnownEvents);
        Assert.Equal(0, Divide("time:1970-01-11", NotValidating, (1, 10), (2, 11)).KnownEvents);
    }

    [Fact]
    public void ASplitByTimeAsksForTheNextOrderAndJudgesTheComingWeek()
    {
        // T is day 10: an order of two events, one more in the week after T, and one beyond it.
        var user = Divide("time:1970-01-11", NotValidating, (0, 0), (1, 8), (1, 10), (2, 10), (3, 12), (0, 30));
        Assert.Null(user.Validation);
        Assert.Equal(2, user.TrainingEvents);
        Holds([1, 2], [2], 2, 5, user.Test);
        Assert.Equal(10 * Day, user.Test!.AsOf);
    }

    [Fact]
    public void OneUserInFiveValidatesOnTheLastOrderBeforeT()
    {
        var user = Divide("time:1970-01-11", Validating, (0, 0), (1, 8), (2, 8), (1, 10));
        Assert.Equal(1, user.TrainingEvents);
        Holds([1, 2], [1, 2], 1, 3, user.Validation);
        Holds([1], [], 3, 4, user.Test);

        // A single order before T stays for training.
        var one = Divide("time:1970-01-11", Validating, (0, 8), (1, 8), (1, 10));
        Assert.Null(one.Validation);
        Assert.Equal(2, one.TrainingEvents);
        Assert.InRange(Enumerable.Range(0, 1000).Count(i => Divide("time:1970-01-11", $"u{i}", (0, 0), (1, 8)).Validation is not null), 160, 240);
    }

    [Fact]
    public void UsersOnOneSideOfTHaveNoTest()
    {
        var before = Divide("time:1970-01-11", NotValidating, (0, 0), (1, 8));
        Assert.Equal((2, null), (before.TrainingEvents, before.Test));
        var after = Divide("time:1970-01-11", NotValidating, (0, 10), (1, 18));
        Assert.Equal((0, null), (after.TrainingEvents, after.Test));
    }

    [Fact]
    public void TimeAutoTakesTheMidnightBeforeTheEightiethPercentile()
    {
        var times = Enumerable.Range(0, 10).Select(hour => hour * Day / 2 + 1).ToArray();
        Assert.Equal("time:1970-01-05", Split.Parse("time:auto").Resolve(times).Name);
        Assert.Throws<InputException>(() => Split.Parse("time:auto").Resolve([1, 2, 3]));
    }

    [Fact]
    public void OrdersChangeWithTheirIdOrWhereItIsEmptyWithTheTime()
    {
        const string Events = "user_id,item_id,event_time,event_type,quantity,price,order_id,rating\n" +
            "u,a,2026-01-01,purchase,,,7,\nu,b,2026-01-01,purchase,,,7,\nu,c,2026-01-01,purchase,,,8,\nu,a,2026-01-02,purchase,,,8,\n" +
            "u,a,2026-01-02,purchase,,,,\nu,b,2026-01-02,purchase,,,,\nu,c,2026-01-03,purchase,,,,\n";
        var user = DataFolder.With(Events, "item_id\na\nb\nc\n", folder => TrainingData.Read(folder).Users[0]);
        Assert.Equal([0, 0, 1, 1, 2, 2, 3], user.Orders);
    }

    private static string NotValidating => Id(validates: false);

    private static string Validating => Id(validates: true);

    private static string Id(bool validates) =>
        Enumerable.Range(0, 100).Select(i => $"u{i}").First(id => Divide("time:1970-01-11", id, (0, 0), (1, 8)).Validation is not null == validates);

    private static UserHistory Divide(string split, string id, params (int Item, int Day)[] events)
    {
        var orders = events.Select((e, i) => events.Take(i + 1).Select(x => x.Day).Distinct().Count() - 1).ToArray();
        return Split.Parse(split).Divide(
            id, [.. events.Select(e => new EncodedEvent(e.Item + ItemRows.First, Sequences.SequenceEventType.Click, e.Day * Day))], orders);
    }

    private static void Holds(int[] relevant, int[] isNew, int known, int futureEnd, EvaluationCase? held)
    {
        Assert.Equal(relevant, held!.Relevant.Select(row => row - ItemRows.First));
        Assert.Equal(isNew, held.RelevantNew.Select(row => row - ItemRows.First));
        Assert.Equal((known, futureEnd), (held.Known, held.FutureEnd));
    }
}

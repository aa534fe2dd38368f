using Xunit;

namespace Driftline.InterestModel.Tests;

public sealed class BlendTests
{
    private static readonly float[] Logits = [0.3f, -1.2f, 2f, 0.9f, -0.5f];

    // Item 0 leads to 1 (0.6) and 3 (0.3); item 2 leads to 4 (0.8); the rest to nothing.
    private static readonly LinkTable Table = new([1, 3, 0, 0, 4, 0, 0, 0, 0, 0], [0.6f, 0.3f, 0, 0, 0.8f, 0, 0, 0, 0, 0], 2);

    private static Blend Mix(float table, float own, float repeat) =>
        new([Table, Table, Table], new BlendSettings([table, 0, 0, own], [0.5f, 0.5f, 0.5f, 0.5f], repeat));

    [Fact]
    public void BoostedLogitsDifferFromTheMixturesLogarithmByOneConstant()
    {
        var boosts = new ItemValues(Logits.Length);
        Mix(table: 0.4f, own: 0.1f, repeat: 0.25f).Boosts([0, 2, 0], Logits, boosts);

        // By hand: events count 1, 1/2 and 1/4, so that item 0 has 5/7 and item 2 has 2/7 of each kind of evidence.
        double[] linked = [0, 0.6 * 5 / 7, 0, 0.3 * 5 / 7, 0.8 * 2 / 7];
        double[] own = [5.0 / 7, 0, 2.0 / 7, 0, 0];
        var z = Logits.Sum(logit => Math.Exp(logit));
        var differences = Logits.Select((logit, i) =>
            logit + boosts[i] - Math.Log((i is 0 or 2 ? 0.25 : 1) * (0.5 * Math.Exp(logit) / z + 0.4 * linked[i] + 0.1 * own[i]))).ToArray();
        Assert.All(differences, difference => Assert.Equal(differences[0], difference, 1e-5));
    }

    [Fact]
    public void ANewcomerHasTheEvidenceOfTheItemsThatItIsLike()
    {
        // Item 4 is the most like it, but training did not meet it.
        var newcomers = new Newcomers([[1, 0], [0, 1], [-1, 0], [0, -1], [3, 4]], [true, true, true, true, false]);
        newcomers.Set(5, [0, 7]);
        newcomers.Set(6, [0, 0]); // nothing is known of it
        newcomers.Set(5, [3, 4]); // another text
        float[] logits = [.. Logits, 0.2f, 1.1f];
        var boosts = new ItemValues(logits.Length);
        new Blend([Table, Table, Table], new BlendSettings([0.4f, 0, 0, 0.1f], [0.5f, 0.5f, 0.5f, 0.5f], 0.25f), newcomers).Boosts([0, 2, 0], logits, boosts);

        double[] recalled = [0.1 * 5 / 7, 0.4 * 0.6 * 5 / 7, 0.1 * 2 / 7, 0.4 * 0.3 * 5 / 7];
        double[] alike = [Math.Exp(0.6 / 0.07), Math.Exp(0.8 / 0.07), Math.Exp(-0.6 / 0.07), Math.Exp(-0.8 / 0.07)];
        var inherited = recalled.Zip(alike, (q, weight) => q * weight).Sum() / alike.Sum();
        var z = Logits.Sum(logit => Math.Exp(logit));
        Assert.Equal(Math.Log(1 + inherited / (0.5 * Math.Exp(0.2) / z)), boosts[5], 1e-5);
        Assert.Equal(0, boosts[6]);
        Assert.Throws<ArgumentOutOfRangeException>(() => newcomers.Set(4, [1, 0]));
        Assert.Throws<ArgumentOutOfRangeException>(() => newcomers.Set(8, [1, 0]));
    }

    [Fact]
    public void OnlyLinkedAndRepeatedItemsHaveABoost()
    {
        var boosts = new ItemValues(Logits.Length);
        Mix(table: 0.4f, own: 0, repeat: 1).Boosts([0], Logits, boosts);
        Assert.Equal([1, 3], boosts.Items.ToArray().Order());
        Mix(table: 0, own: 0, repeat: 0.01f).Boosts([3, 3, -1], Logits, boosts);
        Assert.Equal([3], boosts.Items.ToArray());
        Assert.Equal(Math.Log(0.01), boosts[3], 1e-5);
    }

    [Fact]
    public void TheNetworkAloneHasNoBoosts()
    {
        var boosts = new ItemValues(Logits.Length);
        Mix(table: 0.4f, own: 0.1f, repeat: 1).Boosts([0], Logits, boosts);
        new Blend([Table, Table, Table], BlendSettings.NetworkAlone).Boosts([0, 2], Logits, boosts);
        Assert.Equal(0, boosts.Items.Length);
    }

    [Theory]
    [InlineData(1f, 2)]
    [InlineData(0.25f, 2)]
    [InlineData(0.25f, 9)]
    public void TheForemostBoostsAreThoseOfTheHighestItemsAndAllThatLower(float repeat, int most)
    {
        var random = new Random(7);
        const int items = 300;
        var table = new LinkTable([.. Enumerable.Range(0, items * 20).Select(_ => random.Next(items))], [.. Enumerable.Range(0, items * 20).Select(_ => random.NextSingle() / 20)], 20);
        var blend = new Blend([table, table, table], new BlendSettings([0.3f, 0.2f, 0, 0.1f], [0.5f, 0.9f, 0.5f, 0.5f], repeat));
        var foremost = new ForemostBoosts(blend, items, most);
        var all = new ItemValues(items);
        for (var user = 0; user < 20; user++)
        {
            float[] logits = [.. Enumerable.Range(0, items).Select(_ => 8 * random.NextSingle())];
            int[] events = [.. Enumerable.Range(0, 1 + user).Select(_ => random.Next(-1, items))];
            blend.Boosts(events, logits, all);
            var boosted = all.Items.ToArray();
            var raised = boosted.Where(item => all[item] > 0).OrderByDescending(item => logits[item] + all[item]).GroupBy(events.Contains).SelectMany(some => some.Take(most)).OrderByDescending(item => logits[item] + all[item]);
            var lowered = boosted.Where(item => all[item] < 0).Order().ToArray();

            var told = foremost.Of(events, logits, []).ToArray();

            Assert.Equal(raised, told[..^lowered.Length].Select(one => one.Item));
            Assert.Equal(lowered, told[^lowered.Length..].Select(one => one.Item).Order());
            Assert.All(told, one => Assert.Equal(all[one.Item], one.Boost, 1e-4));
        }
    }

    [Theory]
    [InlineData(3, 1f)]
    [InlineData(500, 1f)]
    [InlineData(3, 0.25f)]
    [InlineData(500, 0.25f)]
    public void OfTheNewcomersThoseAreForemostForWhichAForemostItemStandsInAndThoseThatTheUserHadAreLowered(int most, float repeat)
    {
        var random = new Random(8);
        const int items = 200, newcomerCount = 60, dimensions = 4;
        float[] Vector() => [.. Enumerable.Range(0, dimensions).Select(_ => 4 * random.NextSingle() - 2)];
        var newcomers = new Newcomers([.. Enumerable.Range(0, items).Select(_ => Vector())], [.. Enumerable.Repeat(true, items)]);
        for (var i = 0; i < newcomerCount; i++) newcomers.Set(items + i, Vector());
        var table = new LinkTable([.. Enumerable.Range(0, items * 20).Select(_ => random.Next(items))], [.. Enumerable.Range(0, items * 20).Select(_ => random.NextSingle() / 20)], 20);
        var blend = new Blend([table, table, table], new BlendSettings([0.3f, 0.2f, 0, 0.1f], [0.5f, 0.9f, 0.5f, 0.5f], repeat), newcomers);
        var foremost = new ForemostBoosts(blend, items, most);
        var all = new ItemValues(items + newcomerCount);
        var newcomersLowered = 0;
        for (var user = 0; user < 20; user++)
        {
            var vector = Vector();
            float[] logits = [.. Enumerable.Range(0, items).Select(_ => 8 * random.NextSingle())];
            float[] extended = [.. logits, .. Enumerable.Range(items, newcomerCount).Select(item => newcomers.Logit(item, vector))];
            int[] events = [.. Enumerable.Range(0, 1 + user % 3).Select(_ => random.Next(items)), .. Enumerable.Range(0, user % 4).Select(_ => items + random.Next(newcomerCount))];
            blend.Boosts(events, extended, all);
            IEnumerable<int> Highest(IEnumerable<int> some) => some.Where(item => all[item] > 0).OrderByDescending(item => extended[item] + all[item]).GroupBy(events.Contains).SelectMany(group => group.Take(most)).OrderByDescending(item => extended[item] + all[item]);
            var trained = Highest(all.Items.ToArray().Where(item => item < items)).ToArray();
            var raised = Highest([.. trained, .. trained.SelectMany(item => newcomers.For(item).ToArray()).Select(one => one.Newcomer).Union(events.Where(item => item >= items && repeat != 1))]).ToArray();
            var lowered = all.Items.ToArray().Where(item => all[item] < 0).ToArray();

            var told = foremost.Of(events, logits, vector).ToArray();

            Assert.Equal(raised, told[..^lowered.Length].Select(one => one.Item));
            Assert.Equal(lowered.Order(), told[^lowered.Length..].Select(one => one.Item).Order());
            newcomersLowered += lowered.Count(item => item >= items);
            Assert.All(told, one => Assert.Equal(all[one.Item], one.Boost, 1e-4));
            if (most > items) Assert.Equal(all.Items.ToArray().Order(), told.Select(one => one.Item).Order());
        }

        Assert.Equal(repeat != 1, newcomersLowered > 0);
    }

    /// <summary>What a user costs must not grow with the newcomers.</summary>
    [Fact]
    public void OfManyNewcomersAnItemStandsInForThoseThatAreMostLikeIt()
    {
        var newcomers = new Newcomers([[1, 0], [0, 1]], [true, true]);
        for (var i = 0; i < 50; i++) newcomers.Set(2 + i, [MathF.Cos(i / 50f), MathF.Sin(i / 50f)]);
        Assert.Equal(Enumerable.Range(2, Newcomers.MostEach), newcomers.For(0).ToArray().Select(one => one.Newcomer));
        for (var i = 0; i < 10; i++) newcomers.Set(2 + i, [0, 1]);
        Assert.Equal(Enumerable.Range(12, Newcomers.MostEach), newcomers.For(0).ToArray().Select(one => one.Newcomer));
    }

    /// <summary>An item that is gone would keep another from being found.</summary>
    [Fact]
    public void ANewcomerThatIsWithdrawnLeavesItsPlaceToTheNextAndMayComeBack()
    {
        var newcomers = new Newcomers([[1, 0], [0, 1]], [true, true]);
        for (var i = 0; i < 50; i++) newcomers.Set(2 + i, [MathF.Cos(i / 50f), MathF.Sin(i / 50f)]);
        for (var i = 0; i < 10; i++) newcomers.Withdraw(2 + i);
        newcomers.Withdraw(2);
        Assert.Equal(Enumerable.Range(12, Newcomers.MostEach), newcomers.For(0).ToArray().Select(one => one.Newcomer));
        newcomers.Set(2, [1, 0]);
        Assert.Equal([2, .. Enumerable.Range(12, Newcomers.MostEach - 1)], newcomers.For(0).ToArray().Select(one => one.Newcomer));
    }

    [Fact]
    public void OnlyTheNewestEventsAreReadAndUnknownItemsHaveNoIndex()
    {
        EncodedEvent[] events = [Of(ItemRows.First), Of(ItemRows.Unknown), Of(ItemRows.First + 4), Of(ItemRows.First + 5)];
        Assert.Equal([-1, 4, -1], Blend.NewestFirst(events, items: 5, most: 3));

        static EncodedEvent Of(int row) => new(row, Sequences.SequenceEventType.Click, 0);
    }
}

using System.IO.Compression;
using System.Text.Json;
using Driftline.Storefront.Simulation;
using Xunit;

namespace Driftline.Storefront.Tests.Simulation;

/// <summary>What the truth says moves is what moves in the events.</summary>
public sealed class TruthTests
{
    private static readonly Simulator Shop = new(new SimulatorOptions { Seed = 5, Shoppers = 1_500, Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero) });
    private static readonly DateTimeOffset Start = Shop.Options.Start;
    private static readonly Dictionary<string, string> Category = Shop.Catalog.ToDictionary(item => item.ItemId, item => item.Categories[0]);
    private static readonly List<ImportEvent> Year = [.. Shop.Events().TakeWhile(e => e.EventTime < Start.AddDays(365)).Where(e => e.EventType == "click")];

    [Fact]
    public void InterestsAreADistributionOverTheCategories() =>
        Assert.All(Shop.Truth.Shoppers.Take(200), id =>
        {
            var shares = Shop.Truth.Interests(id, Start.AddDays(100));
            Assert.Equal(Shop.Truth.Categories.Count, shares.Count);
            Assert.All(shares, share => Assert.InRange(share, 0, 1));
            Assert.Equal(1, shares.Sum(), 9);
        });

    [Theory]
    [InlineData("Seeds & Bulbs", 108, 220)]
    [InlineData("Barbecue", 178, 20)]
    [InlineData("Notebooks", 240, 150)]
    [InlineData("Costumes & Halloween", 296, 120)]
    [InlineData("Christmas Decorations", 342, 160)]
    [InlineData("Winter Sports", 30, 200)]
    public void SeasonsShowInTheEvents(string category, int inSeason, int outOfSeason)
    {
        var (high, low) = (Share(Around(inSeason, 8), category), Share(Around(outOfSeason, 8), category));
        Assert.True(high > 2 * low, $"{category}: {high} in season, {low} out of season");
    }

    [Fact]
    public void TrendsShowInTheEvents()
    {
        var trends = Shop.Truth.Waves(Start.AddDays(40), Start.AddDays(320))
            .Where(wave => wave.Kind == MigrationKind.Trend && wave.Begins > Start.AddDays(20) && wave.Ends < Start.AddDays(345)).ToList();
        var rises = trends.Select(trend =>
        {
            var peak = (trend.Peaks - Start).TotalDays;
            var reach = (trend.Ends - trend.Peaks).TotalDays;
            var calm = Year.Where(e => Math.Abs(Math.Abs((e.EventTime - trend.Peaks).TotalDays) - (1.6 * reach)) < 5).ToList();
            return Share(Around(peak, reach / 4), trend.Categories[0]) / Math.Max(1e-4, Share(calm, trend.Categories[0]));
        }).Order().ToList();

        Assert.True(trends.Count >= 8);
        Assert.True(rises[rises.Count / 2] > 2, $"median rise {rises[rises.Count / 2]}");
        Assert.True(rises.Count(rise => rise > 1.2) > 0.8 * rises.Count, string.Join(", ", rises));
    }

    [Fact]
    public void LifeStagesShowInTheEvents()
    {
        string[] baby = ["Nappies & Baby Care", "Nursery", "Baby Clothing"];
        var births = Shop.Truth.Migrations(Start.AddDays(60), Start.AddDays(300))
            .Where(move => move.Kind == MigrationKind.LifeStage && move.Cause.EndsWith("to new parent", StringComparison.Ordinal)).ToDictionary(move => move.ShopperId);
        var before = Year.Where(e => births.TryGetValue(e.UserId, out var birth) && e.EventTime < birth.Begins && e.EventTime > birth.Begins.AddDays(-60)).ToList();
        var after = Year.Where(e => births.TryGetValue(e.UserId, out var birth) && e.EventTime > birth.Ends && e.EventTime < birth.Ends.AddDays(60)).ToList();
        var (low, high) = (baby.Sum(category => Share(before, category)), baby.Sum(category => Share(after, category)));

        Assert.True(births.Count > 50);
        Assert.True(births.Values.Count(birth => baby.Contains(birth.To[0])) > 0.9 * births.Count);
        Assert.True(high > 4 * low && high > 0.15, $"{low} before, {high} after");
    }

    [Fact]
    public void ATruthfulShareIsTheShareOfFreshInterest()
    {
        // The first click of a first visit is drawn from the latent shares themselves.
        var firsts = Year.DistinctBy(e => e.UserId).ToList();
        var predicted = firsts.Average(e => Math.Log(Shop.Truth.Interests(e.UserId, e.EventTime)[Index(Category[e.ItemId])]));
        var uniform = Math.Log(1.0 / Shop.Truth.Categories.Count);
        var entropy = firsts.Average(e => Shop.Truth.Interests(e.UserId, e.EventTime).Sum(p => p * Math.Log(p)));

        Assert.InRange(predicted, entropy - 0.15, entropy + 0.15);
        Assert.True(predicted > uniform + 0.5);
    }

    [Fact]
    public void MigrationsOfEveryKindAreRecordedByTimeWithTheirCategoriesAndShift()
    {
        var (from, to) = (Start.AddDays(30), Start.AddDays(200));
        var moves = Shop.Truth.Migrations(from, to).ToList();

        Assert.Equal(Enum.GetValues<MigrationKind>(), moves.Select(move => move.Kind).Distinct().Order());
        Assert.All(moves, move =>
        {
            Assert.InRange(move.Shift, Truth.LeastShift, 1);
            Assert.InRange(move.Time, from, to);
            Assert.True(move.Begins < move.Time && move.Time < move.Ends);
            Assert.NotEmpty(move.To);
            Assert.NotEmpty(move.From);
            Assert.Empty(move.To.Intersect(move.From));
        });
        Assert.All(moves.GroupBy(move => move.ShopperId), shopper => Assert.Equal(shopper.OrderBy(move => move.Time), shopper));
        Assert.All(moves.Where(move => move.Cause == "spring garden begins"), move => Assert.Contains(move.To[0], (string[])["Seeds & Bulbs", "Planters & Pots", "Garden Tools", "Paint & Decorating"]));
    }

    [Fact]
    public void WithoutDriftNothingMoves()
    {
        var still = new Simulator(new SimulatorOptions { Shoppers = 50, Drift = 0 }).Truth;
        Assert.Empty(still.Migrations(Start, Start.AddDays(365)));
        Assert.Equal(still.Interests("shopper-00001", Start), still.Interests("shopper-00001", Start.AddDays(200)));
    }

    [Fact]
    public void TheFolderHoldsTheTruthBesideTheDataAndSaysThatItIsSimulated()
    {
        using var temp = new TempFolder();
        var shop = new Simulator(new SimulatorOptions { Shoppers = 40, Items = 200 });
        var counts = SimulatedFolder.Write(shop, temp["shop"], TimeSpan.FromDays(30));

        var folder = ImportFolder.Open(temp["shop"]);
        Assert.Equal(shop.Events().TakeWhile(e => e.EventTime < shop.Options.Start.AddDays(30)), folder.ReadEvents());
        Assert.Equal(counts.Events, folder.ReadEvents().LongCount());
        Assert.Equal(shop.Catalog.Select(item => (item.ItemId, item.Title, item.Price)), folder.ReadItems().Select(item => (item.ItemId, item.Title, item.Price)));
        Assert.Equal(40, folder.ReadUsers().Count());
        Assert.StartsWith("SIMULATED DATA", File.ReadAllText(Path.Combine(temp["shop"], "README.txt")), StringComparison.Ordinal);

        using var lines = new StreamReader(new GZipStream(File.OpenRead(Path.Combine(temp["shop"], SimulatedFolder.TruthFile)), CompressionMode.Decompress));
        var types = new List<string>();
        while (lines.ReadLine() is { } line)
        {
            using var json = JsonDocument.Parse(line);
            types.Add(json.RootElement.GetProperty("type").GetString()!);
            if (types[^1] == "interests") Assert.Equal(1, json.RootElement.GetProperty("shares").EnumerateArray().Sum(share => share.GetDouble()), 2);
            if (types[^1] == "about") Assert.True(json.RootElement.GetProperty("simulated").GetBoolean());
        }

        Assert.Equal("about", types[0]);
        Assert.Equal(40 * 5, types.Count(type => type == "interests"));
        Assert.Contains("wave", types);
        Assert.Contains("migration", types);
    }

    private static int Index(string category) => Shop.Truth.Categories.Index().First(pair => pair.Item == category).Index;

    private static List<ImportEvent> Around(double day, double reach) => [.. Year.Where(e => Math.Abs((e.EventTime - Start).TotalDays - day) < reach)];

    private static double Share(List<ImportEvent> events, string category) => events.Count(e => Category[e.ItemId] == category) / (double)Math.Max(1, events.Count);
}

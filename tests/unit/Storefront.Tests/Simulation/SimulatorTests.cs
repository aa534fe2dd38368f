using Driftline.Storefront.Simulation;
using Xunit;

namespace Driftline.Storefront.Tests.Simulation;

public sealed class SimulatorTests
{
    private static readonly SimulatorOptions Small = new() { Seed = 7, Shoppers = 300, Items = 600 };

    [Fact]
    public void EqualOptionsGiveEqualEvents()
    {
        var simulator = new Simulator(Small);
        var events = simulator.Events().Take(20_000).ToList();

        Assert.Equal(events, new Simulator(Small).Events().Take(20_000));
        Assert.Equal(events, simulator.Events().Take(20_000));
        Assert.NotEqual(events, new Simulator(Small with { Seed = 8 }).Events().Take(20_000));
    }

    [Fact]
    public void AShoppersEventsDoNotDependOnHowManyOthersThereAre()
    {
        var few = new Simulator(Small).Events().Take(20_000).Where(e => e.UserId == "shopper-00042").ToList();
        var many = new Simulator(Small with { Shoppers = 900 }).Events().Where(e => e.UserId == "shopper-00042").Take(few.Count);

        Assert.NotEmpty(few);
        Assert.Equal(few, many);
    }

    [Fact]
    public void EventsComeByTimeFromTheOpeningOnAndNameKnownItems()
    {
        var simulator = new Simulator(Small);
        var items = simulator.Catalog.Select(item => item.ItemId).ToHashSet();
        var previous = Small.Start;
        foreach (var e in simulator.Events().Take(50_000))
        {
            Assert.True(e.EventTime >= previous, $"{e.EventTime:O} after {previous:O}");
            Assert.Contains(e.ItemId, items);
            previous = e.EventTime;
        }
    }

    [Fact]
    public void SixtyDaysOfTheDefaultShopAreSixtyToEightyThousandEventsOfAllFourTypes()
    {
        var options = new SimulatorOptions();
        var counts = new Simulator(options).Events().TakeWhile(e => e.EventTime < options.Start.AddDays(60)).CountBy(e => e.EventType).ToDictionary();

        Assert.InRange(counts.Values.Sum(), 60_000, 80_000);
        Assert.Equal(["add-to-cart", "click", "purchase", "review"], counts.Keys.Order());
        Assert.True(counts["click"] > counts["add-to-cart"] && counts["add-to-cart"] > counts["purchase"] && counts["purchase"] > counts["review"] && counts["review"] > 500);
    }

    [Fact]
    public void PurchasesFollowTheCartAndReviewsFollowThePurchaseByDays()
    {
        var inCart = new HashSet<(string, string)>();
        var bought = new Dictionary<(string, string, string), DateTimeOffset>();
        var reviews = 0;
        foreach (var e in new Simulator(Small).Events().Take(50_000))
        {
            switch (e.EventType)
            {
                case "add-to-cart":
                    inCart.Add((e.UserId, e.ItemId));
                    break;
                case "purchase":
                    Assert.Contains((e.UserId, e.ItemId), inCart);
                    Assert.True(e is { Quantity: >= 1, Price: > 0, OrderId: not null });
                    bought.Add((e.UserId, e.ItemId, e.OrderId), e.EventTime);
                    break;
                case "review":
                    reviews++;
                    var days = (e.EventTime - bought[(e.UserId, e.ItemId, e.OrderId!)]).TotalDays;
                    Assert.InRange(days, 2, 16);
                    break;
            }
        }

        Assert.True(reviews > 100);
    }

    [Fact]
    public void ReviewTextAgreesWithItsRating()
    {
        string[] kind = ["love", "Best", "perfect", "wonderful", "truly", "daily", "better than", "Five stars", "Highly"];
        string[] cross = ["disappointed", "back", "waste", "broke", "Avoid", "refund", "generous", "did not", "Nothing", "Forget"];
        var simulator = new Simulator(Small);
        var pages = simulator.Catalog.ToDictionary(item => item.ItemId, item => item.Description!);
        var reviews = simulator.Events().Where(e => e.EventType == "review").Take(2_000).ToList();

        Assert.All(reviews, review => Assert.InRange(review.Rating!.Value, 1, 5));
        Assert.All(reviews.Where(review => review.Rating == 5), review => Assert.Contains(kind, word => review.ReviewText!.Contains(word, StringComparison.Ordinal)));
        Assert.All(reviews.Where(review => review.Rating == 1), review => Assert.Contains(cross, word => review.ReviewText!.Contains(word, StringComparison.Ordinal)));
        Assert.Equal(5, reviews.Select(review => review.Rating).Distinct().Count());
        // Every review takes up something that the product's own page promises.
        Assert.All(reviews, review => Assert.Contains(Pairs(review.ReviewText!), pair => pages[review.ItemId].Contains(pair, StringComparison.Ordinal)));

        static IEnumerable<string> Pairs(string text)
        {
            var words = text.Split([' ', '.', ',', ';', '!'], StringSplitOptions.RemoveEmptyEntries);
            return words.Zip(words.Skip(1), (first, second) => $"{first} {second}");
        }
    }

    [Theory]
    [InlineData(0, 3_000, "Shoppers")]
    [InlineData(10, 3, "Items")]
    public void AnOptionOutOfRangeIsNamed(int shoppers, int items, string name)
    {
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => new Simulator(new SimulatorOptions { Shoppers = shoppers, Items = items }));
        Assert.Equal(name, error.ParamName);
    }
}

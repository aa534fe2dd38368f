using Driftline.Storefront.Simulation;
using Xunit;

namespace Driftline.Storefront.Tests.Simulation;

public sealed class CatalogTests
{
    private static readonly Simulator Shop = new(new SimulatorOptions { Shoppers = 1 });

    [Fact]
    public void IdsAndTitlesAreDistinctAndEveryItemIsDescribedAndPriced()
    {
        Assert.Equal(3_000, Shop.Catalog.Count);
        Assert.Equal(3_000, Shop.Catalog.DistinctBy(item => item.ItemId).Count());
        Assert.Equal(3_000, Shop.Catalog.DistinctBy(item => item.Title).Count());
        Assert.All(Shop.Catalog, item =>
        {
            Assert.InRange(item.Title.Length, 15, 120);
            Assert.InRange(item.Description!.Length, 60, 400);
            Assert.InRange(item.Price!.Value, 0.5, 5_000);
        });
    }

    [Fact]
    public void CategoriesHaveTwoLevels()
    {
        Assert.All(Shop.Catalog, item => Assert.Equal(2, item.Categories.Count));
        var categories = Shop.Catalog.GroupBy(item => item.Categories[0]).ToList();
        Assert.InRange(categories.Count, 40, 60);
        Assert.InRange(Shop.Catalog.Select(item => item.Categories[1]).Distinct().Count(), 8, 14);
        Assert.All(categories, category => Assert.Single(category.Select(item => item.Categories[1]).Distinct()));
        Assert.All(categories, category => Assert.InRange(category.Count(), 20, 150));
        Assert.Equal(Shop.Truth.Categories.Order(), categories.Select(category => category.Key).Order());
    }

    [Fact]
    public void PricesFollowTheCategory()
    {
        double Median(string category) => Shop.Catalog.Where(item => item.Categories[0] == category).Select(item => item.Price!.Value).Order().ElementAt(10);
        Assert.True(Median("Outdoor Furniture") > 5 * Median("Gift Wrap & Cards"));
    }

    [Fact]
    public void AnyNumberOfItemsCanBeMade() =>
        Assert.All((int[])[60, 137, 8_000], count => Assert.Equal(count, new Simulator(new SimulatorOptions { Shoppers = 1, Items = count }).Catalog.Count));
}

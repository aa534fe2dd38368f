namespace Driftline.Storefront.Simulation;

/// <summary>The simulated products: composed from the vocabulary, ranked by popularity, tied to their companions.</summary>
internal sealed class Catalog
{
    private const double ZipfExponent = 0.9;

    private readonly double[][] _popularity;

    private Catalog(IReadOnlyList<Product> products, Product[][] byCategory)
    {
        Products = products;
        ByCategory = byCategory;
        _popularity = [.. byCategory.Select(Cumulated)];
    }

    public IReadOnlyList<Product> Products { get; }

    /// <summary>Per category, the most popular first.</summary>
    public Product[][] ByCategory { get; }

    public static Catalog Compose(SimulatorOptions options)
    {
        var composer = new ComposeProduct(options.Seed);
        var byCategory = new Product[Vocabulary.CategoryCount][];
        var counts = Shares(options.Items);
        var products = new List<Product>(options.Items);
        for (var c = 0; c < byCategory.Length; c++)
        {
            byCategory[c] = [.. Enumerable.Range(0, counts[c]).Select(_ => composer.Next(c))];
            products.AddRange(byCategory[c]);
        }

        var catalog = new Catalog(products, byCategory);
        var draw = Draw.For(options.Seed, Purpose.Catalog, 1);
        foreach (var product in products) product.Companions = catalog.FindCompanions(product, draw);
        return catalog;
    }

    /// <summary>A product of the category; the k-th most popular has a weight of k^-0.9.</summary>
    public Product Popular(int category, Draw draw)
    {
        var cumulated = _popularity[category];
        var found = Array.BinarySearch(cumulated, draw.Uniform() * cumulated[^1]);
        return ByCategory[category][Math.Min(found < 0 ? ~found : found + 1, cumulated.Length - 1)];
    }

    /// <summary>Three of its own series and category, two of its series elsewhere, two from what its category goes with.</summary>
    private Product[] FindCompanions(Product product, Draw draw)
    {
        var found = new List<Product>();
        Take(ByCategory[product.Category].Where(other => other.Series == product.Series), 3);
        var related = Vocabulary.GoesWith[product.Category];
        Take(related.SelectMany(c => ByCategory[c]).Where(other => other.Series == product.Series
            && Vocabulary.DepartmentOf[other.Category] == Vocabulary.DepartmentOf[product.Category]), 2);
        for (var i = 0; i < 2 && related.Length > 0; i++) Take([Popular(related[draw.Below(related.Length)], draw)], 1);
        for (var tries = 0; found.Count < 3 && tries < 20; tries++) Take([Popular(product.Category, draw)], 1);
        return [.. found];

        void Take(IEnumerable<Product> candidates, int count) => found.AddRange(candidates
            .Where(other => other != product && !found.Contains(other))
            .OrderBy(_ => draw.Uniform()).Take(count));
    }

    private static double[] Cumulated(Product[] products)
    {
        var sums = new double[products.Length];
        double sum = 0;
        for (var k = 0; k < sums.Length; k++) sums[k] = sum += Math.Pow(k + 1, -ZipfExponent);
        return sums;
    }

    /// <summary>Items per category: by weight, at least one, <paramref name="items"/> in all.</summary>
    private static int[] Shares(int items)
    {
        var weights = Vocabulary.Categories.Select(category => 0.5 + category.Weight).ToArray();
        var total = weights.Sum();
        var counts = weights.Select(weight => Math.Max(1, (int)(items * weight / total))).ToArray();
        for (var c = 0; counts.Sum() != items; c = (c + 1) % counts.Length)
        {
            if (counts.Sum() < items) counts[c]++;
            else if (counts[c] > 1) counts[c]--;
        }

        return counts;
    }
}

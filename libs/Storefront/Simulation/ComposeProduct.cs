using System.Globalization;

namespace Driftline.Storefront.Simulation;

/// <summary>Composes titles, descriptions and prices from the vocabulary, never the same title twice.</summary>
internal sealed class ComposeProduct(long seed)
{
    private readonly Draw _draw = Draw.For(seed, Purpose.Catalog);
    private readonly HashSet<string> _titles = new(StringComparer.Ordinal);

    public Product Next(int category)
    {
        var words = Vocabulary.Categories[category];
        var department = Vocabulary.Departments[Vocabulary.DepartmentOf[category]];
        while (true)
        {
            var series = _draw.Below(department.SeriesList.Length);
            var brand = department.BrandList[series % department.BrandList.Length];
            var (noun, material, variant) = (_draw.Of(words.NounList), _draw.Of(words.MaterialList), _draw.Of(words.Variants));
            var title = $"{brand} {department.SeriesList[series]} {Capitalised(material)} {Capitalised(noun)}, {variant}";
            if (!_titles.Add(title)) continue;

            var first = _draw.Below(words.FeatureList.Length);
            var (feature, second) = (words.FeatureList[first], words.FeatureList[(first + 1 + _draw.Below(words.FeatureList.Length - 1)) % words.FeatureList.Length]);
            var tier = _draw.Normal();
            var item = new ImportItem(
                $"SF-{_titles.Count.ToString("D5", CultureInfo.InvariantCulture)}", title, [words.Name, department.Name],
                Describe(brand, department.SeriesList[series], material, noun, feature, second, words), Price(words, tier));
            return new Product(item, category, series, brand, noun, feature, Math.Clamp(3.9 + (0.15 * tier) + (0.45 * _draw.Normal()), 2.2, 4.85), tier);
        }
    }

    /// <summary>Lognormal around the category's median, then ended as shops end prices.</summary>
    private static double Price(CategoryWords words, double tier)
    {
        var price = words.Price * Math.Exp(words.PriceSigma * 0.6 * tier);
        return price < 20 ? Math.Max(0.99, Math.Floor(price * 2) / 2 + 0.49) : Math.Floor(price) + 0.95;
    }

    private string Describe(string brand, string series, string material, string noun, string feature, string second, CategoryWords words)
    {
        var subject = $"{material} {noun}";
        return _draw.Below(4) switch
        {
            0 => $"From {brand}: {subject}, made for {words.Use}. It {feature} and {second}. Part of the {series} series.",
            1 => $"Made for {words.Use}, this is {brand}'s idea of {subject}: it {feature}. Customers also say it {second}.",
            2 => $"{Capitalised(subject)} from the {series} series. It {feature}, and it {second}. Good for {words.Use}.",
            _ => $"{brand} {series}: {subject} that {feature}. Designed for {words.Use}. And it {second}.",
        };
    }

    private static string Capitalised(string text) =>
        string.Join(' ', text.Split(' ').Select(word => word is "of" or "and" or "for" ? word : char.ToUpperInvariant(word[0]) + word[1..]));
}

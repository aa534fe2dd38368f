namespace Driftline.Storefront.Simulation;

/// <summary>What products of one category are made of, called and good for. Lists are written with commas.</summary>
internal sealed record CategoryWords(
    string Name, double Weight, double Price, double PriceSigma, string Nouns, string Materials, string Features, string Use, string[] Variants,
    string[] GoesWith, bool Consumable = false)
{
    public string[] NounList { get; } = Nouns.Split(", ");

    public string[] MaterialList { get; } = Materials.Split(", ");

    public string[] FeatureList { get; } = Features.Split(", ");
}

/// <summary>A department: its categories, and the invented brands and series that it sells.</summary>
internal sealed record DepartmentWords(string Name, string Brands, string Series, CategoryWords[] Categories)
{
    public string[] BrandList { get; } = Brands.Split(", ");

    public string[] SeriesList { get; } = Series.Split(", ");
}

/// <summary>The words that the simulated catalogue is composed of. Brands and series are invented.</summary>
internal static partial class Vocabulary
{
    private static readonly string[] Colours = ["Sage", "Navy", "Charcoal", "Ivory", "Mustard", "Rust", "Dusky Pink", "Forest", "Slate", "Teal", "Plum", "Sand"];
    private static readonly string[] Sizes = ["Small", "Medium", "Large", "Extra Large", "Compact", "Set of 2", "Set of 4", "Set of 6"];
    private static readonly string[] Fits = ["XS", "S", "M", "L", "XL", "Navy S", "Navy M", "Ecru M", "Black L", "Moss M", "Claret S", "Grey L"];
    private static readonly string[] Packs = ["Single", "Pack of 3", "Pack of 6", "Pack of 12", "Trial Size", "Family Size", "Refill", "Gift Box"];
    private static readonly string[] Editions = ["Paperback", "Hardback", "Large Print", "Illustrated", "Pocket Edition", "Box Set", "Anniversary Edition", "Volume 1"];
    private static readonly string[] Models = ["Mk I", "Mk II", "Mk III", "Lite", "Plus", "Pro", "Mini", "Duo"];

    /// <summary>All departments.</summary>
    public static IReadOnlyList<DepartmentWords> Departments { get; } =
        [Garden, Kitchen, Home, Improvement, Family, Fashion, Sport, Electronics, Study, PetsAndBeauty, Celebrations];

    /// <summary>All main categories, department by department.</summary>
    public static IReadOnlyList<CategoryWords> Categories { get; } = [.. Departments.SelectMany(department => department.Categories)];

    public static int CategoryCount => Categories.Count;

    /// <summary>The department's index of each category.</summary>
    public static int[] DepartmentOf { get; } = [.. Departments.SelectMany((department, d) => department.Categories.Select(_ => d))];

    /// <summary>For each category, those that its products go with.</summary>
    public static int[][] GoesWith { get; } = [.. Categories.Select(category => category.GoesWith.Select(Category).ToArray())];

    /// <summary>Index of a category by its name.</summary>
    public static int Category(string name)
    {
        for (var c = 0; c < Categories.Count; c++)
        {
            if (Categories[c].Name == name) return c;
        }

        throw new ArgumentException($"There is no category '{name}' in the vocabulary.", nameof(name));
    }
}

using Driftline.Recommender.Retrieval;

namespace Driftline.Recommender.Api;

/// <summary>The query parameters by which items are chosen, the same wherever items are answered.</summary>
internal static class FilterParameters
{
    public const string Category = "Only items of this category, main or other. May be repeated: an item of any of them passes.";
    public const string MinPrice = "Only items that cost at least this, in the item's own currency, with a decimal point. Items without a price do not pass.";
    public const string MaxPrice = "Only items that cost at most this, in the item's own currency, with a decimal point. Items without a price do not pass.";
    public const string Exclude = "Id of an item to leave out. May be repeated.";
    public const string Kind = "Only items of this kind: product, article, ad, or a word that the catalogue uses.";
    public const string Diversity =
        "How much the items from the vectors should differ from each other: 0 is the plain order, 1 looks at the differences only. Maximal marginal relevance over the best items that pass the filters.";

    public const string Explore =
        "Share of the places, 0 to 1, that are filled by chance from the best items further down, in place of Recommender:ExploreRate. Each item then has its propensity, which the attribution token keeps.";

    public const string ExploreError = "{0} must be a number from {1} to {2}, with a decimal point, e.g. {0}=0.1.";

    public const string DiversityError = "{0} must be a number from {1} to {2}, with a decimal point, e.g. {0}=0.3.";
    public const string PriceError = "{0} must be a number of at least {1}, with a decimal point, e.g. {0}=9.99.";

    /// <summary>Empty categories and ids, as an empty form field sends them, filter nothing.</summary>
    /// <param name="errors">By parameter, what is wrong with it beyond what validation has seen.</param>
    public static ItemFilter Read(
        HttpRequest request, string[]? category, double? minPrice, double? maxPrice, string[]? exclude, string? kind, out Dictionary<string, string[]> errors)
    {
        errors = WithCommas(request, "minPrice", "maxPrice", "diversity", "explore");
        foreach (var (name, messages) in Repeated(request, "kind", "context")) errors[name] = messages;
        if (errors.Count == 0 && minPrice > maxPrice) errors["minPrice"] = ["minPrice must not be greater than maxPrice; swap them or leave one out."];
        return new ItemFilter(Given(category), minPrice, maxPrice, Given(exclude), UsersApi.NullIfEmpty(kind));
    }

    /// <summary>The errors of numbers with a comma: the framework reads "9,99" as 999 and "0,1" as 1, and a parameter given twice as joined by a comma.</summary>
    public static Dictionary<string, string[]> WithCommas(HttpRequest request, params ReadOnlySpan<string> names)
    {
        var errors = new Dictionary<string, string[]>();
        foreach (var name in names)
        {
            if (request.Query[name].ToString().Contains(',', StringComparison.Ordinal)) errors[name] = [$"{name} must be one number with a decimal point and no comma, e.g. {name}=0.5."];
        }

        return errors;
    }

    /// <summary>The errors of texts that were given more than once: the framework reads them as one, joined by a comma.</summary>
    public static Dictionary<string, string[]> Repeated(HttpRequest request, params ReadOnlySpan<string> names)
    {
        var errors = new Dictionary<string, string[]>();
        foreach (var name in names)
        {
            if (request.Query[name].Count > 1) errors[name] = [$"{name} may be given only once."];
        }

        return errors;
    }

    /// <summary>What was given of a parameter that may be repeated.</summary>
    public static HashSet<string> Given(string[]? values) => (values ?? []).Where(value => value.Length > 0).ToHashSet(StringComparer.Ordinal);
}

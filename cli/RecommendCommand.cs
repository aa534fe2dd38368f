using System.CommandLine;
using System.Globalization;
using Driftline.Client;

namespace Driftline.Cli;

/// <summary><c>driftline recommend</c>.</summary>
internal static class RecommendCommand
{
    public static Command Create()
    {
        var user = new Argument<string>("user") { Description = "User id." };
        var count = new Option<int?>("--count") { Description = "Most items, 1 to 100." };
        var category = new Option<string[]>("--category") { Description = "Only items of this category. May be repeated." };
        var minPrice = new Option<double?>("--min-price") { Description = "Only items that cost at least this." };
        var maxPrice = new Option<double?>("--max-price") { Description = "Only items that cost at most this." };
        var exclude = new Option<string[]>("--exclude") { Description = "Id of an item to leave out. May be repeated." };
        var kind = new Option<string?>("--kind") { Description = "Only items of this kind, e.g. product, article, ad." };
        var diversity = new Option<double?>("--diversity") { Description = "0 is the plain order; towards 1, items differ more from each other." };
        var context = new Option<string?>("--context") { Description = "Id of the item on whose page they will be shown." };
        var purchased = new Option<bool>("--include-purchased") { Description = "Offer again what was bought lately." };
        var explore = new Option<double?>("--explore") { Description = "Share of the places, 0 to 1, that are filled by chance." };
        var explain = new Option<bool>("--explain") { Description = "Tell which past events led to each item." };
        var recommend = new Command("recommend", "What to show to a user next, and why.")
        {
            user, count, category, minPrice, maxPrice, exclude, kind, diversity, context, purchased, explore, explain, Connections.Recommender,
        };
        recommend.SetAction((parsed, stopping) => Connections.WithRecommenderAsync(parsed, async recommender =>
        {
            var answer = await recommender.RecommendationsAsync(parsed.GetRequiredValue(user), new RecommendationsQuery
            {
                Count = parsed.GetValue(count),
                Categories = parsed.GetValue(category) ?? [],
                MinPrice = parsed.GetValue(minPrice),
                MaxPrice = parsed.GetValue(maxPrice),
                Exclude = parsed.GetValue(exclude) ?? [],
                Kind = parsed.GetValue(kind),
                Diversity = parsed.GetValue(diversity),
                ContextItem = parsed.GetValue(context),
                IncludePurchased = parsed.GetValue(purchased),
                Explore = parsed.GetValue(explore),
                Explain = parsed.GetValue(explain),
            }, stopping);
            if (parsed.GetValue(Shown.Json)) Shown.Line(answer, CliJson.Default.Recommendations);
            else Show(answer);
            return 0;
        }));
        return recommend;
    }

    private static void Show(Recommendations answer)
    {
        Shown.Table(
            ["#", "item", "title", "category", "price", "from", "why"],
            answer.Items.Select((item, i) => (IReadOnlyList<string?>)
            [
                $"{i + 1}", item.ItemId, item.Title, item.Category, item.Price is { } price ? string.Create(CultureInfo.InvariantCulture, $"{price:0.00} {item.Currency}") : "",
                item.Source, string.Join("; ", item.Reasons),
            ]));
        var personal = answer.Personalised ? "Made for this user" : $"Not personal: {answer.Reason}";
        Console.WriteLine($"{personal}. Model {answer.ModelVersion ?? "none"}, as of {answer.AsOf?.ToString("u", CultureInfo.InvariantCulture) ?? "never"}{(answer.Experiment is null ? "" : $", {answer.Experiment}: {answer.Variant}")}.");
        if (answer.ExplainIgnored is { } unexplained) Console.WriteLine($"Not explained: {unexplained}.");
        if (answer.ContextIgnored is { } ignored) Console.WriteLine($"The item of the page had no part: {ignored}.");
    }
}

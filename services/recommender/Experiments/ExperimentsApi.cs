using System.ComponentModel;
using Driftline.Hosting.Security;
using Driftline.Recommender.Experiments.Statistics;
using Driftline.Recommender.Retrieval;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;

namespace Driftline.Recommender.Experiments;

/// <summary>Experiments and what came of them. Any replica gives the same answer: it is all in Redis.</summary>
internal static class ExperimentsApi
{
    public static void MapExperiments(this IEndpointRouteBuilder app)
    {
        app.MapGet("/v1/experiments", List).WithTags("Experiments").WithName("ListExperiments").WithSummary("Experiments as they are configured").RequireAuthorization(Scopes.Admin);
        app.MapGet("/v1/experiments/{name}", ResultAsync).WithTags("Experiments").WithName("GetExperiment").WithSummary("What came of an experiment").RequireAuthorization(Scopes.Admin)
            .WithDescription("Per variant: users, impressions, clicks, purchases, click-through, conversion and coverage, differences from the first variant with intervals and p-values, and a check that users came in the proportion of the weights.")
            .ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status503ServiceUnavailable);
    }

    internal static Ok<ExperimentsAnswer> List(IOptions<RecommenderOptions> options) =>
        TypedResults.Ok(new ExperimentsAnswer([.. options.Value.Experiments.Select(ExperimentSettings.From)]));

    internal static async Task<Results<Ok<ExperimentAnswer>, ProblemHttpResult>> ResultAsync(
        [Description("Name of the experiment.")] string name, IOptions<RecommenderOptions> options, FeedbackStore store, CatalogTable catalog)
    {
        if (options.Value.Experiments.FirstOrDefault(experiment => experiment.Name == name) is not { } experiment)
            return TypedResults.Problem(
                $"No experiment of this name is configured. Recommender:Experiments holds {Named(options.Value.Experiments)}.", statusCode: StatusCodes.Status404NotFound, title: "Unknown experiment");
        var totals = await store.ReadAsync();
        var coverages = await Task.WhenAll(experiment.Serving.Select(variant => CoverageAsync(store, catalog, new VariantKey(name, variant.Name))));
        return TypedResults.Ok(Compose(experiment, totals, coverages));
    }

    internal static ExperimentAnswer Compose(ExperimentOptions experiment, IReadOnlyDictionary<VariantKey, FeedbackTotals> totals, IReadOnlyList<double?> coverages)
    {
        var variants = experiment.Serving.ToList();
        var sums = variants.ConvertAll(variant => totals.GetValueOrDefault(new VariantKey(experiment.Name, variant.Name)) ?? new FeedbackTotals());
        var answers = variants.Select((variant, i) => VariantAnswer.From(variant.Name, sums[i], i == 0 ? null : sums[0], coverages[i])).ToList();
        var limit = Holm.Limit(answers.SelectMany(answer => answer.Differences).Select(difference => difference.PValue));
        return new ExperimentAnswer(
            ExperimentSettings.From(experiment), Confidence.Level,
            SampleRatioAnswer.From(SampleRatio.Of([.. sums.Select(sum => sum.Users)], [.. variants.Select(variant => variant.Weight)])),
            [.. answers.Select(answer => answer.Judged(limit))]);
    }

    private static async Task<double?> CoverageAsync(FeedbackStore store, CatalogTable catalog, VariantKey variant) =>
        catalog.Count == 0 ? null : Math.Min(1, (double)await store.ItemsShownAsync(variant) / catalog.Count);

    private static string Named(IReadOnlyList<ExperimentOptions> experiments) => experiments.Count == 0 ? "none" : string.Join(", ", experiments.Select(experiment => experiment.Name));
}

using System.Text.Json.Serialization;
using Driftline.Hosting;
using Driftline.Hosting.Security;
using Driftline.Recommender.Api;
using Driftline.Recommender.Experiments;
using Driftline.Recommender.Explanations;
using Driftline.Recommender.Interests;
using Driftline.Recommender.Operations;
using Driftline.Recommender.Privacy;
using Driftline.Recommender.Retrieval;
using Driftline.Sequences;

namespace Driftline.Recommender;

/// <summary>The parts of this stage, registered.</summary>
internal static class RecommenderServices
{
    public static IServiceCollection AddRecommender(this IServiceCollection services)
    {
        services.AddOptionsWithValidateOnStart<RecommenderOptions>().BindConfiguration(RecommenderOptions.Section).ValidateDataAnnotations()
            .Validate(options => IsHttp(options.IngestorUrl), "Recommender:IngestorUrl must be an absolute http or https URL, e.g. http://127.0.0.1:5080.")
            .Validate(options => IsHttp(options.PrometheusUrl), "Recommender:PrometheusUrl must be an absolute http or https URL, e.g. http://prometheus:9090.")
            .Validate(options => IsHttp(options.PredictorUrl), "Recommender:PredictorUrl must be an absolute http or https URL, e.g. http://127.0.0.1:5083.")
            .Validate(options => options.RepurchaseIntervals.Values.All(interval => interval >= TimeSpan.Zero && interval <= TimeSpan.FromDays(36_500)),
                "Recommender:RepurchaseIntervals must be between 00:00:00, which hides nothing, and 36500 days: give each category one such as 30.00:00:00.");
        services.AddRedis();
        return services
            .AddSingleton<RecommenderMetrics>().AddSingleton<Coverage>()
            .AddSingleton<InterestStore>().AddSingleton<ChallengerStore>().AddSingleton<InterestFeed>().AddSingleton<Audiences>().AddSingleton<ExportAudience>().AddSingleton<Trends>().AddSingleton<PurchasedItems>()
            .AddSingleton<ReleaseTable>().AddSingleton<CatalogTable>().AddSingleton<VectorEngine>().AddSingleton<VectorTable>().AddSingleton<TrendingTable>().AddSingleton<ErasureTable>()
            .AddSingleton<SequenceStoreOptions>().AddSingleton<SequenceStore>().AddSingleton<SessionLinks>().AddSingleton<ExportUser>()
            .AddSingleton(Random.Shared).AddTransient<ExplainAnswer>()
            .AddSingleton<Retrieve>().AddSingleton<PickTrending>().AddSingleton<FindSimilar>().AddSingleton<Recommend>();
    }

    public static IServiceCollection AddApi(this IServiceCollection services)
    {
        services.AddHttpClient<QueryPrometheus>(client => client.Timeout = TimeSpan.FromSeconds(10));
        services.AddHttpClient<AskPredictor>(client => client.Timeout = TimeSpan.FromSeconds(5));
        services.AddHttpClient(ConsoleApi.IngestorClient, client => client.Timeout = TimeSpan.FromSeconds(10));
        services.ConfigureHttpJsonOptions(json =>
        {
            json.SerializerOptions.TypeInfoResolverChain.Insert(0, RecommenderJson.Default);
            json.SerializerOptions.NumberHandling = JsonNumberHandling.Strict;
        });
        services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true); // Problems then names the parameter
        return services.AddValidation().AddProblemDetails().AddExceptionHandler<Problems>().AddOpenApi(ApiDocumentEndpoint.Name, OpenApi.Describe);
    }

    public static WebApplication UseApi(this WebApplication app)
    {
        app.UseExceptionHandler();
        app.UseStatusCodePages();
        app.UseRouting();
        app.UseDefaultFiles(); // after routing: where an endpoint answers, no file is looked for
        app.UseStaticFiles();
        app.UseDecodedIds();
        app.UseEdgeSecurity();
        app.UsePseudonyms();
        app.MapUsers();
        app.MapItems();
        app.MapPopulation();
        app.MapPrivacy();
        app.MapExperiments();
        app.MapConsole();
        app.MapSession();
        app.MapOperations();
        return app.MapApiDocument();
    }

    private static bool IsHttp(Uri? url) => url is null or { IsAbsoluteUri: true, Scheme: "http" or "https" };
}

using Microsoft.Extensions.Options;

namespace Driftline.Recommender.Experiments;

/// <summary>The parts of experiments, registered.</summary>
internal static class ExperimentServices
{
    public static bool AreConfigured(IConfiguration configuration) =>
        configuration.GetSection(RecommenderOptions.Section + ":" + nameof(RecommenderOptions.Experiments)).GetChildren().Any();

    public static IServiceCollection AddExperiments(this IServiceCollection services) => services
        .AddSingleton<IValidateOptions<RecommenderOptions>, ExperimentsValidator>()
        .AddSingleton<ExperimentMetrics>().AddSingleton<AssignVariant>().AddSingleton<FeedbackStore>().AddSingleton<ServeVariant>().AddSingleton<ShadowScores>()
        .AddHostedService(provider => provider.GetRequiredService<ShadowScores>());
}

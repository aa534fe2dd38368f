using driftline.events;
using Driftline.Recommender.Retrieval;
using Driftline.Streaming;
using Microsoft.Extensions.Options;

namespace Driftline.Recommender.Experiments;

/// <summary>The parts of experiments, registered.</summary>
internal static class ExperimentServices
{
    /// <summary>Models that answer for a variant beside the one that serves.</summary>
    public static IReadOnlyList<string> Challengers(RecommenderOptions options) => Distinct(options.Experiments.SelectMany(experiment => experiment.Variants).Select(variant => variant.Model));

    /// <summary>The same, before options are bound.</summary>
    public static IReadOnlyList<string> Challengers(IConfiguration configuration) =>
        Distinct(Experiments(configuration).SelectMany(experiment => experiment.GetSection(nameof(ExperimentOptions.Variants)).GetChildren()).Select(variant => variant[nameof(VariantOptions.Model)]));

    public static bool AreConfigured(IConfiguration configuration) => Experiments(configuration).Any();

    private static IEnumerable<IConfigurationSection> Experiments(IConfiguration configuration) =>
        configuration.GetSection(RecommenderOptions.Section + ":" + nameof(RecommenderOptions.Experiments)).GetChildren();

    private static List<string> Distinct(IEnumerable<string?> models) => [.. models.OfType<string>().Distinct(StringComparer.Ordinal)];

    public static IServiceCollection AddExperiments(this IServiceCollection services) => services
        .AddSingleton<IValidateOptions<RecommenderOptions>, ExperimentsValidator>()
        .AddSingleton(provider => new VectorsRead(provider.GetKeyedServices<TableReader<ItemVector>>(KeyedService.AnyKey).Select(reader => reader.CaughtUp), provider.GetRequiredService<TimeProvider>()))
        .AddSingleton<ExperimentMetrics>().AddSingleton<AssignVariant>().AddSingleton<FeedbackStore>().AddSingleton<ServeVariant>().AddSingleton<ShadowScores>()
        .AddHostedService(provider => provider.GetRequiredService<ShadowScores>());
}

using System.Text.RegularExpressions;
using Driftline.Schemas;
using Microsoft.Extensions.Options;

namespace Driftline.Recommender.Experiments;

/// <summary>Refuses experiments that could not be told apart, would get no users, or mean nothing.</summary>
internal sealed partial class ExperimentsValidator : IValidateOptions<RecommenderOptions>
{
    private const string Key = RecommenderOptions.Section + ":Experiments";

    /// <summary>Each is a series of its own in every metric by variant.</summary>
    private const int MaxExperiments = 50, MaxVariants = 20;

    private const double MaxWeight = 1_000_000;

    public ValidateOptionsResult Validate(string? name, RecommenderOptions options)
    {
        var faults = Faults(options.Experiments).ToList();
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    private static IEnumerable<string> Faults(IReadOnlyList<ExperimentOptions> experiments)
    {
        if (experiments.Count > MaxExperiments) yield return $"{Key} holds {experiments.Count} experiments: {MaxExperiments} are the most.";
        for (var i = 0; i < experiments.Count; i++)
        {
            var (key, experiment) = ($"{Key}:{i}", experiments[i]);
            if (!IsName(experiment.Name)) yield return $"{key}:Name is '{experiment.Name}': {NameRule}";
            if (experiments.Take(i).Any(other => other.Name == experiment.Name)) yield return $"{key}:Name '{experiment.Name}' is taken by an experiment before it: choose another.";
            if (experiments.Take(i).FirstOrDefault(other => other.Traffic >= 1) is { } whole)
                yield return $"{key} would get no users, because '{whole.Name}' before it takes all of them: lower that one's Traffic, or put it last.";
            if (experiment.Traffic is not (> 0 and <= 1)) yield return $"{key}:Traffic must be above 0 and at most 1: it is the share of users that take part.";
            if (!experiment.Serving.Any()) yield return $"{key}:Variants must hold at least one variant that is no shadow.";
            if (experiment.Variants.Count > MaxVariants) yield return $"{key}:Variants holds {experiment.Variants.Count} variants: {MaxVariants} are the most.";
            foreach (var fault in experiment.Variants.SelectMany((_, j) => Faults(experiment.Variants, j, $"{key}:Variants:{j}"))) yield return fault;
        }
    }

    private static IEnumerable<string> Faults(IReadOnlyList<VariantOptions> variants, int i, string key)
    {
        var variant = variants[i];
        if (!IsName(variant.Name)) yield return $"{key}:Name is '{variant.Name}': {NameRule}";
        if (variants.Take(i).Any(other => other.Name == variant.Name)) yield return $"{key}:Name '{variant.Name}' is taken by a variant before it: choose another.";
        if (variant.Weight is not (> 0 and <= MaxWeight)) yield return $"{key}:Weight must be above 0 and at most {MaxWeight:0}.";
        if (variant.Model is { } model && (!IsName(model) || model == Topics.DefaultModel || variant.Source == VariantSource.Trending))
            yield return $"{key}:Model is '{model}': name a predictor's Predictor:ModelName other than '{Topics.DefaultModel}', which serves without it, and only with the source model.";
        if (!Enum.IsDefined(variant.Source)) yield return $"{key}:Source must be model or trending.";
        if (variant.Diversity is { } diversity && diversity is not (>= 0 and <= 1)) yield return $"{key}:Diversity must be between 0 and 1, or left out.";
    }

    private const string NameRule = "give 1 to 64 of the letters a to z and A to Z, digits, '.', '_' and '-', a letter or digit first.";

    private static bool IsName(string name) => Name().IsMatch(name);

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}\z")]
    private static partial Regex Name();
}

using System.IO.Hashing;
using System.Text;
using Microsoft.Extensions.Options;

namespace Driftline.Recommender.Experiments;

/// <summary>The experiment that a user takes part in, and their variant.</summary>
internal sealed record Assignment(ExperimentOptions Experiment, VariantOptions Variant);

/// <summary>
/// Splits users without a memory: any replica, at any time, under the same configuration, comes to the same variant. XXH64 (seed 0) of the UTF-8
/// bytes of the experiment's name, a zero byte and the user id, scaled to 0..1, falls into one of the variants' shares, laid side by side in
/// their configured order. Whether a user takes part at all is a second hash, salted, so that it tells nothing of the first.
/// </summary>
internal sealed class AssignVariant(IOptions<RecommenderOptions> options)
{
    private const string TrafficSalt = "\0traffic";

    /// <summary>Null for a user outside all experiments.</summary>
    public Assignment? Of(string userId)
    {
        foreach (var experiment in options.Value.Experiments)
        {
            if (Share(experiment.Name + TrafficSalt, userId) < experiment.Traffic) return new Assignment(experiment, Pick(experiment, userId));
        }

        return null;
    }

    /// <summary>The models beside the one that serves whose interests the user's answer needs: of their variant, and of shadows.</summary>
    public IReadOnlyList<string> ChallengersFor(string userId) => Of(userId) is not { } assigned ? [] :
        [.. assigned.Experiment.Variants.Where(variant => variant.Shadow || variant == assigned.Variant).Select(variant => variant.Model).OfType<string>().Distinct(StringComparer.Ordinal)];

    private static VariantOptions Pick(ExperimentOptions experiment, string userId)
    {
        var serving = experiment.Serving.ToList();
        var left = Share(experiment.Name, userId) * serving.Sum(variant => variant.Weight);
        foreach (var variant in serving)
        {
            if (left < variant.Weight) return variant;
            left -= variant.Weight;
        }

        return serving[^1]; // rounding
    }

    /// <summary>0 to just below 1: the hash's upper 53 bits, which is what a double holds.</summary>
    private static double Share(string salt, string userId) => (XxHash64.HashToUInt64(Encoding.UTF8.GetBytes(salt + '\0' + userId)) >> 11) * (1.0 / (1L << 53));
}

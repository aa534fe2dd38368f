using driftline.events;
using Driftline.Recommender.Experiments;

namespace Driftline.Recommender.Interests;

/// <summary>What is known of a user, by the model that serves and by those that run beside it.</summary>
/// <param name="Serving">Null for an unknown user.</param>
/// <param name="Challengers">By model, as far as they know the user.</param>
internal sealed record KnownInterests(InterestUpdated? Serving, IReadOnlyDictionary<string, InterestUpdated> Challengers)
{
    private static readonly long MostBehind = (long)TimeSpan.FromDays(1).TotalMilliseconds;

    /// <summary>
    /// Leaves out what a challenger cannot answer from any more: interests of a version without item vectors, and those of an earlier run of that name, to which a day
    /// of the user's events is missing.
    /// </summary>
    public KnownInterests Current(Func<string, bool> hasVectors) => Challengers.Count == 0 ? this : this with // most requests are in no such experiment
    {
        Challengers = Challengers.Where(known => hasVectors(known.Value.modelVersion) && (Serving is null || known.Value.newestReceivedAt >= Serving.newestReceivedAt - MostBehind))
            .ToDictionary(StringComparer.Ordinal),
    };

    /// <summary>What a variant answers from; null stands for no experiment. A challenger that has not seen the user yet takes nothing away from them: the model that serves answers, and the token says so.</summary>
    public InterestUpdated? By(VariantOptions? variant) => variant?.Model is { } model && Challengers.TryGetValue(model, out var known) ? known : Serving;
}

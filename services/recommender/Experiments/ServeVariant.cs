using driftline.events;
using Driftline.Recommender.Api;
using Driftline.Recommender.Retrieval;

namespace Driftline.Recommender.Experiments;

/// <summary>Answers as the user's variant has it, and hands the same question to the experiment's shadows.</summary>
internal sealed class ServeVariant(AssignVariant assign, Recommend recommend, ShadowScores shadows, ExperimentMetrics metrics)
{
    /// <param name="interests">Null for an unknown user.</param>
    public RecommendationsAnswer For(string userId, InterestUpdated? interests, Wanted wanted)
    {
        if (assign.Of(userId) is not { } assigned) return recommend.For(userId, interests, wanted);
        var answer = recommend.For(userId, interests, As(assigned, wanted)) with { Experiment = assigned.Experiment.Name, Variant = assigned.Variant.Name };
        metrics.Shown(assigned, answer.Items);
        foreach (var shadow in assigned.Experiment.Variants)
        {
            if (shadow.Shadow) shadows.Offer(new ShadowQuestion(userId, interests, As(assigned with { Variant = shadow }, wanted), answer.Items));
        }

        return answer;
    }

    private static Wanted As(Assignment assigned, Wanted wanted) =>
        wanted with { Assigned = assigned, Diversity = assigned.Variant.Diversity ?? wanted.Diversity, Explore = assigned.Variant.Shadow ? 0 : wanted.Explore };
}

using Driftline.Recommender.Api;
using Driftline.Recommender.Interests;
using Driftline.Recommender.Retrieval;

namespace Driftline.Recommender.Experiments;

/// <summary>Answers as the user's variant has it, and hands the same question to the experiment's shadows.</summary>
internal sealed class ServeVariant(AssignVariant assign, Recommend recommend, ShadowScores shadows, ExperimentMetrics metrics)
{
    public RecommendationsAnswer For(string userId, KnownInterests interests, Wanted wanted)
    {
        if (assign.Of(userId) is not { } assigned) return recommend.For(userId, interests.Serving, wanted);
        var answer = recommend.For(userId, interests.By(assigned.Variant), As(assigned, wanted)) with { Experiment = assigned.Experiment.Name, Variant = assigned.Variant.Name };
        metrics.Shown(assigned, answer.Items);
        foreach (var shadow in assigned.Experiment.Variants)
        {
            if (shadow.Shadow) shadows.Offer(new ShadowQuestion(userId, interests.By(shadow), As(assigned with { Variant = shadow }, wanted), answer.Items));
        }

        return answer;
    }

    private static Wanted As(Assignment assigned, Wanted wanted) =>
        wanted with { Assigned = assigned, Diversity = assigned.Variant.Diversity ?? wanted.Diversity, Explore = assigned.Variant.Shadow ? 0 : wanted.Explore };
}

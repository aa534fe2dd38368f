using System.Globalization;
using driftline.events;
using Driftline.Recommender.Api;
using Microsoft.Extensions.Options;

namespace Driftline.Recommender.Explanations;

/// <summary>What the predictor is asked: its <c>POST /v1/explanations</c>.</summary>
internal sealed record ExplanationQuestion(string UserId, IReadOnlyList<string> Items, IReadOnlyList<string> Categories);

internal sealed record ExplainedScores(string ModelVersion, string SequenceDigest, IReadOnlyList<ExplainedScore> Items, IReadOnlyList<ExplainedScore> Categories);

internal sealed record ExplainedScore(string Target, IReadOnlyList<ExplainedEvent> Events);

internal sealed record ExplainedEvent(string ItemId, string EventType, DateTimeOffset EventTime, double Delta, double Share);

/// <summary>
/// Asks the predictor, which has the model and runs it, what led to scores. Its answer counts only for the interests that the scores were made from:
/// the same model version, and the same events by their digest.
/// </summary>
internal sealed class AskPredictor(HttpClient http, IOptions<RecommenderOptions> options, ILogger<AskPredictor> log)
{
    /// <returns>The scores, or why there are none.</returns>
    public async Task<(ExplainedScores? Scores, string? Missing)> AskAsync(InterestUpdated interests, IReadOnlyList<string> items, IReadOnlyList<string> categories, CancellationToken aborted)
    {
        if (options.Value.PredictorUrl is not { } predictor) return (null, "Recommender:PredictorUrl names no predictor to ask");
        ExplainedScores scores;
        try
        {
            using var response = await http.PostAsJsonAsync(
                predictor.Below("v1/explanations"), new ExplanationQuestion(interests.userId, items, categories), RecommenderJson.Default.ExplanationQuestion, aborted);
            if (!response.IsSuccessStatusCode) return (null, $"the predictor answered {(int)response.StatusCode}: ask again");
            scores = (await response.Content.ReadFromJsonAsync(RecommenderJson.Default.ExplainedScores, aborted))!;
        }
        catch (Exception e) when (!aborted.IsCancellationRequested && e is HttpRequestException or OperationCanceledException or System.Text.Json.JsonException)
        {
            Log.NotExplained(log, e.Message);
            return (null, "the predictor does not answer: ask again");
        }

        if (scores.ModelVersion != interests.modelVersion) return (null, $"the predictor at Recommender:PredictorUrl has model version {scores.ModelVersion}");
        return scores.SequenceDigest == interests.sequenceDigest.ToString(CultureInfo.InvariantCulture)
            ? (scores, null)
            : (null, "the user has acted since these interests were computed: ask again");
    }
}

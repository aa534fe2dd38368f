using System.Text.Json.Serialization;
using Driftline.Recommender.Experiments;
using Driftline.Recommender.Explanations;
using Driftline.Recommender.Privacy;

namespace Driftline.Recommender.Api;

/// <summary>Serialisers made at build time.</summary>
[JsonSourceGenerationOptions(System.Text.Json.JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(RecommendationsAnswer))]
[JsonSerializable(typeof(ExplanationQuestion))]
[JsonSerializable(typeof(ExplainedScores))]
[JsonSerializable(typeof(SimilarAnswer))]
[JsonSerializable(typeof(InterestsAnswer))]
[JsonSerializable(typeof(InterestMoment))]
[JsonSerializable(typeof(AudienceMember))]
[JsonSerializable(typeof(TrendsAnswer))]
[JsonSerializable(typeof(TrendingAnswer))]
[JsonSerializable(typeof(ItemsAnswer))]
[JsonSerializable(typeof(CategoriesAnswer))]
[JsonSerializable(typeof(RecentUsersAnswer))]
[JsonSerializable(typeof(ConsoleAnswer))]
[JsonSerializable(typeof(ErasureAnswer))]
[JsonSerializable(typeof(ExportAnswer))]
[JsonSerializable(typeof(ExperimentsAnswer))]
[JsonSerializable(typeof(ExperimentAnswer))]
[JsonSerializable(typeof(Microsoft.AspNetCore.Mvc.ProblemDetails))]
[JsonSerializable(typeof(Microsoft.AspNetCore.Http.HttpValidationProblemDetails))]
internal sealed partial class RecommenderJson : JsonSerializerContext;

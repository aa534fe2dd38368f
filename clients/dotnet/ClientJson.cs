using System.Text.Json;
using System.Text.Json.Serialization;

namespace Driftline.Client;

/// <summary>Serialisers made at build time, for every type that the two services take or answer; what is null is left out.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(StorefrontEvent))]
[JsonSerializable(typeof(IReadOnlyList<StorefrontEvent>))]
[JsonSerializable(typeof(CatalogItem))]
[JsonSerializable(typeof(IReadOnlyList<CatalogItem>))]
[JsonSerializable(typeof(EventResults))]
[JsonSerializable(typeof(ItemResults))]
[JsonSerializable(typeof(Problem))]
[JsonSerializable(typeof(Recommendations))]
[JsonSerializable(typeof(SimilarItems))]
[JsonSerializable(typeof(TrendingItems))]
[JsonSerializable(typeof(FoundItems))]
[JsonSerializable(typeof(CategoryList))]
[JsonSerializable(typeof(UserInterests))]
[JsonSerializable(typeof(RecentUsers))]
[JsonSerializable(typeof(AudienceMember))]
[JsonSerializable(typeof(PopulationTrends))]
[JsonSerializable(typeof(ExperimentList))]
[JsonSerializable(typeof(ExperimentOutcome))]
[JsonSerializable(typeof(SessionToMerge))]
[JsonSerializable(typeof(SessionMerge))]
[JsonSerializable(typeof(ErasureAccepted))]
[JsonSerializable(typeof(Erasure))]
[JsonSerializable(typeof(UserExport))]
internal sealed partial class ClientJson : JsonSerializerContext;

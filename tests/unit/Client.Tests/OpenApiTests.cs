using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Xunit;

namespace Driftline.Client.Tests;

/// <summary>The models and methods are those of the documents that the services' own tests hold against the services.</summary>
public sealed class OpenApiTests
{
    private static readonly Dictionary<string, JsonNode> Documents = new()
    {
        ["ingestor"] = Document("ingestor"),
        ["recommender"] = Document("recommender"),
    };

    /// <summary>The model of every schema. Left out: the console's own, and the two that stand for errors.</summary>
    private static readonly Dictionary<string, Type> Models = new()
    {
        ["StorefrontEvent"] = typeof(StorefrontEvent),
        ["Item"] = typeof(CatalogItem),
        ["EventResults"] = typeof(EventResults),
        ["EventResult"] = typeof(EventResult),
        ["ItemResults"] = typeof(ItemResults),
        ["ItemResult"] = typeof(ItemResult),
        ["ResultStatus"] = typeof(ResultStatus),
        ["RecommendationsAnswer"] = typeof(Recommendations),
        ["RecommendedItem"] = typeof(RecommendedItem),
        ["ItemExplanation"] = typeof(ItemExplanation),
        ["PastEvent"] = typeof(PastEvent),
        ["RisingCategory"] = typeof(RisingCategory),
        ["SimilarAnswer"] = typeof(SimilarItems),
        ["TrendingAnswer"] = typeof(TrendingItems),
        ["ItemsAnswer"] = typeof(FoundItems),
        ["CatalogEntryAnswer"] = typeof(FoundItem),
        ["CategoriesAnswer"] = typeof(CategoryList),
        ["CategoryAnswer"] = typeof(Category),
        ["InterestsAnswer"] = typeof(UserInterests),
        ["InterestMoment"] = typeof(InterestMoment),
        ["InterestShare"] = typeof(InterestShare),
        ["InterestShift"] = typeof(InterestShift),
        ["RecentUsersAnswer"] = typeof(RecentUsers),
        ["RecentUserAnswer"] = typeof(RecentUser),
        ["AudienceMember"] = typeof(AudienceMember),
        ["TrendsAnswer"] = typeof(PopulationTrends),
        ["ExperimentsAnswer"] = typeof(ExperimentList),
        ["ExperimentSettings"] = typeof(ExperimentSettings),
        ["VariantSettings"] = typeof(VariantSettings),
        ["ExperimentAnswer"] = typeof(ExperimentOutcome),
        ["SampleRatioAnswer"] = typeof(SampleRatioCheck),
        ["VariantAnswer"] = typeof(VariantOutcome),
        ["Estimate"] = typeof(Estimate),
        ["DifferenceAnswer"] = typeof(EstimatedDifference),
        ["PositionCounts"] = typeof(PositionCounts),
        ["ModelVersionCounts"] = typeof(ModelVersionCounts),
        ["SessionToMerge"] = typeof(SessionToMerge),
        ["MergeResult"] = typeof(SessionMerge),
        ["ErasureResult"] = typeof(ErasureAccepted),
        ["ErasureAnswer"] = typeof(Erasure),
        ["ErasureStageAnswer"] = typeof(ErasureStage),
        ["ExportAnswer"] = typeof(UserExport),
        ["HeldEntry"] = typeof(HeldEntry),
        ["HeldPurchase"] = typeof(HeldPurchase),
        ["HeldAttribute"] = typeof(HeldAttribute),
        ["HeldInterests"] = typeof(HeldInterests),
        ["HeldBoost"] = typeof(HeldBoost),
        ["HeldFeedback"] = typeof(HeldFeedback),
        ["HeldCounts"] = typeof(HeldCounts),
        ["HeldShowing"] = typeof(HeldShowing),
        ["HeldEventMark"] = typeof(HeldEventMark),
    };

    private static readonly string[] WithoutModel = ["ConsoleAnswer", "ProblemDetails", "HttpValidationProblemDetails"];

    public static TheoryData<string, string> Schemas => [.. Documents.SelectMany(document =>
        document.Value["components"]!["schemas"]!.AsObject().Where(schema => !WithoutModel.Contains(schema.Key)).Select(schema => (document.Key, schema.Key)))];

    [Theory]
    [MemberData(nameof(Schemas))]
    public void AModelHasThePropertiesOfItsSchemaWithTheirTypes(string document, string name)
    {
        var schema = Documents[document]["components"]!["schemas"]![name]!;
        Assert.True(Models.TryGetValue(name, out var model), $"The client has no model of {name}.");
        if (schema["enum"] is JsonArray values)
        {
            Assert.Equal(values.Select(value => value!.GetValue<string>()), Enum.GetValues(model).Cast<object>().Select(value => JsonSerializer.Serialize(value, model).Trim('"')));
            return;
        }

        Check(schema, model, name);
    }

    [Fact]
    public async Task EveryOperationAndParameterIsThere()
    {
        var service = new FakeService { Answer = (_, _) => throw new HttpRequestException("kept") };
        var (ingestor, recommender) = (new IngestorClient(service.Client, Once), new RecommenderClient(service.Client, Once));
        var items = new RecommendationsQuery { Count = 1, Categories = ["a"], MinPrice = 1, MaxPrice = 2, Exclude = ["b"], Kind = "ad", Diversity = 0.5, ContextItem = "c", IncludePurchased = true, Explore = 0.1, Explain = true };
        Func<Task>[] calls =
        [
            () => ingestor.ReplayJsonAsync(() => "[]"u8.ToArray()), () => ingestor.PutItemsAsync([]), () => ingestor.WithdrawItemAsync("id"), () => ingestor.EraseUserAsync("id"), () => ingestor.MergeSessionAsync("id", "session"),
            () => recommender.RecommendationsAsync("id", items), () => recommender.InterestsAsync("id", 3), () => recommender.FollowInterestsAsync("id").ToListAsync().AsTask(),
            () => recommender.SimilarAsync("id", new SimilarQuery { Count = 1, Categories = ["a"], MinPrice = 1, MaxPrice = 2, Exclude = ["b"], Kind = "ad", Diversity = 0.5 }), () => recommender.TrendingAsync(new ItemQuery { Count = 1, Categories = ["a"], MinPrice = 1, MaxPrice = 2, Exclude = ["b"], Kind = "ad" }),
            () => recommender.FindItemsAsync("x", 2, ["a"], ["b"]), () => recommender.CategoriesAsync(), () => recommender.RecentUsersAsync(4), () => recommender.AudienceAsync("category", 0.1, 5, "next").ToListAsync().AsTask(),
            () => recommender.TrendsAsync("24h", 6), () => recommender.ExperimentsAsync(), () => recommender.ExperimentAsync("name"),
            () => recommender.ErasureAsync("id"), () => recommender.ExportAsync("id"),
        ];
        foreach (var call in calls) await Assert.ThrowsAsync<DriftlineException>(call);

        var called = service.Requests.Select(request => $"{request.Method} {request.Uri.AbsolutePath}?{string.Join('&', Parameters(request.Uri))}");

        Assert.Equal(Documents.Values.SelectMany(Operations).Where(operation => !operation.Contains("/v1/console", StringComparison.Ordinal)).Order(StringComparer.Ordinal), called.Order(StringComparer.Ordinal));
    }

    private static RetryOptions Once => new() { GiveUpAfter = TimeSpan.Zero };

    private static IEnumerable<string> Operations(JsonNode document) => document["paths"]!.AsObject().SelectMany(path => path.Value!.AsObject().Select(operation =>
    {
        var parameters = operation.Value!["parameters"]?.AsArray().Where(parameter => parameter!["in"]!.GetValue<string>() == "query").Select(parameter => parameter!["name"]!.GetValue<string>()) ?? [];
        var address = path.Key.Replace("{id}", "id", StringComparison.Ordinal).Replace("{category}", "category", StringComparison.Ordinal).Replace("{name}", "name", StringComparison.Ordinal);
        return $"{operation.Key.ToUpperInvariant()} {address}?{string.Join('&', parameters.Order(StringComparer.Ordinal))}";
    }));

    private static IEnumerable<string> Parameters(Uri uri) =>
        uri.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries).Select(pair => pair.Split('=')[0]).Order(StringComparer.Ordinal);

    private static void Check(JsonNode schema, Type model, string where)
    {
        var documented = schema["properties"]!.AsObject();
        var known = ClientJson.Default.GetTypeInfo(model)!.Properties.ToDictionary(property => property.Name);
        Assert.Equal(documented.Select(property => property.Key).Order(StringComparer.Ordinal), known.Keys.Order(StringComparer.Ordinal));
        var required = schema["required"]?.AsArray().Select(name => name!.GetValue<string>()).ToHashSet() ?? [];
        foreach (var (name, property) in documented)
        {
            var maybeNothing = IsNullable(property!) || (!required.Contains(name) && property!["default"] is null);
            if (maybeNothing) Assert.True(IsNullable(known[name]), $"{where}.{name} may be null or left out in the document.");
            else if (required.Contains(name)) Assert.False(IsNullable(known[name]), $"{where}.{name} is always there in the document.");
            CheckType(property!, known[name].PropertyType, $"{where}.{name}");
        }
    }

    private static void CheckType(JsonNode schema, Type type, string where)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (schema["oneOf"] is JsonArray choices) schema = choices.First(choice => choice!["$ref"] is not null || Kind(choice) == "array")!;
        if (schema["$ref"] is { } reference)
        {
            Assert.Equal(Models[reference.GetValue<string>().Split('/')[^1]], type);
            return;
        }

        var format = schema["format"]?.GetValue<string>();
        switch (Kind(schema))
        {
            case "string": Assert.Equal(format == "date-time" ? typeof(DateTimeOffset) : typeof(string), type); break;
            case "number": Assert.Equal(format == "float" ? typeof(float) : typeof(double), type); break;
            case "integer": Assert.Equal(format == "int64" ? typeof(long) : typeof(int), type); break;
            case "boolean": Assert.Equal(typeof(bool), type); break;
            case "object" when schema["properties"] is not null: Check(schema, type, where); break;
            case "object":
                Assert.Equal(typeof(IReadOnlyDictionary<,>), type.GetGenericTypeDefinition());
                CheckType(schema["additionalProperties"]!, type.GenericTypeArguments[1], where);
                break;
            case "array":
                Assert.Equal(typeof(IReadOnlyList<>), type.GetGenericTypeDefinition());
                CheckType(schema["items"]!, type.GenericTypeArguments[0], where);
                break;
            case var other: Assert.Fail($"{where}: a type {other} is not expected."); break;
        }
    }

    private static string? Kind(JsonNode? schema) => schema?["type"] switch
    {
        JsonArray types => types.Select(type => type!.GetValue<string>()).Single(type => type != "null"),
        { } type => type.GetValue<string>(),
        null => null,
    };

    private static bool IsNullable(JsonNode schema) => schema["type"] is JsonArray types && types.Any(type => type!.GetValue<string>() == "null")
        || schema["oneOf"] is JsonArray choices && choices.Any(choice => choice!["type"] is JsonValue type && type.GetValue<string>() == "null");

    private static bool IsNullable(JsonPropertyInfo property) => Nullable.GetUnderlyingType(property.PropertyType) is not null || property.IsGetNullable;

    private static JsonNode Document(string name) => JsonNode.Parse(File.ReadAllText(Path.Combine(Checkout.Root, "docs", "openapi", $"{name}.json")))!;
}

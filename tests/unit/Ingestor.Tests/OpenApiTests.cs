using System.Text.Json;
using System.Text.Json.Nodes;

namespace Driftline.Ingestor.Tests;

/// <summary>The committed document is what the service answers. After a change run the tests once with DRIFTLINE_UPDATE_GENERATED=1.</summary>
public sealed class OpenApiTests
{
    private static readonly string Committed = Path.Combine(Checkout.Root, "docs", "openapi", "ingestor.json");

    [Fact]
    public async Task TheCommittedDocumentIsTheServices()
    {
        var document = (await DocumentAsync()).ToJsonString(new JsonSerializerOptions { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping })
            .ReplaceLineEndings("\n") + "\n";
        if (Environment.GetEnvironmentVariable("DRIFTLINE_UPDATE_GENERATED") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Committed)!);
            await File.WriteAllTextAsync(Committed, document);
        }

        Assert.Equal(await File.ReadAllTextAsync(Committed), document);
    }

    [Fact]
    public async Task TheDocumentIsOpenApi31AndHoldsEveryOperation()
    {
        var document = await DocumentAsync();
        Assert.StartsWith("3.1.", document["openapi"]!.GetValue<string>(), StringComparison.Ordinal);
        var operations = document["paths"]!.AsObject().SelectMany(path => path.Value!.AsObject().Select(operation => $"{operation.Key} {path.Key}")).Order(StringComparer.Ordinal);
        Assert.Equal(["delete /v1/items/{id}", "delete /v1/users/{id}", "post /v1/events", "post /v1/users/{id}/merge", "put /v1/items"], operations);
    }

    [Theory]
    [InlineData("post", "/v1/events")]
    [InlineData("put", "/v1/items")]
    public async Task EveryExampleIsAccepted(string method, string path)
    {
        await using var service = new IngestorService();
        var content = (await DocumentAsync())["paths"]![path]![method]!["requestBody"]!["content"]!["application/json"]!;
        var examples = content["examples"]!.AsObject();
        Assert.NotEmpty(examples);
        foreach (var (_, example) in examples)
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = IngestorService.Json(example!["value"]!.ToJsonString()) };
            var results = await IngestorService.ResultsAsync(await service.CreateClient().SendAsync(request));
            Assert.All(results, result => Assert.Equal("accepted", result!["status"]!.GetValue<string>()));
        }
    }

    private static async Task<JsonNode> DocumentAsync()
    {
        await using var service = new IngestorService();
        return JsonNode.Parse(await service.CreateClient().GetStringAsync("/openapi/v1.json"))!;
    }
}

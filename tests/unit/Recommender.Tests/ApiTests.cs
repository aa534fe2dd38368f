using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Driftline.Recommender.Api;
using Driftline.Recommender.Experiments;
using Driftline.Recommender.Retrieval;
using Driftline.Schemas;
using Microsoft.Extensions.DependencyInjection;
using Xunit;
using static Driftline.Recommender.Tests.Records;

namespace Driftline.Recommender.Tests;

public sealed class ApiTests(RecommenderWithoutPipeline app) : IClassFixture<RecommenderWithoutPipeline>
{
    [Fact]
    public async Task TheCommittedOpenApiDocumentIsCurrent()
    {
        var file = Path.Combine(Checkout.Root, "docs", "openapi", "recommender.json");
        var current = (await app.CreateClient().GetStringAsync("/openapi/v1.json")).ReplaceLineEndings("\n").TrimEnd() + "\n";
        if (Environment.GetEnvironmentVariable("DRIFTLINE_UPDATE_GENERATED") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            await File.WriteAllTextAsync(file, current);
        }

        Assert.Equal(current, await File.ReadAllTextAsync(file));
        Assert.StartsWith("3.1", JsonDocument.Parse(current).RootElement.GetProperty("openapi").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task EveryOperationWithAParameterThatCanBeWrongDocumentsTheRefusal()
    {
        var document = JsonDocument.Parse(await app.CreateClient().GetStringAsync("/openapi/v1.json"));
        var checkedOnes = document.RootElement.GetProperty("paths").EnumerateObject().SelectMany(path => path.Value.EnumerateObject().Select(operation => (path.Name, Operation: operation.Value)))
            .Where(one => one.Operation.TryGetProperty("parameters", out var parameters) && parameters.EnumerateArray().Any(parameter => parameter.GetProperty("schema").GetRawText().Contains("minimum", StringComparison.Ordinal))).ToList();

        Assert.NotEmpty(checkedOnes);
        Assert.All(checkedOnes, one => Assert.True(one.Operation.GetProperty("responses").TryGetProperty("400", out _), one.Name));
    }

    [Theory]
    [InlineData("/v1/trending?count=0", "count")]
    [InlineData("/v1/trending?count=abc", "count")]
    [InlineData("/v1/items?count=101", "count")]
    [InlineData("/v1/users?recent=0", "recent")]
    [InlineData("/v1/users/u/recommendations?count=0", "count")]
    [InlineData("/v1/users/u/recommendations?count=1.5", "count must be one whole number, e.g. count=10")]
    [InlineData("/v1/users/u/recommendations?minPrice=-1", "minPrice must be a number of at least 0")]
    [InlineData("/v1/users/u/recommendations?maxPrice=NaN", "maxPrice must be a number of at least 0")]
    [InlineData("/v1/users/u/recommendations?maxPrice=1e999", "maxPrice must be a number of at least 0")]
    [InlineData("/v1/users/u/recommendations?minPrice=cheap", "minPrice must be one number with a decimal point")]
    [InlineData("/v1/users/u/recommendations?minPrice=9,99", "minPrice must be one number with a decimal point")]
    [InlineData("/v1/users/u/recommendations?minPrice=1&minPrice=2", "minPrice must be one number with a decimal point")]
    [InlineData("/v1/users/u/recommendations?minPrice=2&maxPrice=1", "minPrice must not be greater than maxPrice")]
    [InlineData("/v1/users/u/recommendations?diversity=1.1", "diversity must be a number from 0 to 1")]
    [InlineData("/v1/users/u/recommendations?diversity=0,1", "diversity must be one number with a decimal point")]
    [InlineData("/v1/users/u/recommendations?context=1234", "followed by an item id")]
    [InlineData("/v1/users/u/recommendations?context=item:", "followed by an item id")]
    [InlineData("/v1/users/u/recommendations?context=item:1&context=item:2", "context may be given only once")]
    [InlineData("/v1/users/u/recommendations?kind=product&kind=article", "kind may be given only once")]
    [InlineData("/v1/trending?kind=product&kind=article", "kind may be given only once")]
    [InlineData("/v1/items?query=a&query=b", "query may be given only once")]
    [InlineData("/v1/users/u/recommendations?includePurchased=1", "includePurchased must be true or false, not '1'")]
    [InlineData("/v1/users/u/interests?history=-1", "history")]
    [InlineData("/v1/audiences/tea?limit=0", "limit")]
    [InlineData("/v1/audiences/tea?minRise=2", "minRise must be a number from 0 to 1")]
    [InlineData("/v1/audiences/tea?minRise=0,1", "minRise must be one number with a decimal point")]
    [InlineData("/v1/audiences/tea?cursor=nonsense", "cursor must be one that an earlier answer's line carried")]
    [InlineData("/v1/trends?window=day", "window must be a number from 1 to 9999 followed by m, h or d")]
    [InlineData("/v1/trends?window=0h", "window must be a number from 1 to 9999 followed by m, h or d")]
    [InlineData("/v1/trends?categories=1", "categories")]
    [InlineData("/v1/items/i/similar?count=0", "count")]
    [InlineData("/v1/trending?minPrice=2&maxPrice=1", "minPrice must not be greater than maxPrice")]
    public async Task ABadParameterIsNamedWithWhatItTakes(string url, string message)
    {
        var answer = await app.CreateClient().GetAsync(url);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
        Assert.Contains(message, await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhileRedisIsAwayTheAnswerSaysWhenToAskAgain()
    {
        var answer = await app.CreateClient().GetAsync("/v1/users/u/interests");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(1), answer.Headers.RetryAfter?.Delta);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
        Assert.Contains("Redis is away; try again.", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ItemsAreFoundByTitleOrIdWhateverTheCase()
    {
        var catalog = app.Services.GetRequiredService<CatalogTable>();
        catalog.Apply(Item("Été/1", "tea"));
        catalog.Apply(Item("robot", "toys"));
        var found = await app.CreateClient().GetFromJsonAsync<ItemsAnswer>("/v1/items?query=TITLE%20OF%20RO");
        Assert.Equal("robot", Assert.Single(found!.Items).ItemId);
        found = await app.CreateClient().GetFromJsonAsync<ItemsAnswer>("/v1/items?query=t%C3%A9%2F1");
        Assert.Equal("Été/1", Assert.Single(found!.Items).ItemId);
    }

    [Fact]
    public async Task ItemsAreFoundByCategoryAndIdAndCategoriesSayHowManyTheyHold()
    {
        var catalog = app.Services.GetRequiredService<CatalogTable>();
        catalog.Apply(Item("kite", "kites"));
        catalog.Apply(Item("kite/2", "kites"));
        var client = app.CreateClient();

        var (ofCategory, ofId, of2) = (
            await client.GetFromJsonAsync<ItemsAnswer>("/v1/items?category=kites&category="), await client.GetFromJsonAsync<ItemsAnswer>("/v1/items?id=kite%2F2&id=nothing"),
            await client.GetFromJsonAsync<ItemsAnswer>("/v1/items?category=kites&query=%2F2"));
        var categories = await client.GetFromJsonAsync<CategoriesAnswer>("/v1/categories");

        Assert.Equal(["kite", "kite/2"], ofCategory!.Items.Select(item => item.ItemId).Order(StringComparer.Ordinal));
        Assert.Equal("kite/2", Assert.Single(ofId!.Items).ItemId);
        Assert.Equal("kite/2", Assert.Single(of2!.Items).ItemId);
        Assert.Contains(new CategoryAnswer("kites", 2), categories!.Categories);
    }

    [Fact]
    public async Task SimilarItemsAreFoundForAnyIdAndFiltersHoldAnyCharacter()
    {
        const string Id = "Ö 1 ?&%+"; // for a slash, which the test server decodes and the real one does not, see DecodeIdsTests
        var services = app.Services;
        foreach (var id in (string[])[Id, "like, it&=", "not/like it"])
        {
            services.GetRequiredService<CatalogTable>().Apply(Item(id, "tea, green"));
            services.GetRequiredService<VectorTable>().Apply(Vector(id, "m1", 1, id.Length));
        }

        services.GetRequiredService<ReleaseTable>().Apply(Release(Topics.DefaultModel, "m1", 1));
        var url = $"/v1/items/{Uri.EscapeDataString(Id)}/similar?category=none&category={Uri.EscapeDataString("tea, green")}&exclude=x&exclude={Uri.EscapeDataString("not/like it")}";
        var answer = await app.CreateClient().GetFromJsonAsync<SimilarAnswer>(url);
        Assert.Equal(Id, answer!.ItemId);
        Assert.Equal("like, it&=", Assert.Single(answer.Items).ItemId);
    }

    [Fact]
    public async Task AnUnknownExperimentIsNotFoundAndTheConfiguredOnesAreNamed()
    {
        var answer = await app.CreateClient().GetAsync("/v1/experiments/none-such");
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Contains("Recommender:Experiments holds none", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Empty((await app.CreateClient().GetFromJsonAsync<ExperimentsAnswer>("/v1/experiments"))!.Experiments);
    }

    [Fact]
    public async Task AnUnknownItemIsNotFound() =>
        Assert.Equal(HttpStatusCode.NotFound, (await app.CreateClient().GetAsync("/v1/items/nothing/similar")).StatusCode);

    [Fact]
    public async Task TheConsoleMayRunOnlyWhatThisServiceServes()
    {
        var answer = await app.CreateClient().GetAsync("/v1/console");
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.StartsWith("default-src 'self';", answer.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task WithoutAnIngestorTheConsoleSendsNothing()
    {
        using var body = JsonContent.Create(new { });
        var answer = await app.CreateClient().PostAsync("/console/events", body);
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Contains("Recommender:IngestorUrl", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }
}

using System.Text.Json;
using Microsoft.Playwright;
using Xunit;

namespace Driftline.Browser.Tests;

/// <summary>The reference of the API.</summary>
public sealed class ReferenceTests(PipelineFixture fixture)
{
    [Fact]
    public async Task EveryOperationAndAnswerOfTheDocumentIsShown()
    {
        var pipeline = await fixture.StartedAsync();
        var document = JsonSerializer.Deserialize<JsonElement>(await pipeline.Recommender.GetStringAsync("/openapi/v1.json"));
        await using var console = await OpenConsole.AtAsync(pipeline.Recommender.BaseAddress!, "");
        var page = console.Page;
        await page.GetByRole(AriaRole.Link, new() { Name = "API reference" }).ClickAsync();
        await Assertions.Expect(page.Locator("#live")).ToContainTextAsync("OpenAPI 3.1");

        var operations = document.GetProperty("paths").EnumerateObject().SelectMany(path => path.Value.EnumerateObject().Select(method => $"{method.Name.ToUpperInvariant()} {path.Name}")).ToList();
        Assert.Equal(operations, await page.Locator("h3 code").AllTextContentsAsync());
        Assert.Equal(operations.Count, await page.Locator(".contents a").CountAsync());
        Assert.Equal(operations.Count + document.GetProperty("components").GetProperty("schemas").EnumerateObject().Count(), await page.Locator("section[id]").CountAsync());
        await console.HoldsUpAsync("reference", whole: false);
    }
}

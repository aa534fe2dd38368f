using Microsoft.Playwright;
using Xunit;

namespace Driftline.Browser.Tests;

/// <summary>The operations page.</summary>
public sealed class OperationsTests(PipelineFixture fixture)
{
    [Fact]
    public async Task WithoutPrometheusThePageSaysWhatToSetAndWithItTheChartsAreDrawn()
    {
        Needs.Program("prometheus");
        var pipeline = await fixture.StartedAsync();
        await using (var without = await OpenConsole.AtAsync(pipeline.Recommender.BaseAddress!, "operations.html"))
            await Assertions.Expect(without.Page.Locator("#trouble")).ToContainTextAsync("Recommender__PrometheusUrl");

        await using var prometheus = await PrometheusServer.StartAsync(pipeline.Stack, port: Pipeline.PrometheusPort);
        await Traffic.SendAsync(pipeline, 10);
        await prometheus.WaitUntilAsync("driftline_recommender_freshness_seconds_count", 1, TimeSpan.FromSeconds(60)); // a rate needs a sample from before
        await Traffic.SendAsync(pipeline, 60);
        await prometheus.WaitUntilAsync("rate(driftline_recommender_freshness_seconds_count[1m]) > 0", 1, TimeSpan.FromSeconds(60));
        await using var console = await OpenConsole.AtAsync(pipeline.Recommender.BaseAddress!, "operations.html");
        var page = console.Page;
        await page.Locator("#minutes").SelectOptionAsync("5");
        var freshness = page.GetByRole(AriaRole.Region, new() { Name = "Event to answer", Exact = true });
        await Assertions.Expect(freshness.Locator("polyline")).ToHaveCountAsync(3);
        await Assertions.Expect(page.GetByRole(AriaRole.Region, new() { Name = "Replicas up" }).Locator(".series li")).ToHaveCountAsync(4);
        await console.HoldsUpAsync("operations");
    }
}

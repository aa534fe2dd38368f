using Microsoft.Playwright;
using Xunit;

namespace Driftline.Browser.Tests;

/// <summary>The operations page.</summary>
public sealed class OperationsTests(PipelineFixture fixture)
{
    [Fact]
    public async Task AChartSaysTheMinuteAtWhichItBeginsOnWhicheverDay()
    {
        var pipeline = await fixture.StartedAsync();
        await using var console = await OpenConsole.AtAsync(pipeline.Recommender.BaseAddress!, "operations.html");
        var axes = await console.Page.EvaluateAsync<string[]>("""
            async () => {
              const { chart } = await import('./operations/chart.js');
              const at = (day, hour, minute) => new Date(2026, 0, day, hour, minute).getTime() / 1000;
              return [at(5, 12, 34), at(6, 9, 8)].map(start => chart({ title: 'a', unit: 's', warn: null, bad: null }, [{ name: 'a', points: [[start, 1]] }], start, at(6, 10, 0))[2].textContent);
            }
            """);
        Assert.Equal(["Jan 5 12:3410:00", "09:0810:00"], axes);
    }

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

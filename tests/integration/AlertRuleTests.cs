using Xunit;

namespace Driftline.Integration.Tests;

/// <summary>The rules and the routing, by Prometheus' and Alertmanager's own tools.</summary>
public sealed class AlertRuleTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task TheConfigurationAndItsRulesAreValid() =>
        await PassesAsync(Needs.Program("promtool"), "check", "config", "--lint-fatal", Path.Combine(PrometheusServer.Deployed, "prometheus.yml"));

    [Fact]
    public async Task EveryAlertFiresWhenItShouldAndOnlyThen() =>
        await PassesAsync(Needs.Program("promtool"), ["test", "rules", .. Directory.EnumerateFiles(Path.Combine(PrometheusServer.Deployed, "tests"))]);

    [Fact]
    public void EveryAlertHasACaseForAndACaseAgainst()
    {
        var causes = File.ReadAllText(Path.Combine(PrometheusServer.Deployed, "tests", "causes.test.yml"));
        var alerts = File.ReadLines(Path.Combine(PrometheusServer.Deployed, "causes.rules.yml")).Select(line => line.Trim().Split("- alert: "))
            .Where(parts => parts.Length == 2).Select(parts => parts[1]).ToList();
        Assert.NotEmpty(alerts);
        Assert.All(alerts, alert =>
        {
            Assert.Contains($"- name: {alert} fires\n", causes, StringComparison.Ordinal);
            Assert.Contains($"- name: {alert} stays quiet\n", causes, StringComparison.Ordinal);
        });
    }

    [Theory]
    [InlineData("page", "on-call")]
    [InlineData("ticket", "tickets")]
    public async Task AlertsReachWhomTheyAreFor(string severity, string receiver)
    {
        var amtool = Needs.Program("amtool");
        var config = Path.Combine(PrometheusServer.Deployed, "alertmanager.yml");
        await PassesAsync(amtool, "check-config", config);
        await PassesAsync(amtool, "config", "routes", "test", $"--config.file={config}", $"--verify.receivers={receiver}", $"severity={severity}");
    }

    private static async Task PassesAsync(string program, params string[] arguments)
    {
        var (exit, output, error) = await Programs.RunAsync(program, arguments, Limit);
        Assert.True(exit == 0, $"{output}\n{error}");
    }
}

using System.Text.Json;
using System.Text.RegularExpressions;
using Driftline.Local;
using Driftline.Local.Dashboards;
using Xunit;

namespace Driftline.Integration.Tests;

/// <summary>What operators look at and are woken by, against a real Prometheus over the running pipeline.</summary>
public sealed partial class DashboardTests(PipelineFixture fixture)
{
    private const string MayBeEmpty = "May be empty:";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task EveryPanelAndEveryRuleFindsWhatItAsksFor()
    {
        Needs.Program("prometheus");
        var pipeline = await fixture.StartedAsync();
        await using var prometheus = await PrometheusServer.StartAsync(pipeline.Stack);
        var rules = await prometheus.RulesAsync();
        var queries = Panels().SelectMany(panel => Expanded(panel).Select(expression => (What: panel.Name, Expression: expression, panel.MayBeEmpty)))
            .Concat(rules.Where(IsRecording).Select(rule => (What: "recording rule", Expression: Selector(rule), MayBeEmpty: false))).Distinct().ToList();

        var empty = queries;
        var started = DateTime.UtcNow;
        do
        {
            await Traffic.SendAsync(pipeline);
            empty = await EmptyAsync(prometheus, empty); // each query is run at least once, and an error fails
        }
        while (empty.Any(query => !query.MayBeEmpty) && DateTime.UtcNow - started < Limit);

        Assert.DoesNotContain(empty, query => !query.MayBeEmpty);
        rules = await prometheus.RulesAsync();
        Assert.All(rules, rule => Assert.True(Text(rule, "health") == "ok", $"{Text(rule, "name")}: {rule}"));
        foreach (var alert in rules.Where(rule => !IsRecording(rule))) await prometheus.QueryAsync(Text(alert, "query"));
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{Panels().Count()} panels, {queries.Count} queries (of which {rules.Count(IsRecording)} recording rules), {rules.Count(rule => !IsRecording(rule))} alerts; empty and said so: {empty.Count}");
    }

    [Fact]
    public async Task EveryAlertSaysHowUrgentItIsWhatItMeansAndWhatToDo()
    {
        Needs.Program("prometheus");
        var pipeline = await fixture.StartedAsync();
        await using var prometheus = await PrometheusServer.StartAsync(pipeline.Stack);
        await prometheus.WaitUntilAsync("driftline:slo_error_budget:ratio", 4, Limit);
        var objectives = (await prometheus.QueryAsync("driftline:slo_error_budget:ratio")).Select(series => series.GetProperty("metric").GetProperty("slo").GetString()!);
        var alerts = (await prometheus.RulesAsync()).Where(rule => !IsRecording(rule)).ToList();

        Assert.NotEmpty(alerts);
        Assert.All(alerts, alert =>
        {
            Assert.Contains(Text(alert.GetProperty("labels"), "severity"), (string[])["page", "ticket"]);
            Assert.NotEmpty(Text(alert.GetProperty("annotations"), "summary"));
            Assert.NotEmpty(Text(alert.GetProperty("annotations"), "description"));
            var url = Text(alert.GetProperty("annotations"), "runbook_url");
            Assert.StartsWith("docs/runbook.md#", url, StringComparison.Ordinal);
            Assert.All(objectives, slo => Assert.Contains(url.Split('#')[1].Replace("{{ $labels.slo }}", slo, StringComparison.Ordinal), Anchors()));
            Assert.All(Names(Text(alert, "query")), AssertIsMeasured);
        });
    }

    [Fact]
    public void PanelsAreDescribedAndLeadToRunbookEntriesThatExist()
    {
        Assert.All(Panels(), panel =>
        {
            Assert.NotEmpty(panel.Description);
            Assert.NotEmpty(panel.Unit);
            Assert.All(panel.Runbook, url => Assert.Contains(url.Split('#')[1], Anchors()));
            Assert.All(panel.Expressions.SelectMany(Names), AssertIsMeasured);
        });
    }

    /// <summary>DRIFTLINE_UPDATE_GENERATED=1 writes them anew.</summary>
    [Fact]
    public void TheDashboardFilesAreWhatTheirDefinitionsMake()
    {
        if (Environment.GetEnvironmentVariable("DRIFTLINE_UPDATE_GENERATED") == "1") DashboardFiles.Write();
        var made = DashboardFiles.Make().ToDictionary(file => file.File, file => file.Json);
        Assert.Equal(made.Keys.Order(StringComparer.Ordinal), Directory.EnumerateFiles(DashboardFiles.Folder).Select(Path.GetFileName).Order(StringComparer.Ordinal)!);
        Assert.Equal(DashboardFiles.MakeOperations(), File.ReadAllText(DashboardFiles.OperationsFile));
        Assert.All(made, file => Assert.True(
            file.Value == File.ReadAllText(Path.Combine(DashboardFiles.Folder, file.Key)), $"{file.Key} differs from its definition: run `dotnet run --project local -- dashboards`."));
    }

    private static async Task<List<(string What, string Expression, bool MayBeEmpty)>> EmptyAsync(
        PrometheusServer prometheus, IEnumerable<(string What, string Expression, bool MayBeEmpty)> queries)
    {
        var empty = new List<(string, string, bool)>();
        foreach (var query in queries)
        {
            if ((await prometheus.QueryAsync(query.Expression)).Count == 0) empty.Add(query);
        }

        return empty;
    }

    private static IEnumerable<PanelFile> Panels() => Directory.EnumerateFiles(DashboardFiles.Folder, "*.json").Order(StringComparer.Ordinal).SelectMany(file =>
    {
        var dashboard = JsonSerializer.Deserialize<JsonElement>(File.ReadAllText(file));
        return dashboard.GetProperty("panels").EnumerateArray().Where(panel => Text(panel, "type") != "row").Select(panel => new PanelFile(
            $"{Path.GetFileNameWithoutExtension(file)}: {Text(panel, "title")}", Text(panel, "description"), Text(panel.GetProperty("fieldConfig").GetProperty("defaults"), "unit"),
            [.. panel.GetProperty("links").EnumerateArray().Select(link => Text(link, "url"))],
            [.. panel.GetProperty("targets").EnumerateArray().Select(target => Text(target, "expr"))]));
    });

    /// <summary>As Grafana sends it: one chosen service, all of everything else.</summary>
    private static IEnumerable<string> Expanded(PanelFile panel) => panel.Expressions
        .Select(expression => expression.Replace("$__rate_interval", "1m", StringComparison.Ordinal).Replace("$group", ".*", StringComparison.Ordinal)
            .Replace("$instance", ".*", StringComparison.Ordinal).Replace("$stage", ".*", StringComparison.Ordinal))
        .SelectMany(expression => expression.Contains("$service", StringComparison.Ordinal)
            ? LocalService.All.Select(service => expression.Replace("$service", service.Name, StringComparison.Ordinal)) : [expression]);

    /// <summary>Whatever a chart or an alert asks for is recorded by a rule, or listed in docs/telemetry.md.</summary>
    private static void AssertIsMeasured(string name)
    {
        var bare = HistogramPart().Replace(name, "");
        if (Recorded().Matches(string.Concat(PrometheusServer.RuleFiles.Select(File.ReadAllText))).Any(record => record.Groups[1].Value == name)) return;
        if (DocumentedInstruments.Read().Any(row => row.Prometheus == bare || row.Prometheus == name)) return;
        Assert.Contains($"`{bare}`", File.ReadAllText(Path.Combine(Repository.Root, "docs", "telemetry.md")), StringComparison.Ordinal);
    }

    private static IEnumerable<string> Names(string expression) => MetricName().Matches(NotAMetric().Replace(expression, " ")).Select(name => name.Value).Distinct();

    private static HashSet<string> Anchors() => [.. File.ReadLines(Path.Combine(Repository.Root, "docs", "runbook.md"))
        .Where(line => line.StartsWith('#')).Select(line => line.TrimStart('#', ' ').ToLowerInvariant().Replace(' ', '-').Replace("`", "", StringComparison.Ordinal))];

    private static bool IsRecording(JsonElement rule) => Text(rule, "type") == "recording";

    /// <summary>What one rule records: several may record under one name, each with labels of its own.</summary>
    private static string Selector(JsonElement rule) =>
        $"{Text(rule, "name")}{{{(rule.TryGetProperty("labels", out var labels) ? string.Join(',', labels.EnumerateObject().Select(label => $"{label.Name}=\"{label.Value}\"")) : "")}}}";

    private static string Text(JsonElement json, string name) => json.GetProperty(name).GetString()!;

    [GeneratedRegex(@"\b(driftline|messaging|db|http|dotnet|kestrel)[_:][a-z0-9_:]+")]
    private static partial Regex MetricName();

    /// <summary>Selectors, and the labels of aggregations and matchings.</summary>
    [GeneratedRegex(@"\{[^}]*\}|\b(by|without|on|ignoring|group_left|group_right) ?\([^)]*\)")]
    private static partial Regex NotAMetric();

    [GeneratedRegex("_(bucket|sum|count)$")]
    private static partial Regex HistogramPart();

    [GeneratedRegex(@"record: (\S+)")]
    private static partial Regex Recorded();

    private sealed record PanelFile(string Name, string Description, string Unit, IReadOnlyList<string> Runbook, IReadOnlyList<string> Expressions)
    {
        public bool MayBeEmpty => Description.Contains(DashboardTests.MayBeEmpty, StringComparison.Ordinal);
    }
}

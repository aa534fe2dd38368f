using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Driftline.Local;
using Xunit;

namespace Driftline.Integration.Tests;

/// <summary>A Prometheus of its own, with deploy/prometheus' configuration and rules, over a running stack; everything is scraped and evaluated each second.</summary>
internal sealed partial class PrometheusServer : IAsyncDisposable
{
    private readonly ServiceLog _log;
    private readonly ChildProcess _process;
    private readonly HttpClient _http;

    private PrometheusServer(ServiceLog log, ChildProcess process, Uri url) => (_log, _process, _http) = (log, process, new HttpClient { BaseAddress = url });

    public static string Deployed { get; } = Path.Combine(Repository.Root, "deploy", "prometheus");

    public static IEnumerable<string> RuleFiles => Directory.EnumerateFiles(Deployed, "*.rules.yml").Order(StringComparer.Ordinal);

    /// <param name="change">Changes the text of each rule file, e.g. to shorten its waits.</param>
    /// <param name="port">Where it listens; any free port if left out.</param>
    public static async Task<PrometheusServer> StartAsync(Stack stack, Func<string, string>? change = null, int? port = null)
    {
        var program = Needs.Program("prometheus");
        var folder = Directory.CreateTempSubdirectory("driftline-prometheus-").FullName;
        foreach (var file in RuleFiles)
            await File.WriteAllTextAsync(Path.Combine(folder, Path.GetFileName(file)), EverySecond().Replace((change ?? (text => text))(await File.ReadAllTextAsync(file)), "interval: 1s"));
        var config = EverySecond().Replace(await File.ReadAllTextAsync(Path.Combine(Deployed, "prometheus.yml")), "interval: 1s");
        foreach (var service in LocalService.All)
        {
            Assert.Contains($"\"{service.Name}:8080\"", config, StringComparison.Ordinal);
            config = config.Replace($"\"{service.Name}:8080\"", $"\"{stack[service.Name].Authority}\"", StringComparison.Ordinal);
        }

        await File.WriteAllTextAsync(Path.Combine(folder, "prometheus.yml"), config);
        port ??= FreePort.Find();
        var log = new ServiceLog(folder, "prometheus");
        var process = ChildProcess.Start(
            new ProcessSpec("prometheus", program, $"--config.file={folder}/prometheus.yml", $"--storage.tsdb.path={folder}/data", $"--web.listen-address=127.0.0.1:{port}", "--enable-feature=exemplar-storage"), log);
        var server = new PrometheusServer(log, process, new Uri($"http://127.0.0.1:{port}/"));
        await server.WaitUntilAsync("up{job=~\"ingestor|feature-builder|predictor|recommender\"} == 1", LocalService.All.Count, TimeSpan.FromSeconds(60));
        return server;
    }

    /// <summary>The series of an instant query that have a number; an error fails the test with Prometheus' message.</summary>
    public async Task<IReadOnlyList<JsonElement>> QueryAsync(string expression)
    {
        using var response = await _http.PostAsync("/api/v1/query", new FormUrlEncodedContent([new("query", expression)]));
        if (response.StatusCode == HttpStatusCode.ServiceUnavailable) throw new HttpRequestException("it is still starting");
        var answer = await response.Content.ReadFromJsonAsync<JsonElement>();
        Assert.True(answer.GetProperty("status").GetString() == "success", $"{expression}\n{answer}");
        var result = answer.GetProperty("data");
        return result.GetProperty("resultType").GetString() == "vector"
            ? [.. result.GetProperty("result").EnumerateArray().Where(series => series.GetProperty("value")[1].GetString() != "NaN")]
            : [result.GetProperty("result")];
    }

    /// <summary>All rules as Prometheus has loaded and evaluated them.</summary>
    public async Task<IReadOnlyList<JsonElement>> RulesAsync() =>
        [.. (await _http.GetFromJsonAsync<JsonElement>("/api/v1/rules")).GetProperty("data").GetProperty("groups").EnumerateArray().SelectMany(group => group.GetProperty("rules").EnumerateArray())];

    public async Task WaitUntilAsync(string expression, int series, TimeSpan within)
    {
        var deadline = DateTime.UtcNow + within;
        var last = "no answer";
        while (DateTime.UtcNow < deadline)
        {
            try
            {
                var found = await QueryAsync(expression);
                if (found.Count >= series) return;
                last = $"{found.Count} series";
            }
            catch (HttpRequestException e)
            {
                last = e.Message;
            }

            await Task.Delay(200);
        }

        Assert.Fail($"{expression} did not give {series} series within {within}: {last}. Prometheus' last lines:\n{_log.LastLines}");
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _process.DisposeAsync();
        _log.Dispose();
    }

    [GeneratedRegex(@"(?<=\s|_)interval: \d+[smh]\b")]
    private static partial Regex EverySecond();
}

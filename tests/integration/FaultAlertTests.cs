using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Driftline.Local;
using Xunit;

namespace Driftline.Integration.Tests;

/// <summary>A pipeline to break, with its own Redis, and a Prometheus whose rules are the deployed ones with their waits and windows shortened.</summary>
public sealed partial class FaultyPipeline : IAsyncLifetime
{
    private readonly Lazy<Task> _started;
    private RedisServer _redis = null!;

    public FaultyPipeline() => _started = new Lazy<Task>(StartAsync);

    public Pipeline Pipeline { get; private set; } = null!;

    internal PrometheusServer Prometheus { get; private set; } = null!;

    public int Redis => _redis.ProcessId!.Value;

    /// <summary>From this age on the model is stale.</summary>
    public double StaleAfterSeconds { get; private set; }

    public Task StartedAsync() => _started.Value;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (Prometheus is not null) await Prometheus.DisposeAsync();
        if (Pipeline is not null) await Pipeline.DisposeAsync();
        if (_redis is not null) await _redis.DisposeAsync();
    }

    private async Task StartAsync()
    {
        _redis = await RedisServer.StartAsync(null, Directory.CreateTempSubdirectory("driftline-redis-").FullName, _ => { });
        Pipeline = await Pipeline.StartAsync(_redis.ConnectionString);
        await Traffic.SendAsync(Pipeline, 5);
        var age = (await ScrapedMetrics.ValuesAsync(Pipeline.Stack[LocalService.Predictor.Name], "driftline_predictor_model_age_seconds")).Single();
        StaleAfterSeconds = Math.Floor(age + 20);
        Prometheus = await PrometheusServer.StartAsync(Pipeline.Stack, Shortened);
    }

    private string Shortened(string rules) => Wait().Replace(rules, "for: 1s")
        .Replace("[5m]", "[5s]", StringComparison.Ordinal)
        .Replace("driftline:lag:seconds > 60", "driftline:lag:seconds > 3", StringComparison.Ordinal)
        .Replace("> 14 * 86400", string.Create(CultureInfo.InvariantCulture, $"> {StaleAfterSeconds}"), StringComparison.Ordinal);

    [GeneratedRegex(@"\bfor: \d+[mh]\b")]
    private static partial Regex Wait();
}

/// <summary>Each kind of fault, on the running pipeline, raises its alert; and the alert ends with the fault.</summary>
public sealed class FaultAlertTests(FaultyPipeline faulty) : IClassFixture<FaultyPipeline>, IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    public async ValueTask InitializeAsync()
    {
        Needs.Program("prometheus");
        await faulty.StartedAsync();
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task ARedisThatDoesNotAnswerRaisesItsAlertAndThatOfTheLagBehindIt()
    {
        await IsQuietAsync("DriftlineRedisDown");
        await SignalAsync("STOP", faulty.Redis);
        try
        {
            await PostAsync(20, "click");
            await FiresAsync("DriftlineRedisDown");
            await FiresAsync("DriftlineConsumerLag");
        }
        finally
        {
            await SignalAsync("CONT", faulty.Redis);
        }

        await EndsAsync("DriftlineRedisDown");
        await EndsAsync("DriftlineConsumerLag");
    }

    [Fact]
    public async Task AStageThatStandsStillRaisesTheAlertsOfItsAbsenceAndOfWhatDoesNotComeOut()
    {
        await IsQuietAsync("DriftlineServiceDown");
        var builder = faulty.Pipeline.Stack.ProcessIdOf(LocalService.FeatureBuilder.Name);
        await SignalAsync("STOP", builder);
        try
        {
            await FiresAsync("DriftlineServiceDown", () => PostAsync(5, "click"));
            await FiresAsync("DriftlineNoInterestUpdates", () => PostAsync(5, "click"));
        }
        finally
        {
            await SignalAsync("CONT", builder);
        }

        await EndsAsync("DriftlineServiceDown");
        await EndsAsync("DriftlineNoInterestUpdates", () => PostAsync(5, "click"));
    }

    [Fact]
    public async Task AStormOfRejectsRaisesItsAlert()
    {
        await IsQuietAsync("DriftlineRejectStorm");
        await FiresAsync("DriftlineRejectStorm", () => PostAsync(10, "review")); // a review needs a rating
        await EndsAsync("DriftlineRejectStorm", () => PostAsync(10, "click"));
    }

    [Fact]
    public async Task APredictorThatIsStarvedOfItsProcessorRaisesItsAlert()
    {
        await IsQuietAsync("DriftlinePredictorSlow");
        var predictor = faulty.Pipeline.Stack.ProcessIdOf(LocalService.Predictor.Name);
        await FiresAsync("DriftlinePredictorSlow", async () =>
        {
            var sending = PostAsync(400, "click");
            for (var i = 0; i < 2; i++)
            {
                await Task.Delay(60);
                await SignalAsync("STOP", predictor);
                await Task.Delay(1_500);
                await SignalAsync("CONT", predictor);
            }

            await sending;
        });
        await EndsAsync("DriftlinePredictorSlow", () => PostAsync(5, "click"));
    }

    [Fact]
    public async Task AModelThatGrowsOldRaisesItsAlert()
    {
        var served = (await faulty.Prometheus.QueryAsync("max(driftline_predictor_model_age_seconds)"))[0].GetProperty("value")[1].GetString()!;
        if (double.Parse(served, CultureInfo.InvariantCulture) < faulty.StaleAfterSeconds - 3) await IsQuietAsync("DriftlineModelStale");
        await FiresAsync("DriftlineModelStale");
    }

    private async Task PostAsync(int events, string type)
    {
        var items = faulty.Pipeline.Items;
        await faulty.Pipeline.PostEventsAsync($"[{string.Join(',', Enumerable.Range(0, events).Select(i => Traffic.Event($"user-{Guid.NewGuid():N}", items[i % items.Count].ItemId, type)))}]");
    }

    private static string Firing(string alert) => $"ALERTS{{alertname=\"{alert}\", alertstate=\"firing\"}}";

    private async Task IsQuietAsync(string alert) => await EndsAsync(alert);

    private Task FiresAsync(string alert, Func<Task>? meanwhile = null) => UntilAsync($"{alert} to fire", async () => (await faulty.Prometheus.QueryAsync(Firing(alert))).Count > 0, meanwhile);

    private Task EndsAsync(string alert, Func<Task>? meanwhile = null) => UntilAsync($"{alert} to end", async () => (await faulty.Prometheus.QueryAsync(Firing(alert))).Count == 0, meanwhile);

    private static async Task UntilAsync(string what, Func<Task<bool>> holds, Func<Task>? meanwhile)
    {
        var deadline = DateTime.UtcNow + Limit;
        while (!await holds())
        {
            Assert.True(DateTime.UtcNow < deadline, $"waited {Limit} in vain for {what}");
            if (meanwhile is not null) await meanwhile();
            await Task.Delay(200);
        }
    }

    private static async Task SignalAsync(string signal, int process)
    {
        using var kill = Process.Start("kill", [$"-{signal}", process.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
        Assert.Equal(0, kill.ExitCode);
    }
}

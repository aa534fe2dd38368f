using System.Text.Json;
using Driftline.Local;
using Xunit;

namespace Driftline.Integration.Tests;

/// <summary>The README's main command, as a newcomer types it.</summary>
public sealed class LocalRunTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(6);

    [Fact]
    public async Task ARunOnSimulatedEventsLosesNone() => Check(await RunAsync("--once", "--events", "3000"), 3000);

    [Fact]
    public async Task ARunOnRealEventsLosesNone() => Check(await RunAsync("--once", "--events", "3000", "--data", Needs.Data("ms-store")), 3000);

    [Fact]
    public async Task TheSameServicesRunOnOutsideParts()
    {
        await using var outside = await OutsideForTests.ResolveAsync(ownBroker: true);
        await using var parts = await Stack.StartAsync(
            new StackOptions
            {
                BootstrapServers = outside.BootstrapServers,
                SchemaRegistryUrl = outside.SchemaRegistryUrl,
                RedisConnectionString = outside.RedisConnectionString,
            },
            _ => { }, CancellationToken.None);
        var run = await Programs.RunAsync(
            "dotnet", [BuiltProgram.Find("local", "Driftline.Local"), "--once", "--external", "--events", "500", "--seed", "1"], Limit, parts.Settings());
        Check(run, 500);
        Assert.Contains($"{parts.BootstrapServers} (outside)", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AFolderThatIsNoDataSetIsRefusedWithTheFix()
    {
        var (exit, _, error) = await RunAsync("--once", "--data", Path.GetTempPath());
        Assert.Equal(2, exit);
        Assert.Contains("events.csv", error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("soak", "0.05")]
    [InlineData("chaos", "0.1")]
    public async Task ARunThatIsTooShortToJudgeAnythingIsRefused(string command, string minutes)
    {
        var (exit, _, error) = await RunAsync(command, "--minutes", minutes);
        Assert.NotEqual(0, exit);
        Assert.Contains("--minutes must be", error, StringComparison.Ordinal);
    }

    private static void Check((int ExitCode, string Output, string Error) run, int events)
    {
        Assert.True(run.ExitCode == 0, $"exit code {run.ExitCode}\n{run.Output}\n{run.Error}");
        var report = JsonSerializer.Deserialize<JsonElement>(run.Output.TrimEnd().Split('\n')[^1]);
        Assert.Equal(events, report.GetProperty("events").GetInt32());
        Assert.Equal(events, report.GetProperty("accepted").GetInt32());
        Assert.Equal(0, report.GetProperty("rejected").GetInt32());
        Assert.Equal(0, report.GetProperty("lost").GetInt32());
        var users = report.GetProperty("sequencesTouched").GetInt32();
        Assert.InRange(users, 1, events);
        Assert.Equal(users, report.GetProperty("usersServed").GetInt32());
        Assert.InRange(report.GetProperty("interestUpdates").GetInt64(), users, events);
        Assert.InRange(report.GetProperty("freshnessMs").GetProperty("p50").GetDouble(), 0.001, 60_000);
    }

    private static Task<(int ExitCode, string Output, string Error)> RunAsync(params string[] arguments) =>
        Programs.RunAsync("dotnet", [BuiltProgram.Find("local", "Driftline.Local"), .. arguments], Limit);
}

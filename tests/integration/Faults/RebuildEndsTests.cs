using Driftline.Local;
using Xunit;

namespace Driftline.Integration.Tests.Faults;

/// <summary>How the feature-builder's command <c>--rebuild</c> ends where it cannot do its work.</summary>
public sealed class RebuildEndsTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task AWrongSettingIsNamedInOneLine()
    {
        var (exitCode, _, error) = await Programs.RunAsync("dotnet", [LocalService.FeatureBuilder.ProgramPath, "--rebuild"], Limit, Nowhere("Kafka__BootstrapServers", ""));

        Assert.Equal(1, exitCode);
        Assert.Contains("Kafka:BootstrapServers is missing", Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhileTheBrokerIsAwayItCanBeEnded()
    {
        using var log = new ServiceLog(Directory.CreateTempSubdirectory("driftline-rebuild-").FullName, "rebuild");
        await using var rebuild = ChildProcess.Start(new ProcessSpec("rebuild", "dotnet", [LocalService.FeatureBuilder.ProgramPath, "--rebuild"]) { Environment = Nowhere() }, log);
        var deadline = DateTime.UtcNow + Limit;
        while (!log.LastLines.Contains("Connection refused", StringComparison.Ordinal)) // it has begun
        {
            Assert.True(DateTime.UtcNow < deadline && !rebuild.Exited.IsCompleted, log.LastLines);
            await Task.Delay(20);
        }

        var exitCode = await rebuild.StopAsync();
        Assert.True(exitCode == 130, $"exit code {exitCode}\n{log.LastLines}");
    }

    /// <summary>Settings with which nothing answers.</summary>
    private static Dictionary<string, string> Nowhere(string key = "Kafka__BootstrapServers", string value = "127.0.0.1:1") => new()
    {
        ["Kafka__BootstrapServers"] = "127.0.0.1:1",
        ["SchemaRegistry__Url"] = "http://127.0.0.1:1",
        ["Redis__ConnectionString"] = "127.0.0.1:1,connectTimeout=50,connectRetry=0",
        [key] = value,
    };
}

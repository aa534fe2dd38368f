using System.Text.Json;
using Driftline.Local;
using Xunit;

namespace Driftline.Integration.Tests.Faults;

/// <summary>The fault suite of docs/reliability.md, short: it judges itself by its exit code.</summary>
public sealed class ChaosTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(12);

    [Fact]
    public async Task ThreeMinutesOfEveryKindOfFaultLoseDuplicateAndMisplaceNothing()
    {
        Needs.Program("redis-server");
        Needs.Program("faketime");
        var page = Path.Combine(Directory.CreateTempSubdirectory("driftline-chaos-").FullName, "page.md");

        var run = await Programs.RunAsync(
            "dotnet", [BuiltProgram.Find("local", "Driftline.Local"), "chaos", "--minutes", "3", "--seed", "1", "--rate", "100", "--out", page], Limit);

        Assert.True(run.ExitCode == 0, $"exit code {run.ExitCode}\n{run.Output}\n{run.Error}");
        var report = JsonSerializer.Deserialize<JsonElement>(run.Output.TrimEnd().Split('\n')[^1]);
        var missing = report.GetProperty("faults").EnumerateObject().Where(kind => kind.Value.GetInt32() == 0).Select(kind => kind.Name);
        string[] notToBeHad = Environment.IsPrivilegedProcess ? [] : ["diskFull"]; // root alone can mount a small disk
        Assert.Empty(missing.Except(notToBeHad));
        Assert.Contains("| lost | 0 |", await File.ReadAllTextAsync(page), StringComparison.Ordinal);
    }
}

using System.Text.Json;
using Driftline.Local;
using Xunit;

namespace Driftline.Integration.Tests.Faults;

/// <summary>The overload of docs/reliability.md, short: it judges itself by its exit code.</summary>
public sealed class OverloadTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(6);

    [Fact]
    public async Task TwentyTimesTheSustainableRateIsRefusedOrHeldUpAndEveryAcceptedEventIsKept()
    {
        var run = await Programs.RunAsync("dotnet", [BuiltProgram.Find("local", "Driftline.Local"), "overload", "--minutes", "0.25", "--times", "20"], Limit);

        Assert.True(run.ExitCode == 0, $"exit code {run.ExitCode}\n{run.Output}\n{run.Error}");
        var report = JsonSerializer.Deserialize<JsonElement>(run.Output.TrimEnd().Split('\n')[^1]);
        long Count(string name) => report.GetProperty(name).GetInt64();
        Assert.True(Count("accepted") > 0 && Count("accepted") < Count("offered"), run.Output);
        Assert.Equal(0, Count("missing") + Count("behind") + Count("refusalsWithoutRetryAfter"));
        var limits = report.GetProperty("limitMiB");
        Assert.All(report.GetProperty("peakMiB").EnumerateObject(), process => Assert.True(process.Value.GetDouble() <= limits.GetProperty(process.Name).GetDouble(), process.Name));
    }
}

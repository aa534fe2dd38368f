using System.Diagnostics;
using Xunit;

namespace Driftline.InterestModel.Tests;

public sealed class ReleaseCommandTests(TrainedModel trained)
{
    [Fact]
    public void ARegistryThatIsAwayIsOneLineThatNamesItsKey()
    {
        using var process = Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Driftline.Training.dll"), "release", "--artifact", trained.Folder])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            Environment = { ["Kafka__BootstrapServers"] = "127.0.0.1:1", ["SchemaRegistry__Url"] = "http://127.0.0.1:1" },
        })!;
        process.OutputDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();

        Assert.Equal(2, process.ExitCode);
        Assert.Contains("SchemaRegistry__Url", Assert.Single(error.Trim().Split('\n')), StringComparison.Ordinal);
    }
}

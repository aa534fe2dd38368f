using Xunit;

namespace Driftline.Architecture.Tests;

/// <summary>Know one service, know all: each has the same file set.</summary>
public sealed class ServiceFilesTests
{
    public static TheoryData<string, string> Services =>
        [.. Project.All.Values.Where(project => project.IsIn("services")).Select(project => (project.Folder, Path.GetFileNameWithoutExtension(project.Path)))];

    [Theory]
    [MemberData(nameof(Services))]
    public void AServiceHasTheFilesThatEveryServiceHas(string folder, string name)
    {
        string[] expected = ["Program.cs", $"{name}Options.cs", $"{name}Metrics.cs", "Log.cs", "appsettings.json", "Dockerfile", "README.md"];

        var files = Directory.EnumerateFiles(Path.Combine(Checkout.Root, folder)).Select(Path.GetFileName);

        Assert.Empty(expected.Except(files));
    }

    [Fact]
    public void ThereAreFourServices() => Assert.Equal(
        ["services/feature-builder", "services/ingestor", "services/predictor", "services/recommender"],
        Services.Select(row => row.Data.Item1).Order(StringComparer.Ordinal));
}

using System.Xml.Linq;
using Xunit;

namespace Driftline.Architecture.Tests;

/// <summary>What is decided once for the whole repository stays decided once.</summary>
public sealed class HouseTests
{
    private static readonly string[] DecidedInTheProps =
        ["TreatWarningsAsErrors", "Nullable", "AnalysisLevel", "EnforceCodeStyleInBuild", "ManagePackageVersionsCentrally", "WarningLevel", "RunAnalyzers"];

    public static TheoryData<string> Paths => [.. Project.All.Keys.Order(StringComparer.Ordinal)];

    [Fact]
    public void EveryProjectIsInTheSolution()
    {
        var solution = XDocument.Load(Path.Combine(Checkout.Root, "Driftline.slnx"));

        Assert.Equal(
            Project.All.Keys.Order(StringComparer.Ordinal),
            solution.Descendants("Project").Select(project => project.Attribute("Path")!.Value).Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public void AProjectSetsNoPackageVersionItself(string path)
    {
        Assert.DoesNotContain(Project.All[path].Packages, package =>
            package.Attribute("Version") is not null || package.Attribute("VersionOverride") is not null || package.Element("Version") is not null);
        Assert.Empty(Project.All[path].Xml.Descendants("PackageVersion"));
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public void AProjectKeepsTheBuildAsStrictAsTheHouse(string path) =>
        Assert.DoesNotContain(Project.All[path].Xml.Descendants(), element => DecidedInTheProps.Contains(element.Name.LocalName));

    [Fact]
    public void WarningsAreErrorsInEveryConfiguration()
    {
        var setting = Assert.Single(XDocument.Load(Path.Combine(Checkout.Root, "Directory.Build.props")).Descendants("TreatWarningsAsErrors"));

        Assert.Equal("true", setting.Value);
        Assert.Null(setting.Attribute("Condition"));
        Assert.Null(setting.Parent!.Attribute("Condition"));
        Assert.Equal(["Directory.Build.props"], Source.Files("Directory.Build.props")); // none deeper that says otherwise
    }

    [Theory]
    [InlineData("services/")]
    [InlineData("libs/")]
    [InlineData("schemas/")]
    public void TheEnvironmentIsReadThroughConfigurationOnly(string folder)
    {
        var files = Source.Files("*.cs").Where(file => file.StartsWith(folder, StringComparison.Ordinal)).ToList();

        Assert.NotEmpty(files);
        Assert.DoesNotContain(files, file => File.ReadAllText(Path.Combine(Checkout.Root, file)).Contains("GetEnvironmentVariable", StringComparison.Ordinal));
    }
}

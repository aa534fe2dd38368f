using Xunit;

namespace Driftline.Deploy.Tests.Images;

public sealed class DockerfileTests
{
    private static readonly Dictionary<string, Func<Dockerfile, IEnumerable<string>>> Checks = new Func<Dockerfile, IEnumerable<string>>[]
    {
        DockerfileChecks.Bases, DockerfileChecks.User, DockerfileChecks.Stages, DockerfileChecks.Sources, DockerfileChecks.EntryPoint, DockerfileChecks.Port,
    }.ToDictionary(check => check.Method.Name, StringComparer.Ordinal);

    public static MatrixTheoryData<string, string> ChecksByFile => new(Checks.Keys, Dockerfile.All);

    public static TheoryData<string, string, string, string> Breakages => new()
    {
        { "Bases", "10.0.12-noble-chiseled", "10.0-noble-chiseled", "starts from mcr.microsoft.com/dotnet/aspnet:10.0-noble-chiseled" },
        { "Bases", "10.0.401-noble", "latest", "sdk:latest" },
        { "User", "USER $APP_UID\n", "", "USER $APP_UID" },
        { "User", "USER $APP_UID", "USER root", "runs as root" },
        { "Stages", "COPY build/ build/", "ADD build/ build/", "use COPY" },
        { "Stages", "EXPOSE 8080", "RUN apt-get update", "no shell" },
        { "Sources", "COPY schemas/ schemas/", "COPY schema/ schema/", "copies schema/, which is not in the repository" },
        { "Sources", "COPY schemas/ schemas/\n", "", "schemas/Schemas.csproj, which is not copied" },
        { "Sources", " Directory.Build.targets", "", "Directory.Build.targets, which is not copied" },
        { "Sources", "Ingestor.csproj", "Ingester.csproj", "publishes services/ingestor/Ingester.csproj" },
        { "EntryPoint", "Driftline.Ingestor.dll", "Ingestor.dll", "builds Driftline.Ingestor.dll" },
        { "Port", "EXPOSE 8080", "EXPOSE 5080", "exposes 5080 and listens on Urls=http://+:8080" },
        { "Port", "ENV Urls=http://+:8080\n", "", "loopback" },
    };

    [Theory]
    [MemberData(nameof(ChecksByFile))]
    public void ADockerfileIsAsItShouldBe(string check, string file) => Findings.AreNone(Checks[check](Dockerfile.Open(file)));

    [Theory]
    [MemberData(nameof(Breakages))]
    public void ADockerfileThatIsWrongIsFound(string check, string right, string wrong, string told)
    {
        var text = File.ReadAllText(Path.Combine(Checkout.Root, "services", "ingestor", "Dockerfile"));
        Assert.Contains(right, text, StringComparison.Ordinal);

        var findings = Checks[check](Dockerfile.Read("services/ingestor/Dockerfile", text.Replace(right, wrong, StringComparison.Ordinal)));

        Assert.Contains(findings, finding => finding.Contains(told, StringComparison.Ordinal));
    }

    [Fact]
    public void EveryDockerfileOfTheRepositoryIsChecked() => Assert.Equal(
        new[] { "services", "training", "local", "cli", "deploy", "samples" }.SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Checkout.Root, folder), "Dockerfile*", SearchOption.AllDirectories))
            .Select(file => Path.GetRelativePath(Checkout.Root, file).Replace('\\', '/')).Order(),
        Dockerfile.All.Order());

    [Fact]
    public void AllImagesStartFromTheSameVersions()
    {
        var arguments = Dockerfile.All.Select(file => Dockerfile.Open(file).Of("ARG").Where(argument => argument.StartsWith("SDK=", StringComparison.Ordinal) || argument.StartsWith("ASPNET=", StringComparison.Ordinal))
            .Select(argument => argument.Replace("-chiseled", "", StringComparison.Ordinal)));

        Assert.Single(arguments.Select(versions => string.Join(' ', versions)).Distinct());
    }

    [Theory]
    [InlineData("services/predictor/Dockerfile")]
    [InlineData("training/Dockerfile")]
    public void ABuildArgumentChoosesTheDevice(string path)
    {
        var file = Dockerfile.Open(path);

        Assert.Contains("-p:TorchDevice=cpu", file.Publish);
        Assert.Contains("TORCH_DEVICE=cpu", file.Of("ARG"));
        Assert.Equal("cpu", file.Of("FROM").Last());
        Assert.Contains(file.Of("FROM"), from => from.EndsWith(" AS cuda", StringComparison.Ordinal));
    }
}

using Xunit;

namespace Driftline.Architecture.Tests;

/// <summary>Who may build on whom. Services meet at a schema and never reference each other.</summary>
public sealed class ArrowTests
{
    private const string Schemas = "schemas", Streaming = "libs/Streaming", Hosting = "libs/Hosting", Sequences = "libs/Sequences";
    private const string Catalog = "libs/Catalog", Storefront = "libs/Storefront", InterestModel = "libs/InterestModel";
    private const string TextEncoders = "libs/TextEncoders", Client = "clients/dotnet", AvroBinary = "libs/AvroBinary";

    /// <summary>Every arrow that is allowed; a folder that is not here may reference no project.</summary>
    private static readonly Dictionary<string, string[]> Allowed = new(StringComparer.Ordinal)
    {
        [Schemas] = [AvroBinary],
        [Streaming] = [AvroBinary],
        [TextEncoders] = [Catalog],
        [InterestModel] = [Sequences, Catalog, TextEncoders],
        ["services/ingestor"] = [Streaming, Hosting, Schemas],
        ["services/feature-builder"] = [Streaming, Hosting, Schemas, Sequences],
        ["services/predictor"] = [Streaming, Hosting, Schemas, Sequences, Catalog, InterestModel, TextEncoders],
        ["services/recommender"] = [Streaming, Hosting, Schemas, Catalog, Sequences],
        ["cli"] = [Client, Storefront, Schemas],
        ["samples/read-interest-updates"] = [Schemas],
        ["training"] = [InterestModel, TextEncoders, Storefront, Streaming, Schemas],
    };

    /// <summary>These stand outside the product and may reference anything.</summary>
    private static readonly string[] Free = ["local", "tests", "bench"];

    private static readonly string[] Torch = ["TorchSharp", "libtorch", "Microsoft.ML.OnnxRuntime"];

    public static TheoryData<string> Paths => [.. Project.All.Keys.Order(StringComparer.Ordinal)];

    public static TheoryData<string> WithoutTorch => ["services/ingestor", "services/feature-builder", "services/recommender"];

    [Theory]
    [MemberData(nameof(Paths))]
    public void AProjectReferencesOnlyWhatItsArrowsAllow(string path)
    {
        var project = Project.All[path];
        if (Free.Any(project.IsIn)) return;

        var allowed = Allowed.GetValueOrDefault(project.Folder, []);

        Assert.All(project.References, reference => Assert.Contains(reference[..reference.LastIndexOf('/')], allowed));
    }

    [Fact]
    public void EveryArrowPointsAtAProjectOfTheRepository() =>
        Assert.All(Project.All.Values.SelectMany(project => project.References), reference => Assert.Contains(reference, Project.All.Keys));

    [Fact]
    public void EveryFolderWithArrowsIsStillThere() =>
        Assert.All(Allowed.Keys, folder => Assert.Contains(folder, Project.All.Values.Select(project => project.Folder)));

    [Theory]
    [MemberData(nameof(WithoutTorch))]
    public void AServiceThatRunsNoModelCarriesNoTorch(string folder)
    {
        var project = Project.All.Values.Single(project => project.Folder == folder);

        var packages = project.Closure().SelectMany(each => each.Packages.Select(package => $"{package.Attribute("Include")!.Value} by {each.Path}"));

        Assert.DoesNotContain(packages, package => Torch.Any(name => package.StartsWith(name, StringComparison.OrdinalIgnoreCase)));
    }

    [Fact]
    public void TheModelIsWhatBringsTorch() =>
        Assert.Contains(Project.All.Values.Single(project => project.Folder == InterestModel).Packages, package => package.Attribute("Include")!.Value == "TorchSharp");
}

namespace Driftline.Local;

/// <summary>One of the four services: its name and folder, its assembly and its usual port.</summary>
public sealed record LocalService(string Name, string Assembly, int UsualPort)
{
    public static readonly LocalService Ingestor = new("ingestor", "Driftline.Ingestor", 5080);
    public static readonly LocalService Recommender = new("recommender", "Driftline.Recommender", 5081);
    public static readonly LocalService FeatureBuilder = new("feature-builder", "Driftline.FeatureBuilder", 5082);
    public static readonly LocalService Predictor = new("predictor", "Driftline.Predictor", 5083);

    /// <summary>In flow order.</summary>
    public static readonly IReadOnlyList<LocalService> All = [Ingestor, FeatureBuilder, Predictor, Recommender];

    /// <summary>Path of the built program.</summary>
    /// <exception cref="FileNotFoundException">It has not been built.</exception>
    public string ProgramPath => BuiltProgram.Find(Path.Combine("services", Name), Assembly);
}

/// <summary>Programs built beside this one, in the same configuration.</summary>
public static class BuiltProgram
{
    /// <summary>Debug or Release: the configuration that this program was built in.</summary>
    private static readonly string Configuration =
        AppContext.BaseDirectory.Contains($"{Path.DirectorySeparatorChar}Release{Path.DirectorySeparatorChar}", StringComparison.Ordinal) ? "Release" : "Debug";

    public static string Find(string projectFolder, string assembly)
    {
        var output = Path.Combine(Repository.Root, projectFolder, "bin", Configuration);
        return (Directory.Exists(output) ? Directory.EnumerateFiles(output, assembly + ".dll", SearchOption.AllDirectories) : [])
            .FirstOrDefault(path => File.Exists(Path.ChangeExtension(path, ".runtimeconfig.json")))
            ?? throw new FileNotFoundException($"{assembly}.dll is not under {output}: run `dotnet build Driftline.slnx -c {Configuration}` first.");
    }
}

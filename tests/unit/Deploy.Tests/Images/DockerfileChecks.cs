using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Driftline.Deploy.Tests.Images;

/// <summary>What every image must be; findings name the Dockerfile and the fix.</summary>
internal static partial class DockerfileChecks
{
    /// <summary>Files of the root that every build reads.</summary>
    private static readonly string[] BuildFiles = ["global.json", "Directory.Build.props", "Directory.Build.targets", "Directory.Packages.props", ".editorconfig", "build/"];

    [GeneratedRegex(@":\d+\.\d+\.\d+[-.\w]*(@sha256:[0-9a-f]{64})?$")]
    private static partial Regex ExactVersion { get; }

    public static IEnumerable<string> Bases(Dockerfile file) =>
        from image in file.Bases
        where !ExactVersion.IsMatch(image)
        select $"{file.Path}: starts from {image}, which moves; name an exact version, e.g. 10.0.12-noble-chiseled";

    public static IEnumerable<string> User(Dockerfile file)
    {
        var user = file.LastStage.LastOrDefault(instruction => instruction.Name == "USER").Text;
        if (user is null or "root" or "0") yield return $"{file.Path}: the image runs as root; end it with USER $APP_UID";
    }

    public static IEnumerable<string> Stages(Dockerfile file)
    {
        if (file.Of("FROM").Count() < 2) yield return $"{file.Path}: ships its SDK; publish in a first stage and copy /app into the runtime's image";
        if (file.Instructions.Any(instruction => instruction.Name == "ADD")) yield return $"{file.Path}: ADD fetches and unpacks; use COPY";
        if (file.LastStage.Any(instruction => instruction.Name == "RUN")) yield return $"{file.Path}: the runtime's image has no shell to RUN in; move the step into the build stage";
    }

    /// <summary>All that the published project is built from is copied, and all that is copied is there.</summary>
    public static IEnumerable<string> Sources(Dockerfile file)
    {
        var sources = file.Sources.ToList();
        foreach (var source in sources.Where(source => !Path.Exists(Path.Combine(Checkout.Root, source)))) yield return $"{file.Path}: copies {source}, which is not in the repository; correct the path";
        var project = file.Publish[0];
        if (!File.Exists(Path.Combine(Checkout.Root, project)))
        {
            yield return $"{file.Path}: publishes {project}, which is not in the repository; correct the path";
            yield break;
        }

        foreach (var needed in BuildFiles.Concat(Closure(project)).Where(needed => !sources.Any(source => needed == source || source.EndsWith('/') && needed.StartsWith(source, StringComparison.Ordinal))))
            yield return $"{file.Path}: {project} is built from {needed}, which is not copied; add a COPY";
    }

    public static IEnumerable<string> EntryPoint(Dockerfile file)
    {
        var assembly = XDocument.Load(Path.Combine(Checkout.Root, file.Publish[0])).Descendants("AssemblyName").Single().Value;
        var expected = $"""["dotnet", "{assembly}.dll"]""";
        if (file.Of("ENTRYPOINT").SingleOrDefault() != expected) yield return $"{file.Path}: starts {file.Of("ENTRYPOINT").SingleOrDefault()}, but the project builds {assembly}.dll; write ENTRYPOINT {expected}";
    }

    public static IEnumerable<string> Port(Dockerfile file)
    {
        if (!file.Path.StartsWith("services/", StringComparison.Ordinal)) yield break;
        var urls = file.LastStage.Where(instruction => instruction.Name == "ENV").Select(instruction => instruction.Text).FirstOrDefault(env => env.StartsWith("Urls=", StringComparison.Ordinal));
        var exposed = file.LastStage.FirstOrDefault(instruction => instruction.Name == "EXPOSE").Text;
        if (urls != $"Urls=http://+:{exposed}") yield return $"{file.Path}: exposes {exposed ?? "no port"} and listens on {urls ?? "the loopback address of appsettings.json"}; write ENV Urls=http://+:PORT and EXPOSE PORT";
    }

    private static HashSet<string> Closure(string project)
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        var waiting = new Queue<string>([project]);
        while (waiting.TryDequeue(out var next))
        {
            if (!found.Add(next)) continue;
            foreach (var reference in XDocument.Load(Path.Combine(Checkout.Root, next)).Descendants("ProjectReference").Select(it => it.Attribute("Include")!.Value))
                waiting.Enqueue(Path.GetRelativePath(Checkout.Root, Path.Combine(Checkout.Root, Path.GetDirectoryName(next)!, reference)).Replace('\\', '/'));
        }

        return found;
    }
}

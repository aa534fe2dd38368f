using System.Xml.Linq;

namespace Driftline.Architecture.Tests;

/// <summary>One csproj, named by its path from the repository's root with forward slashes.</summary>
internal sealed record Project(string Path, XDocument Xml)
{
    public static IReadOnlyDictionary<string, Project> All { get; } = Find().ToDictionary(project => project.Path, StringComparer.Ordinal);

    /// <summary>libs/Streaming, services/ingestor, tests/unit/Streaming.Tests, local.</summary>
    public string Folder => Path[..Path.LastIndexOf('/')];

    public IEnumerable<string> References => Xml.Descendants("ProjectReference").Select(reference =>
        System.IO.Path.GetRelativePath(Checkout.Root, System.IO.Path.Combine(Checkout.Root, Folder, reference.Attribute("Include")!.Value))
            .Replace('\\', '/'));

    public IEnumerable<XElement> Packages => Xml.Descendants("PackageReference");

    /// <summary>This project and all that it builds on.</summary>
    public IEnumerable<Project> Closure() => References.SelectMany(reference => All[reference].Closure()).Prepend(this).Distinct();

    public bool IsIn(string folder) => Folder == folder || Folder.StartsWith(folder + "/", StringComparison.Ordinal);

    private static IEnumerable<Project> Find() =>
        Source.Files("*.csproj").Select(file => new Project(file, XDocument.Load(System.IO.Path.Combine(Checkout.Root, file))));
}

using System.Text.RegularExpressions;

namespace Driftline.Deploy.Tests.Images;

/// <summary>The instructions of one Dockerfile, arguments of <c>ARG</c> with a default filled in.</summary>
internal sealed partial record Dockerfile(string Path, IReadOnlyList<(string Name, string Text)> Instructions)
{
    /// <summary>Every Dockerfile of the repository, by its path from the root.</summary>
    public static IReadOnlyList<string> All { get; } = [.. new[] { "services/ingestor", "services/feature-builder", "services/predictor", "services/recommender", "local", "cli", "training" }.Select(folder => folder + "/Dockerfile")];

    [GeneratedRegex(@"\\\r?\n\s*")]
    private static partial Regex Continuation { get; }

    [GeneratedRegex(@"\$\{?(\w+)\}?")]
    private static partial Regex Variable { get; }

    public IEnumerable<string> Of(string name) => Instructions.Where(instruction => instruction.Name == name).Select(instruction => instruction.Text);

    /// <summary>The images that stages start from; stages of the file itself are left out.</summary>
    public IEnumerable<string> Bases
    {
        get
        {
            var stages = Of("FROM").Select(from => from.Split(" AS ")).Where(parts => parts.Length == 2).Select(parts => parts[1].Trim()).ToHashSet(StringComparer.Ordinal);
            return Of("FROM").Select(from => from.Split(' ')[0]).Where(image => !stages.Contains(image));
        }
    }

    /// <summary>The instructions of the image itself: those of the last stage.</summary>
    public IEnumerable<(string Name, string Text)> LastStage => Instructions.Skip(Instructions.Count - 1 - Instructions.Reverse().TakeWhile(instruction => instruction.Name != "FROM").Count());

    /// <summary>What is copied from the repository.</summary>
    public IEnumerable<string> Sources => Of("COPY").Where(copy => !copy.StartsWith("--from", StringComparison.Ordinal)).SelectMany(copy => copy.Split(' ', StringSplitOptions.RemoveEmptyEntries)[..^1]);

    /// <summary>Arguments of <c>dotnet publish</c>.</summary>
    public string[] Publish => Of("RUN").Single(run => run.Contains("dotnet publish ", StringComparison.Ordinal)).Split("dotnet publish ")[1].Split(' ', StringSplitOptions.RemoveEmptyEntries);

    public static Dockerfile Open(string path) => Read(path, File.ReadAllText(System.IO.Path.Combine(Checkout.Root, path)));

    public static Dockerfile Read(string path, string text)
    {
        var arguments = new Dictionary<string, string>(StringComparer.Ordinal);
        var instructions = new List<(string, string)>();
        foreach (var line in Continuation.Replace(text, "").Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0 && line[0] != '#'))
        {
            var (name, rest) = line.Split(' ', 2) is [var first, var others] ? (first.ToUpperInvariant(), others.Trim()) : (line, "");
            if (name == "ARG" && rest.Split('=', 2) is [var argument, var value]) arguments[argument] = value;
            instructions.Add((name, Variable.Replace(rest, match => arguments.GetValueOrDefault(match.Groups[1].Value, match.Value))));
        }

        return new Dockerfile(path, instructions);
    }
}

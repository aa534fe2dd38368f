using System.Text.RegularExpressions;
using YamlDotNet.RepresentationModel;

namespace Driftline.Deploy.Tests.Workflows;

/// <summary>What every workflow must be; findings name the file and the fix.</summary>
internal static partial class WorkflowChecks
{
    /// <summary>The only rights beyond reading, and the jobs that may ask for them.</summary>
    private static readonly Dictionary<string, string[]> MayWrite = new(StringComparer.Ordinal)
    {
        ["images.yml/push"] = ["packages"],
        ["release.yml/images"] = ["packages"],
        ["release.yml/release"] = ["contents"],
    };

    [GeneratedRegex(@"^[\w.-]+/[\w./-]+@[0-9a-f]{40}$")]
    private static partial Regex PinnedBySha { get; }

    [GeneratedRegex(@"(?:^|\s)(?:bash|sh|source)\s+([\w./-]+)|dotnet (?:build|test|publish|format)\s+([\w./-]+)|--project\s+([\w./-]+)", RegexOptions.Multiline)]
    private static partial Regex ReferredFile { get; }

    [GeneratedRegex(@"\$\{\{\s*(github\.event|github\.head_ref|inputs)\b")]
    private static partial Regex Injected { get; }

    public static IEnumerable<string> Permissions(Workflow workflow)
    {
        if (Workflow.Get(workflow.Root, "permissions") is not YamlMappingNode top) yield return $"{workflow.Name}: its token may do what the repository's default says; set permissions: contents: read";
        else if (Granted(top).Count > 0) yield return $"{workflow.Name}: gives every job write rights; move them to the job that needs them";
        foreach (var (name, job) in workflow.Jobs)
        {
            foreach (var right in Granted(Workflow.Get(job, "permissions")).Except(MayWrite.GetValueOrDefault($"{workflow.Name}/{name}", [])))
                yield return $"{workflow.Name}: job {name} may write {right}; remove it, or list it here with its reason";
        }
    }

    public static IEnumerable<string> Concurrency(Workflow workflow)
    {
        if (Workflow.Get(Workflow.Get(workflow.Root, "concurrency"), "group") is null) yield return $"{workflow.Name}: two runs for one branch race; set concurrency.group";
    }

    public static IEnumerable<string> Actions(Workflow workflow)
    {
        foreach (var uses in workflow.Uses)
        {
            if (uses.StartsWith("./", StringComparison.Ordinal))
            {
                if (!File.Exists(Path.Combine(Checkout.Root, uses))) yield return $"{workflow.Name}: uses {uses}, which is not in the repository; correct the path";
                continue;
            }

            if (!PinnedBySha.IsMatch(uses)) yield return $"{workflow.Name}: uses {uses}, which its owner can move; pin the full commit SHA";
            else if (!Regex.IsMatch(workflow.Text, Regex.Escape(uses) + @" # v\d+\.\d+\.\d+")) yield return $"{workflow.Name}: nobody can tell which version {uses} is; write it behind as a comment, # v1.2.3";
        }
    }

    public static IEnumerable<string> Jobs(Workflow workflow)
    {
        var names = workflow.Jobs.Select(job => job.Name).ToHashSet();
        foreach (var (name, job) in workflow.Jobs)
        {
            var needs = Workflow.Get(job, "needs") switch { YamlSequenceNode list => list.Children.Select(node => node.ToString()), { } one => [one.ToString()], null => [] };
            foreach (var missing in needs.Except(names)) yield return $"{workflow.Name}: job {name} needs {missing}, which is no job here; correct it";
            if (Workflow.Get(job, "uses") is not null) continue;
            if (Workflow.Get(job, "timeout-minutes") is null) yield return $"{workflow.Name}: job {name} may hang for six hours; set timeout-minutes";
            if (Workflow.Get(job, "runs-on")?.ToString() is not { } image || image.EndsWith("-latest", StringComparison.Ordinal)) yield return $"{workflow.Name}: job {name} runs on a moving image; name a version, e.g. ubuntu-24.04";
        }
    }

    public static IEnumerable<string> Files(Workflow workflow)
    {
        var named = workflow.Scripts.SelectMany(script => ReferredFile.Matches(script)).Select(match => match.Groups.Values.Skip(1).First(group => group.Success).Value)
            .Concat(workflow.Jobs.SelectMany(job => Matrix(job.Job)).Select(entry => Workflow.Get(entry, "file")?.ToString()).OfType<string>());
        foreach (var file in named.Where(file => !Path.Exists(Path.Combine(Checkout.Root, file))).Distinct()) yield return $"{workflow.Name}: refers to {file}, which is not in the repository; correct the path";
    }

    public static IEnumerable<string> Untrusted(Workflow workflow)
    {
        if (Workflow.Get(Workflow.Get(workflow.Root, "on"), "pull_request_target") is not null) yield return $"{workflow.Name}: pull_request_target runs strangers' code with rights; use pull_request";
        foreach (var script in workflow.Scripts.Where(script => Injected.IsMatch(script))) yield return $"{workflow.Name}: a script holds {Injected.Match(script).Value} ... }}}}, which its sender can fill with commands; pass it through env";
        foreach (var checkout in workflow.Steps.Where(step => Workflow.Get(step, "uses")?.ToString().StartsWith("actions/checkout@", StringComparison.Ordinal) == true))
            if (Workflow.Get(Workflow.Get(checkout, "with"), "persist-credentials")?.ToString() != "false") yield return $"{workflow.Name}: checkout leaves the token on disk; set with.persist-credentials: false";
    }

    public static IEnumerable<YamlNode> Matrix(YamlMappingNode job) =>
        Workflow.Get(Workflow.Get(Workflow.Get(job, "strategy"), "matrix"), "include") is YamlSequenceNode entries ? entries.Children : [];

    private static List<string> Granted(YamlNode? permissions) => permissions switch
    {
        YamlMappingNode map => [.. map.Children.Where(pair => pair.Value.ToString() == "write").Select(pair => pair.Key.ToString())],
        YamlScalarNode { Value: "write-all" } => ["everything"],
        _ => [],
    };
}

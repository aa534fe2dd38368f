using System.Collections.Concurrent;
using System.Diagnostics;
using k8s;
using Xunit;

namespace Driftline.Deploy.Tests.Kubernetes;

/// <summary>What an overlay comes to: built by kubectl, read object by object into typed models; a member that no model has is an error.</summary>
internal static class Manifests
{
    private static readonly ConcurrentDictionary<string, Lazy<Cluster>> Built = new(StringComparer.Ordinal);

    public static readonly IReadOnlyList<string> Overlays = ["local", "production"];

    public static string Folder { get; } = Path.Combine(Checkout.Root, "deploy", "k8s");

    /// <summary>The objects of <c>deploy/k8s/overlays/NAME</c>.</summary>
    public static Cluster Overlay(string name)
    {
        var kubectl = Needs.Program("kubectl");
        return Built.GetOrAdd(name, _ => new(() => Read(Kustomize(kubectl, Path.Combine(Folder, "overlays", name))))).Value;
    }

    /// <summary>The objects of an overlay without one of its components, as someone who lacks its operator would edit it.</summary>
    public static Cluster Without(string component, string overlay)
    {
        var kubectl = Needs.Program("kubectl");
        var copy = Directory.CreateTempSubdirectory("driftline-overlay-").FullName;
        try
        {
            var up = Path.GetRelativePath(copy, Folder).Replace('\\', '/'); // Kustomize takes no absolute paths
            foreach (var file in Directory.EnumerateFiles(Path.Combine(Folder, "overlays", overlay)))
            {
                var lines = File.ReadLines(file).Where(line => line.Trim() != $"- ../../components/{component}").Select(line => line.Replace("- ../../", $"- {up}/", StringComparison.Ordinal));
                File.WriteAllLines(Path.Combine(copy, Path.GetFileName(file)), lines);
            }

            return Read(Kustomize(kubectl, copy));
        }
        finally
        {
            Directory.Delete(copy, recursive: true);
        }
    }

    /// <exception cref="YamlDotNet.Core.YamlException">A member is unknown, of the wrong type, or written twice; the message tells which and where.</exception>
    /// <exception cref="KeyNotFoundException">A kind is not known: add it to <see cref="CustomResources.Types"/>.</exception>
    public static Cluster Read(string yaml) => new(yaml, KubernetesYaml.LoadAllFromString(yaml, CustomResources.Types, strict: true));

    private static string Kustomize(string kubectl, string folder)
    {
        using var process = Process.Start(new ProcessStartInfo(kubectl, ["kustomize", folder]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"kubectl kustomize {folder}: {errors.Result}");
        // Kustomize warns of deprecated fields there.
        Assert.True(errors.Result.Length == 0, $"kubectl kustomize {folder} warns: {errors.Result}");
        return output;
    }
}

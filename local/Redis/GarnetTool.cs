using System.Text.Json;

namespace Driftline.Local;

/// <summary>The <c>garnet-server</c> .NET tool: a Redis-compatible server that needs no root, pinned in <c>.config/dotnet-tools.json</c>.</summary>
internal static class GarnetTool
{
    /// <summary>The tool's assembly; fetched by <c>dotnet tool restore</c> the first time.</summary>
    /// <exception cref="InvalidOperationException">The restore failed; the message holds what it wrote.</exception>
    public static async Task<string> FindAsync(string repositoryRoot, Action<string> report, CancellationToken cancellation)
    {
        var version = PinnedVersion(Path.Combine(repositoryRoot, ".config", "dotnet-tools.json"));
        var packages = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        if (Assembly(packages, version) is { } present) return present;

        report($"Fetching garnet-server {version} (dotnet tool restore, once)...");
        var (code, output) = await DotnetAsync(repositoryRoot, ["tool", "restore"], cancellation);
        if (code != 0) throw new InvalidOperationException($"'dotnet tool restore' failed in {repositoryRoot} with exit code {code}:\n{output}");
        if (Assembly(packages, version) is { } restored) return restored;

        // A nuget.config may keep packages elsewhere.
        var (_, locals) = await DotnetAsync(repositoryRoot, ["nuget", "locals", "global-packages", "--list"], cancellation);
        var folder = locals.Split("global-packages:", 2).Last().Trim();
        return Assembly(folder, version)
            ?? throw new InvalidOperationException($"'dotnet tool restore' succeeded, but garnet-server {version} is neither in {packages} nor in {folder}.");
    }

    private static string PinnedVersion(string manifest)
    {
        using var json = JsonDocument.Parse(File.ReadAllText(manifest));
        return json.RootElement.GetProperty("tools").GetProperty("garnet-server").GetProperty("version").GetString()!;
    }

    private static string? Assembly(string packages, string version)
    {
        var folder = Path.Combine(packages, "garnet-server", version, "tools");
        return Directory.Exists(folder) ? Directory.EnumerateFiles(folder, "GarnetServer.dll", SearchOption.AllDirectories).Max(StringComparer.Ordinal) : null;
    }

    private static async Task<(int Code, string Output)> DotnetAsync(string folder, string[] arguments, CancellationToken cancellation)
    {
        var (code, output, error) = await RunProgram.ToItsEndAsync(new ProcessSpec("dotnet", ProcessSpec.DotnetHost, arguments) { WorkingDirectory = folder }, cancellation);
        return (code, output + error);
    }
}

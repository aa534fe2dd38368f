using System.Diagnostics;
using System.Security.Cryptography;
using Driftline.Storefront;

namespace Driftline.Local;

/// <summary>
/// The model that a run serves: trained on the run's data by <c>training train</c> the first time, and kept in a cache outside the repository
/// under a name made from the data, the settings and the training program itself.
/// </summary>
public static class DemoModel
{
    private static readonly string[] ModelLibraries = ["Driftline.InterestModel.dll", "Driftline.TextEncoders.dll", "Driftline.Catalog.dll"];

    /// <summary><c>DRIFTLINE_CACHE</c> (tests), else the user's cache folder.</summary>
    public static string CacheFolder(string? configured) => Catalog.CacheFolder.Of(configured, Environment.GetEnvironmentVariable("XDG_CACHE_HOME"));

    /// <summary>Trains unless the cache holds the model.</summary>
    /// <returns>The artifact folder.</returns>
    /// <exception cref="InvalidOperationException">Training failed; its output says why.</exception>
    public static async Task<string> TrainedOnAsync(ImportFolder data, string cacheFolder, CancellationToken stopping)
    {
        var program = BuiltProgram.Find("training", "Driftline.Training");
        var config = Path.Combine(Repository.Root, "training", "configs", "demo.json");
        var artifact = Path.Combine(cacheFolder, "models", await KeyAsync([.. data.Files, config, program, .. ModelLibraries.Select(name => Path.Combine(Path.GetDirectoryName(program)!, name))], stopping));
        using var alone = await CacheLock.TakeAsync(artifact + ".lock", "trains this model", stopping); // two would each train, and one replace what the other has released
        if (File.Exists(Path.Combine(artifact, "model.json"))) return artifact;
        Console.Error.WriteLine($"Training the demo's model on {data.Path} (first start only)");
        await TrainingAsync(["train", "--data", data.Path, "--config", config, "--out", artifact], new Dictionary<string, string>(), stopping);
        return artifact;
    }

    /// <summary>Announces an artifact in <c>model.releases</c>.</summary>
    public static Task ReleaseAsync(string artifact, IReadOnlyDictionary<string, string> settings, CancellationToken stopping) =>
        TrainingAsync(["release", "--artifact", artifact], settings, stopping);

    private static async Task TrainingAsync(string[] arguments, IReadOnlyDictionary<string, string> settings, CancellationToken stopping)
    {
        // Inherits the terminal for its progress bar. Its figures go to standard error here: standard output ends with the run's own line.
        var start = ChildCommand.For(ProcessSpec.Dotnet("training", BuiltProgram.Find("training", "Driftline.Training"), arguments) with { Environment = settings });
        (start.RedirectStandardOutput, start.RedirectStandardError) = (Console.IsOutputRedirected, false);
        OwnDescriptors.KeepFromChildren();
        using var process = Process.Start(start)!;
        var copying = start.RedirectStandardOutput ? CopyAsync(process.StandardOutput, stopping) : Task.CompletedTask;
        try
        {
            await process.WaitForExitAsync(stopping);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
        finally
        {
            process.StandardInput.Close(); // ends the watcher
        }

        await copying;
        if (process.ExitCode != 0) throw new CommandFailedException($"training {string.Join(' ', arguments)} failed with exit code {process.ExitCode}: see the lines above.");
    }

    private static async Task CopyAsync(StreamReader output, CancellationToken stopping)
    {
        while (await output.ReadLineAsync(stopping) is { } line) Console.Error.WriteLine(line);
    }

    private static async Task<string> KeyAsync(IEnumerable<string> files, CancellationToken stopping)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var file in files) hash.AppendData(await SHA256.HashDataAsync(File.OpenRead(file), stopping));
        return Convert.ToHexStringLower(hash.GetHashAndReset())[..16];
    }
}

/// <summary>A command of another of Driftline's programs failed; what it printed says why.</summary>
internal sealed class CommandFailedException(string message) : InvalidOperationException(message);

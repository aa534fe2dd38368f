using System.Text.Encodings.Web;
using System.Text.Json;

namespace Driftline.Training;

/// <summary>What the files of all reports have in common.</summary>
internal static class ReportFiles
{
    /// <summary>How figures are written.</summary>
    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The name of a data folder in reports: its last part.</summary>
    public static string NameOf(string folder) => Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)));

    /// <summary>Makes the folder of a report ready before the work that fills it.</summary>
    /// <exception cref="InputException">Nothing can be written there.</exception>
    public static void Prepare(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
            using var probe = new FileStream(Path.Combine(folder, $".{Guid.NewGuid():N}"), FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"--out {folder}: cannot be written to: {e.Message} Give a folder that can.");
        }
    }
}

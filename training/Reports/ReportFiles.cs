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
}

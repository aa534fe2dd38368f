namespace Driftline.Local;

/// <summary>The checkout that this program was built from.</summary>
public static class Repository
{
    private static readonly Lazy<string> Found = new(() => Find(AppContext.BaseDirectory));

    /// <summary>The folder that holds Driftline.slnx.</summary>
    /// <exception cref="DirectoryNotFoundException">There is none above the program.</exception>
    public static string Root => Found.Value;

    private static string Find(string folder) =>
        File.Exists(Path.Combine(folder, "Driftline.slnx")) ? folder : Find(Path.GetDirectoryName(folder)
            ?? throw new DirectoryNotFoundException("Driftline.slnx was not found above this program: run it from a checkout."));
}

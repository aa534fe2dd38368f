namespace Driftline.Architecture.Tests;

/// <summary>The repository's own files: no build output, no tools' folders.</summary>
internal static class Source
{
    /// <summary>Paths from the root with forward slashes.</summary>
    public static IEnumerable<string> Files(string pattern) => Folders(Checkout.Root)
        .SelectMany(folder => Directory.EnumerateFiles(folder, pattern))
        .Select(file => Path.GetRelativePath(Checkout.Root, file).Replace('\\', '/'));

    private static IEnumerable<string> Folders(string folder) => Directory.EnumerateDirectories(folder)
        .Where(child => Path.GetFileName(child) is not ("bin" or "obj" or "artifacts" or "node_modules") && !Path.GetFileName(child).StartsWith('.'))
        .SelectMany(Folders).Prepend(folder);
}

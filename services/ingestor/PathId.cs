namespace Driftline.Ingestor;

/// <summary>
/// The id at the end of a path, as the client encoded it. Routing works on a path in which %2F is kept and all else is decoded, where an id with a slash and one
/// with the text "%2F" look the same; so this reads the request line.
/// </summary>
internal static class PathId
{
    /// <param name="prefix">What comes before the id, such as <c>/v1/items/</c>.</param>
    /// <returns>Empty if the target does not hold the prefix.</returns>
    public static string Read(string rawTarget, string prefix)
    {
        var path = rawTarget.Split('?', 2)[0];
        var start = path.IndexOf(prefix, StringComparison.OrdinalIgnoreCase);
        return start < 0 ? "" : Uri.UnescapeDataString(path[(start + prefix.Length)..]);
    }
}

namespace Driftline.Ingestor;

/// <summary>
/// The id at the end of a path, as the client encoded it. Routing works on a path in which %2F is kept and all else is decoded, where an id with a slash and one
/// with the text "%2F" look the same; so this reads the request line.
/// </summary>
internal static class PathId
{
    /// <param name="prefix">What comes before the id, such as <c>/v1/items/</c>.</param>
    /// <returns>Empty if the target does not hold the prefix, or what follows begins or ends with a slash that is not encoded, or has dots for a part: that is a slip of whoever put the path together, and no other id's.</returns>
    public static string Read(string rawTarget, string prefix)
    {
        var path = rawTarget.Split('?', 2)[0];
        var start = path.IndexOf(prefix, StringComparison.OrdinalIgnoreCase);
        if (start < 0) return "";
        var encoded = path[(start + prefix.Length)..];
        return encoded.Split('/').Any(part => part is "" or "." or "..") ? "" : Uri.UnescapeDataString(encoded);
    }
}

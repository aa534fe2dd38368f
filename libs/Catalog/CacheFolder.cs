namespace Driftline.Catalog;

/// <summary>Where Driftline keeps what it can make or fetch again: models of the demo, pretrained weights, text vectors.</summary>
public static class CacheFolder
{
    /// <summary>The folder: the configured one, else <c>driftline</c> in the user's cache folder.</summary>
    /// <param name="configured">The value of <c>DRIFTLINE_CACHE</c>, or null.</param>
    /// <param name="userCache">The value of <c>XDG_CACHE_HOME</c>, or null for <c>~/.cache</c>.</param>
    public static string Of(string? configured, string? userCache) => configured is { Length: > 0 } ? configured : Path.Combine(
        userCache is { Length: > 0 } ? userCache : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache"), "driftline");
}

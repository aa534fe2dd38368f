namespace Driftline.Recommender;

internal static class BaseUrl
{
    /// <summary>An address below a configured one, whose own path stays whether or not it ends with a slash.</summary>
    /// <param name="path">Without a slash in front.</param>
    public static Uri Below(this Uri configured, string path) => new($"{configured.GetLeftPart(UriPartial.Path).TrimEnd('/')}/{path}");
}

namespace Driftline.Hosting;

/// <summary>
/// Shoppers who are not known yet. Each is a user under an id of their own, made from the session, until a merge says whose the session is; a user id that begins like this is one.
/// </summary>
public static class AnonymousUsers
{
    private const string Prefix = "session:";

    /// <summary>Characters that the id is longer than the session's.</summary>
    public static readonly int AddedChars = Prefix.Length;

    public static string IdOf(string sessionId) => Prefix + sessionId;

    /// <summary>The session's id behind an anonymous user's; null for a user who is known.</summary>
    public static string? SessionOf(string userId) => userId.StartsWith(Prefix, StringComparison.Ordinal) ? userId[Prefix.Length..] : null;
}

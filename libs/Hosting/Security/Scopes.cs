namespace Driftline.Hosting.Security;

/// <summary>What a caller may do. Each is also the name of the authorization policy that asks for it.</summary>
public static class Scopes
{
    /// <summary>Send shoppers' events.</summary>
    public const string WriteEvents = "events:write";

    /// <summary>Merge sessions into users, any into any: for the shop's server, never for a page.</summary>
    public const string MergeSessions = "sessions:merge";

    /// <summary>Ask for recommendations, interests and items.</summary>
    public const string ReadRecommendations = "recommendations:read";

    /// <summary>Everything: the catalogue, erasures and exports, audiences and other answers about many users, experiments, the console.</summary>
    public const string Admin = "admin";

    public static readonly IReadOnlyList<string> All = [WriteEvents, MergeSessions, ReadRecommendations, Admin];

    /// <summary>The claim that carries one scope.</summary>
    internal const string Claim = "scope";
}

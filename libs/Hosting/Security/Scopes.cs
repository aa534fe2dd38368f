namespace Driftline.Hosting.Security;

/// <summary>What a caller may do. Each is also the name of the authorization policy that asks for it.</summary>
public static class Scopes
{
    /// <summary>Send shoppers' events.</summary>
    public const string WriteEvents = "events:write";

    /// <summary>Ask for recommendations, interests and items.</summary>
    public const string ReadRecommendations = "recommendations:read";

    /// <summary>Everything: the catalogue, erasures and exports, audiences and other answers about many users, experiments, the console.</summary>
    public const string Admin = "admin";

    public static readonly IReadOnlyList<string> All = [WriteEvents, ReadRecommendations, Admin];

    /// <summary>The claim that carries one scope.</summary>
    internal const string Claim = "scope";
}

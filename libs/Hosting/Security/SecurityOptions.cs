using System.ComponentModel.DataAnnotations;

namespace Driftline.Hosting.Security;

/// <summary>
/// Configuration section <c>Security</c>: who may call an HTTP edge. Callers send <c>Authorization: Bearer</c> and an API key or, where
/// <see cref="JwtOptions.Authority"/> is set, a JSON Web Token. Where neither is configured nobody is asked, which only a loopback address or
/// <see cref="AllowAnonymous"/> permits.
/// </summary>
public sealed class SecurityOptions
{
    public const string Section = "Security";

    /// <summary>File of API keys (<see cref="ApiKeyFile"/>), read again when it changes; empty takes no API keys. Environment: <c>Security__KeysFile</c>.</summary>
    public string KeysFile { get; set; } = "";

    public JwtOptions Jwt { get; set; } = new();

    /// <summary>Whether to answer whoever asks, on any address, where neither keys nor tokens are configured.</summary>
    public bool AllowAnonymous { get; set; }

    /// <summary>Requests per second of one caller over time; a key in the file may have a number of its own.</summary>
    [Range(1, 1_000_000, ErrorMessage = "Security:RequestsPerSecond must be between 1 and 1000000.")]
    public int RequestsPerSecond { get; set; } = 1_000;

    /// <summary>Origins whose pages may call this service from a browser, e.g. <c>https://shop.example</c>; none by default.</summary>
    public IReadOnlyList<string> CorsOrigins { get; set; } = [];

    /// <summary>Whether callers are asked who they are.</summary>
    internal bool IsOn => KeysFile.Length > 0 || Jwt.Authority.Length > 0;
}

/// <summary>Configuration section <c>Security:Jwt</c>: tokens of an OpenID Connect provider. A token's scopes are in its claim <c>scope</c> (separated by spaces) or <c>scp</c>.</summary>
public sealed class JwtOptions
{
    /// <summary>The provider's address, whose discovery document names its signing keys; empty takes no tokens.</summary>
    public string Authority { get; set; } = "";

    /// <summary>What a token's <c>aud</c> must be.</summary>
    public string Audience { get; set; } = "";
}

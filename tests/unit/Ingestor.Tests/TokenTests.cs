using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using Driftline.Hosting.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Driftline.Ingestor.Tests;

/// <summary>Tokens of an OpenID Connect provider, which the test is: it serves the discovery document and its key over HTTP, and signs.</summary>
public sealed class TokenTests : IAsyncLifetime
{
    private const string Click = """{"eventId":"e1","eventType":"click","userId":"u1","items":[{"itemId":"i1"}]}""";
    private const string Audience = "driftline";

    private readonly RsaSecurityKey _key = new(RSA.Create(2048)) { KeyId = "current" };
    private WebApplication _provider = null!;
    private string _authority = "";

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        _provider = builder.Build();
        _provider.Urls.Add("http://127.0.0.1:0");
        _provider.MapGet("/.well-known/openid-configuration", () => Results.Json(new { issuer = _authority, jwks_uri = $"{_authority}/keys" }));
        _provider.MapGet("/keys", () => Results.Json(new { keys = new[] { new { kty = "RSA", use = "sig", kid = _key.KeyId, e = Part(_key.Rsa.ExportParameters(false).Exponent!), n = Part(_key.Rsa.ExportParameters(false).Modulus!) } } }));
        await _provider.StartAsync();
        _authority = _provider.Urls.Single();
    }

    public ValueTask DisposeAsync() => _provider.DisposeAsync();

    [Fact]
    public async Task ATokenOfTheProviderMayDoWhatItsScopesSay()
    {
        await using var service = Service();
        Assert.Equal(HttpStatusCode.Accepted, await PostAsync(service, Token(new() { ["scope"] = "openid events:write" })));
        Assert.Equal(HttpStatusCode.Accepted, await PostAsync(service, Token(new() { ["scp"] = new[] { "openid", "admin" } })));
        Assert.Equal(HttpStatusCode.Forbidden, await PostAsync(service, Token(new() { ["scope"] = "recommendations:read" })));
        Assert.Equal(HttpStatusCode.Forbidden, await PostAsync(service, Token([])));
    }

    [Fact]
    public async Task ATokenThatIsNotForThisServiceOrNotOfTheProviderIsRefused()
    {
        await using var service = Service();
        var claims = new Dictionary<string, object> { ["scope"] = "events:write" };
        Assert.Equal(HttpStatusCode.Unauthorized, await PostAsync(service, Token(claims, audience: "other")));
        Assert.Equal(HttpStatusCode.Unauthorized, await PostAsync(service, Token(claims, issuer: "https://login.example")));
        Assert.Equal(HttpStatusCode.Unauthorized, await PostAsync(service, Token(claims, expires: new DateTime(2025, 6, 1, 0, 0, 0, DateTimeKind.Utc))));
        Assert.Equal(HttpStatusCode.Unauthorized, await PostAsync(service, Token(claims, key: new RsaSecurityKey(RSA.Create(2048)) { KeyId = _key.KeyId })));
        var token = Token(claims);
        Assert.Equal(HttpStatusCode.Unauthorized, await PostAsync(service, token[..^4] + "AAAA"));
        Assert.Equal(HttpStatusCode.Unauthorized, await PostAsync(service, $"{Part("""{"alg":"none"}"""u8.ToArray())}.{token.Split('.')[1]}."));
        Assert.Equal(HttpStatusCode.Unauthorized, await PostAsync(service, "not-a-token"));
        Assert.Empty(service.Broker.Records);
        Assert.Equal(HttpStatusCode.Accepted, await PostAsync(service, token));
    }

    [Fact]
    public async Task KeysAndTokensMayBeTakenSideBySide()
    {
        var file = Path.Combine(Directory.CreateTempSubdirectory("driftline-keys-").FullName, "api-keys.json");
        var (key, kept) = ApiKey.Create("shop", [Scopes.WriteEvents]);
        ApiKeyFile.Write(file, [kept]);
        await using var service = Service(("Security:KeysFile", file));
        Assert.Equal(HttpStatusCode.Accepted, await PostAsync(service, key));
        Assert.Equal(HttpStatusCode.Accepted, await PostAsync(service, Token(new() { ["scope"] = "events:write" })));
        Assert.Equal(HttpStatusCode.Unauthorized, await PostAsync(service, "dl_of-nobody"));
    }

    private IngestorService Service(params (string Key, string Value)[] settings) => new([("Security:Jwt:Authority", _authority), ("Security:Jwt:Audience", Audience), .. settings]);

    // Valid by the service's clock, which stands at the beginning of 2026, and by the machine's: which of them counts is the platform's business.
    private string Token(Dictionary<string, object> claims, string audience = Audience, string? issuer = null, DateTime? expires = null, SecurityKey? key = null) => new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
    {
        Issuer = issuer ?? _authority,
        Audience = audience,
        Claims = new Dictionary<string, object>(claims) { ["sub"] = "someone" },
        NotBefore = new DateTime(2025, 1, 1, 0, 0, 0, DateTimeKind.Utc),
        IssuedAt = new DateTime(2025, 1, 1, 0, 0, 0, DateTimeKind.Utc),
        Expires = expires ?? new DateTime(2100, 1, 1, 0, 0, 0, DateTimeKind.Utc),
        SigningCredentials = new SigningCredentials(key ?? _key, SecurityAlgorithms.RsaSha256),
    });

    private static async Task<HttpStatusCode> PostAsync(IngestorService service, string token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/events") { Content = IngestorService.Json(Click), Headers = { Authorization = new AuthenticationHeaderValue("Bearer", token) } };
        using var answer = await service.CreateClient().SendAsync(request);
        return answer.StatusCode;
    }

    private static string Part(byte[] bytes) => Base64UrlEncoder.Encode(bytes);
}

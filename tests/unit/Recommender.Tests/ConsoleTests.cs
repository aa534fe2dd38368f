using System.IO.Pipelines;
using System.Net;
using System.Net.Http.Json;
using Driftline.Hosting.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Driftline.Recommender.Tests;

/// <summary>Signing in to the console, and what other sites' pages cannot make it do.</summary>
public sealed class ConsoleTests
{
    private readonly string _file = Path.Combine(Directory.CreateTempSubdirectory("driftline-keys-").FullName, "api-keys.json");

    [Theory]
    [InlineData("http", null, "false", false)]
    [InlineData("https", null, "false", true)]
    [InlineData("http", "https", "true", true)] // behind a proxy that ends TLS
    [InlineData("http", "https", "false", false)] // anybody may send the header
    public async Task AKeyIsKeptInACookieThatNoScriptReadsAndNoOtherSiteSendsAndOnlyOverTls(string scheme, string? forwarded, string trusted, bool secure)
    {
        var key = Add(Scopes.Admin);
        await using var app = App(("ForwardedHeaders_Enabled", trusted)); // the environment's ASPNETCORE_FORWARDEDHEADERS_ENABLED

        using var opened = await SendAsync(app, HttpMethod.Post, $"{scheme}://localhost/console/session", key, forwarded: forwarded);

        Assert.Equal(HttpStatusCode.NoContent, opened.StatusCode);
        string[] attributes = ["httponly", "path=/", "samesite=strict", .. secure ? ["secure"] : (string[])[]];
        Assert.Equal(attributes, Cookie(opened).Skip(1).Order(StringComparer.Ordinal)); // no expiry: until the browser is closed
    }

    [Fact]
    public async Task TheCookieIsAsGoodAsTheKeyAndSigningOutEndsIt()
    {
        var key = Add(Scopes.Admin);
        await using var app = App();
        using var opened = await SendAsync(app, HttpMethod.Post, "/console/session", key);
        var cookie = Cookie(opened)[0];

        using var known = await SendAsync(app, HttpMethod.Get, "/v1/console", null, cookie);
        using var closed = await SendAsync(app, HttpMethod.Delete, "/console/session", null, cookie);

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.NoContent), (known.StatusCode, closed.StatusCode));
        Assert.Contains("expires=thu, 01 jan 1970 00:00:00 gmt", Cookie(closed));
        Assert.Equal(cookie.Split('=')[0] + "=", Cookie(closed)[0]);
    }

    [Theory]
    [InlineData(Scopes.ReadRecommendations, HttpStatusCode.Forbidden)]
    [InlineData(null, HttpStatusCode.Unauthorized)]
    public async Task NobodyElseIsGivenACookie(string? scope, HttpStatusCode status)
    {
        Add(Scopes.Admin);
        await using var app = App();

        using var refused = await SendAsync(app, HttpMethod.Post, "/console/session", scope is null ? null : Add(scope));

        Assert.Equal(status, refused.StatusCode);
        Assert.False(refused.Headers.Contains("Set-Cookie"));
    }

    [Fact]
    public async Task WhatAnotherSitesFormCanSendIsNotHandedOnNorIsWhatHasNoLengthOrTooMuch()
    {
        var key = Add(Scopes.Admin);
        await using var app = App(("Recommender:IngestorUrl", "http://127.0.0.1:1"));
        var endless = new Pipe();
        await endless.Writer.CompleteAsync();
        foreach (var (body, type, status) in new (HttpContent, string, HttpStatusCode)[]
                 {
                     (new StringContent("[]"), "text/plain", HttpStatusCode.UnsupportedMediaType),
                     (new StringContent("a=b"), "application/x-www-form-urlencoded", HttpStatusCode.UnsupportedMediaType),
                     (new StreamContent(endless.Reader.AsStream()), "application/json", HttpStatusCode.RequestEntityTooLarge),
                     (new ByteArrayContent(new byte[64 * 1024 + 1]), "application/json", HttpStatusCode.RequestEntityTooLarge),
                     (new ByteArrayContent(new byte[64 * 1024]), "application/json", HttpStatusCode.BadGateway), // it would be handed on: nobody is there
                 })
        {
            body.Headers.ContentType = new(type);
            using var answer = await SendAsync(app, HttpMethod.Post, "/console/events", key, body: body);
            Assert.Equal((type, status), (type, answer.StatusCode));
        }
    }

    [Fact]
    public async Task EventsReachAnIngestorBelowAPathWithTheCookiesKey()
    {
        var key = Add(Scopes.Admin);
        await using var ingestor = WebApplication.CreateSlimBuilder().Build();
        ingestor.Urls.Add("http://127.0.0.1:0");
        ingestor.MapPost("/base/v1/events", async (HttpRequest request) => Results.Json(
            new[] { request.Headers.Authorization.ToString(), request.ContentType, await new StreamReader(request.Body).ReadToEndAsync() }, statusCode: 202));
        await ingestor.StartAsync();
        foreach (var end in (string[])["", "/"])
        {
            await using var app = App(("Recommender:IngestorUrl", ingestor.Urls.Single() + "/base" + end));
            using var opened = await SendAsync(app, HttpMethod.Post, "/console/session", key);

            using var answer = await SendAsync(app, HttpMethod.Post, "/console/events", null, Cookie(opened)[0], body: new StringContent("[]", null, "application/json"));

            Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
            Assert.Equal([$"Bearer {key}", "application/json", "[]"], (await answer.Content.ReadFromJsonAsync<string[]>())!);
        }
    }

    private string Add(string scope)
    {
        var (secret, kept) = ApiKey.Create($"key {Guid.NewGuid():N}", [scope]);
        ApiKeyFile.Write(_file, File.Exists(_file) ? [.. ApiKeyFile.Read(_file), kept] : [kept]);
        return secret;
    }

    /// <summary>Its clients send what they are told: one that follows redirects holds the body ready, and so gives it a length.</summary>
    private RecommenderWithoutPipeline App(params (string Key, string Value)[] settings) =>
        new([("Security:KeysFile", _file), .. settings]) { ClientOptions = { HandleCookies = false, AllowAutoRedirect = false } };

    private static Task<HttpResponseMessage> SendAsync(
        RecommenderWithoutPipeline app, HttpMethod method, string url, string? key, string? cookie = null, string? forwarded = null, HttpContent? body = null)
    {
        var request = new HttpRequestMessage(method, url) { Content = body };
        if (key is not null) request.Headers.Authorization = new("Bearer", key);
        if (cookie is not null) request.Headers.Add("Cookie", cookie);
        if (forwarded is not null) request.Headers.Add("X-Forwarded-Proto", forwarded);
        return app.CreateClient().SendAsync(request);
    }

    /// <summary>The cookie of an answer, its name and value first, then its attributes in lower case.</summary>
    private static IReadOnlyList<string> Cookie(HttpResponseMessage answer)
    {
        var parts = answer.Headers.GetValues("Set-Cookie").Single().Split("; ");
        return [parts[0], .. parts.Skip(1).Select(part => part.ToLowerInvariant())];
    }
}

using System.Net;
using System.Net.Http.Headers;
using Driftline.Hosting.Security;
using Microsoft.Extensions.Options;

namespace Driftline.Ingestor.Tests;

public sealed class ApiKeyTests
{
    private const string Click = """{"eventId":"e1","eventType":"click","userId":"u1","items":[{"itemId":"i1"}]}""";
    private const string Session = """{"sessionId":"s1"}""";
    private const string Item = """{"id":"i1","title":"Kettle"}""";

    private readonly string _file = Path.Combine(Directory.CreateTempSubdirectory("driftline-keys-").FullName, "api-keys.json");

    [Fact]
    public async Task WithoutAKeyNothingIsTakenAndTheAnswerSaysWhatToSend()
    {
        Add(Scopes.WriteEvents);
        await using var service = Service();
        using var answer = await service.PostAsync(Click);
        var problem = await IngestorService.ProblemAsync(answer, 401);

        Assert.Equal("Send the header 'Authorization: Bearer KEY' with a key that is in force and has the scope events:write.", problem["detail"]!.GetValue<string>());
        Assert.Equal("Bearer", answer.Headers.WwwAuthenticate.ToString());
        Assert.Empty(service.Broker.Records);
    }

    [Theory]
    [InlineData("POST", "/v1/events", Click, Scopes.WriteEvents)]
    [InlineData("POST", "/v1/users/u1/merge", Session, Scopes.MergeSessions)]
    [InlineData("PUT", "/v1/items", Item, Scopes.Admin)]
    [InlineData("DELETE", "/v1/items/i1", null, Scopes.Admin)]
    [InlineData("DELETE", "/v1/users/u1", null, Scopes.Admin)]
    public async Task AnOperationIsDoneForItsScopeAndForAdminOnly(string method, string path, string? body, string scope)
    {
        var keys = Scopes.All.ToDictionary(one => one, one => Add(one));
        await using var service = Service();
        service.UseKestrel(0);
        foreach (var (held, key) in keys)
        {
            using var answer = await SendAsync(service, key, method, path, body);
            Assert.Equal(held == scope || held == Scopes.Admin ? HttpStatusCode.Accepted : HttpStatusCode.Forbidden, answer.StatusCode);
            if (answer.StatusCode == HttpStatusCode.Forbidden) Assert.Contains($"the scope {scope}", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task WhatIsNotTheWholeKeyIsNoKey()
    {
        var key = Add(Scopes.Admin);
        await using var service = Service();
        foreach (var shown in new[] { key[..^1], key + "A", key.ToUpperInvariant(), ApiKeyFile.Read(_file)[0].Sha256, "dl_", key[ApiKey.Prefix.Length..], "é" })
            Assert.Equal(HttpStatusCode.Unauthorized, (await SendAsync(service, shown, "POST", "/v1/events", Click)).StatusCode);
        using var basic = new HttpRequestMessage(HttpMethod.Post, "/v1/events") { Content = IngestorService.Json(Click), Headers = { Authorization = new AuthenticationHeaderValue("Basic", key) } };
        Assert.Equal(HttpStatusCode.Unauthorized, (await service.CreateClient().SendAsync(basic)).StatusCode);
        Assert.Equal(HttpStatusCode.Accepted, (await SendAsync(service, key, "POST", "/v1/events", Click)).StatusCode);
    }

    [Fact]
    public async Task ProbesScrapersAndTheDocumentAreOpenAndNothingElseIs()
    {
        Add(Scopes.Admin);
        await using var service = Service();
        var client = service.CreateClient();
        foreach (var path in (string[])["/health/live", "/health/ready", "/metrics", "/openapi/v1.json"]) Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(path)).StatusCode);
        foreach (var path in (string[])["/", "/v1/events", "/appsettings.json", "/v1/nothing"]) Assert.Equal(HttpStatusCode.Unauthorized, (await client.GetAsync(path)).StatusCode);
    }

    [Fact]
    public async Task KeysChangeWithoutARestartAndABrokenFileChangesNothing()
    {
        // As Kubernetes mounts a Secret: the file is a link into a folder that is itself a link, which is all that changes.
        var mounted = Path.GetDirectoryName(_file)!;
        var (first, second) = (Path.Combine(mounted, "..1"), Path.Combine(mounted, "..2"));
        Directory.CreateDirectory(first);
        Directory.CreateDirectory(second);
        Directory.CreateSymbolicLink(Path.Combine(mounted, "..data"), "..1");
        var (old, kept) = ApiKey.Create("shop", [Scopes.WriteEvents]);
        ApiKeyFile.Write(Path.Combine(first, "api-keys.json"), [kept]);
        File.CreateSymbolicLink(_file, Path.Combine("..data", "api-keys.json"));
        await using var service = Service();
        Assert.Equal(HttpStatusCode.Accepted, (await SendAsync(service, old, "POST", "/v1/events", Click)).StatusCode);

        await File.WriteAllTextAsync(Path.Combine(first, "api-keys.json"), "{\"keys\":[{\"name\":");
        await service.Logged.UntilAsync("security.keys.unreadable");
        Assert.Equal(HttpStatusCode.Accepted, (await SendAsync(service, old, "POST", "/v1/events", Click)).StatusCode);

        var (next, keptNext) = ApiKey.Create("shop", [Scopes.WriteEvents]);
        ApiKeyFile.Write(Path.Combine(second, "api-keys.json"), [keptNext]);
        Directory.Delete(Path.Combine(mounted, "..data"));
        Directory.CreateSymbolicLink(Path.Combine(mounted, "..data"), "..2");
        await service.Logged.UntilAsync("security.keys.read");
        Assert.Equal(HttpStatusCode.Accepted, (await SendAsync(service, next, "POST", "/v1/events", Click)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await SendAsync(service, old, "POST", "/v1/events", Click)).StatusCode);
    }

    [Theory]
    [InlineData("", "is no file of API keys")]
    [InlineData("null", "is no file of API keys")]
    [InlineData("[]", "is no file of API keys")]
    [InlineData("{}", "is no file of API keys")]
    [InlineData("""{"keys":[{"name":"a","scopes":["admin"]}]}""", "is no file of API keys")]
    [InlineData("""{"keys":[null]}""", "keys[0] must be an object, not null")]
    [InlineData("""{"keys":[{"name":"a","sha256":null,"scopes":["admin"]}]}""", "is no file of API keys")]
    [InlineData("""{"keys":[{"name":"a","key":"dl_secret","scopes":["admin"]}]}""", "is no file of API keys")]
    [InlineData("""{"keys":[{"name":"a","sha256":"dl_plain-text-key","scopes":["admin"]}]}""", "keys[0] (a): sha256 must be 64 hexadecimal digits, the SHA-256 of the key and not the key itself")]
    [InlineData("""{"keys":[{"name":"","sha256":"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08","scopes":["admin"]}]}""", "keys[0] must have a name")]
    [InlineData("""{"keys":[{"name":"a","sha256":"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08","scopes":["write"]}]}""", "scopes must be of events:write")]
    [InlineData("""{"keys":[{"name":"a","sha256":"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08","scopes":[]}]}""", "scopes must be of events:write")]
    [InlineData("""{"keys":[{"name":"a","sha256":"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08","scopes":["admin"],"requestsPerSecond":0}]}""", "requestsPerSecond must be between 1")]
    public async Task AFileThatSaysWhatNoKeyCanBeStopsTheStart(string content, string told)
    {
        await File.WriteAllTextAsync(_file, content);
        await using var service = Service();
        var e = Assert.Throws<InvalidDataException>(() => service.Services);
        Assert.Contains(told, e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("dl_", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AFileIsReadUpToItsBoundsOnly()
    {
        var (_, kept) = ApiKey.Create("shop", [Scopes.WriteEvents]);
        ApiKeyFile.Write(_file, [.. Enumerable.Repeat(kept, 1_000)]);
        Assert.Equal(1_000, ApiKeyFile.Read(_file).Count);
        var content = await File.ReadAllTextAsync(_file);
        await File.WriteAllTextAsync(_file, content.PadRight(1024 * 1024));
        Assert.Equal(1_000, ApiKeyFile.Read(_file).Count);

        await File.WriteAllTextAsync(_file, content.PadRight(1024 * 1024 + 1));
        Assert.Contains("at most 1048576 are read", Assert.Throws<InvalidDataException>(() => ApiKeyFile.Read(_file)).Message, StringComparison.Ordinal);
        var oneMore = content.Replace("\"keys\": [", $"\"keys\": [{{\"name\":\"shop\",\"sha256\":\"{kept.Sha256}\",\"scopes\":[\"events:write\"]}},", StringComparison.Ordinal);
        await File.WriteAllTextAsync(_file, oneMore);
        Assert.Contains("at most 1000 are taken", Assert.Throws<InvalidDataException>(() => ApiKeyFile.Read(_file)).Message, StringComparison.Ordinal);
    }

    /// <summary>A file that no service can read would shut out every caller at the next start.</summary>
    [Fact]
    public void AKeyThatCouldNotBeReadAgainIsNotWritten()
    {
        var (_, kept) = ApiKey.Create("shop", [Scopes.WriteEvents]);
        ApiKeyFile.Write(_file, [kept]);
        Assert.Contains("requestsPerSecond must be between 1", Assert.Throws<InvalidDataException>(() => ApiKeyFile.Write(_file, [kept, kept with { RequestsPerSecond = 2_000_000 }])).Message, StringComparison.Ordinal);
        Assert.Contains("at most 1000 are taken", Assert.Throws<InvalidDataException>(() => ApiKeyFile.Write(_file, [.. Enumerable.Repeat(kept, 1_001)])).Message, StringComparison.Ordinal);
        Assert.Contains("at most 1048576 are read", Assert.Throws<InvalidDataException>(() => ApiKeyFile.Write(_file, [.. Enumerable.Repeat(kept with { Scopes = [.. Enumerable.Repeat(Scopes.WriteEvents, 100)] }, 1_000)])).Message, StringComparison.Ordinal);
        Assert.Equal("shop", Assert.Single(ApiKeyFile.Read(_file)).Name);
    }

    [Fact]
    public async Task ACallerThatAsksTooOftenIsToldToWaitAndOthersAreNot()
    {
        var (eager, other) = (Add(Scopes.WriteEvents, requestsPerSecond: 1), Add(Scopes.WriteEvents));
        await using var service = Service();
        var answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => SendAsync(service, eager, "POST", "/v1/events", Click)));

        var refused = answers.First(answer => answer.StatusCode == HttpStatusCode.TooManyRequests);
        Assert.Equal(TimeSpan.FromSeconds(1), refused.Headers.RetryAfter?.Delta);
        Assert.Contains("wait as Retry-After says", (await IngestorService.ProblemAsync(refused, 429))["detail"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Contains(answers, answer => answer.StatusCode == HttpStatusCode.Accepted);
        Assert.Equal(HttpStatusCode.Accepted, (await SendAsync(service, other, "POST", "/v1/events", Click)).StatusCode);
    }

    [Theory]
    [InlineData("http://0.0.0.0:5080")]
    [InlineData("http://+:8080")]
    [InlineData("http://127.0.0.1:5080;http://192.0.2.1:5080")]
    [InlineData("http://[::]:5080")]
    [InlineData("http://shop.example:5080")]
    public async Task AnAddressThatOthersReachIsNotOpenedToEverybodyUnlessToldTo(string urls)
    {
        await using var service = new IngestorService(("Urls", urls));
        Assert.Contains("would answer everybody", Assert.Throws<OptionsValidationException>(() => service.Services).Message, StringComparison.Ordinal);
        await using var told = new IngestorService(("Urls", urls), ("Security:AllowAnonymous", "true"));
        Assert.Equal(HttpStatusCode.Accepted, (await told.PostAsync(Click)).StatusCode);
        await told.Logged.UntilAsync("security.off");
    }

    [Theory]
    [InlineData("http://localhost:5080;http://[::1]:5080")]
    [InlineData("http://127.0.0.1:0")]
    public async Task OnLoopbackNobodyIsAskedAndTheStartWarns(string urls)
    {
        await using var service = new IngestorService(("Urls", urls));
        Assert.Equal(HttpStatusCode.Accepted, (await service.PostAsync(Click)).StatusCode);
        await service.Logged.UntilAsync("security.off");
    }

    [Fact]
    public async Task NoOtherSitesPageMayCallUnlessItsOriginIsNamed()
    {
        var key = Add(Scopes.WriteEvents);
        foreach (var (origin, allowed) in new[] { ("https://shop.example", true), ("https://evil.example", false), ("https://shop.example.evil.example", false) })
        {
            await using var service = Service(("Security:CorsOrigins:0", "https://shop.example"));
            using var preflight = new HttpRequestMessage(HttpMethod.Options, "/v1/events")
            {
                Headers = { { "Origin", origin }, { "Access-Control-Request-Method", "POST" }, { "Access-Control-Request-Headers", "authorization,content-type" } },
            };
            using var answer = await service.CreateClient().SendAsync(preflight);
            Assert.Equal(allowed, answer.Headers.TryGetValues("Access-Control-Allow-Origin", out var named) && named.Single() == origin);
            Assert.Equal(allowed, answer.Headers.TryGetValues("Access-Control-Max-Age", out var seconds) && seconds.Single() == "7200");
            Assert.False(answer.Headers.Contains("Access-Control-Allow-Credentials"));
        }

        await using var closed = Service();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/events") { Content = IngestorService.Json(Click), Headers = { { "Origin", "https://shop.example" }, { "Authorization", $"Bearer {key}" } } };
        using var taken = await closed.CreateClient().SendAsync(request);
        Assert.Equal(HttpStatusCode.Accepted, taken.StatusCode); // keys decide, not origins
        Assert.False(taken.Headers.Contains("Access-Control-Allow-Origin")); // but a browser would not show the answer
    }

    [Theory]
    [InlineData("Security:CorsOrigins:0", "*", "Security:CorsOrigins holds '*'")]
    [InlineData("Security:CorsOrigins:0", "https://shop.example/", "Security:CorsOrigins holds")]
    [InlineData("Security:Jwt:Authority", "http://login.example", "Security:Jwt:Authority must be the https address")]
    [InlineData("Security:Jwt:Authority", "https://login.example", "Security:Jwt:Audience is missing")]
    [InlineData("Security:RequestsPerSecond", "0", "Security:RequestsPerSecond must be between")]
    [InlineData("Http:MaxConnections", "0", "Http:MaxConnections must be between")]
    [InlineData("Http:DataRateGrace", "00:00:01", "Http:DataRateGrace must be more than 1 second")]
    [InlineData("Ingestor:MaxConcurrentRequests", "0", "Ingestor:MaxConcurrentRequests must be between")]
    [InlineData("Ingestor:BodyTimeout", "00:00:00", "Ingestor:BodyTimeout must be between")]
    [InlineData("Ingestor:MaxJsonDepth", "1001", "Ingestor:MaxJsonDepth must be between")]
    public async Task ASettingThatCannotBeStopsTheStartAndIsNamed(string key, string value, string told)
    {
        await using var service = new IngestorService((key, value));
        Assert.Contains(told, Assert.Throws<OptionsValidationException>(() => service.Services).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task EveryAnswerTellsBrowsersToTrustNothingElse()
    {
        Add(Scopes.Admin);
        await using var service = Service();
        foreach (var path in (string[])["/v1/events", "/health/live"])
        {
            using var answer = await service.CreateClient().GetAsync(path);
            Assert.Equal("default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'", answer.Headers.GetValues("Content-Security-Policy").Single());
            Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
            Assert.Equal("no-referrer", answer.Headers.GetValues("Referrer-Policy").Single());
            Assert.Equal("DENY", answer.Headers.GetValues("X-Frame-Options").Single());
        }

        using var personal = await service.CreateClient().GetAsync("/v1/events");
        Assert.True(personal.Headers.CacheControl!.NoStore);
    }

    private IngestorService Service(params (string Key, string Value)[] settings) => new([("Security:KeysFile", _file), .. settings]);

    private string Add(string scope, int? requestsPerSecond = null)
    {
        var (secret, kept) = ApiKey.Create($"key {Guid.NewGuid():N}", [scope], requestsPerSecond);
        ApiKeyFile.Write(_file, File.Exists(_file) ? [.. ApiKeyFile.Read(_file), kept] : [kept]);
        return secret;
    }

    private static Task<HttpResponseMessage> SendAsync(IngestorService service, string key, string method, string path, string? body)
    {
        var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = body is null ? null : IngestorService.Json(body) };
        request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {key}");
        return service.CreateClient().SendAsync(request);
    }
}

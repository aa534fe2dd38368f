using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Driftline.Client;
using Driftline.Hosting.Security;
using Driftline.Local;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;
using Xunit;

namespace Driftline.Integration.Tests;

/// <summary>A pipeline that asks for API keys, on a Redis that lets the services do what <c>deploy/redis/users.acl</c> says, and that sends its telemetry to the test.</summary>
public sealed class SecuredPipeline : IAsyncLifetime
{
    public const string RedisPassword = "driftline-local", OperatorPassword = "of-the-operator", RegistryPassword = "of-the-registry";

    public static readonly string HashKey = Convert.ToBase64String("the hash key of the secured one"u8);

    private readonly int _redisPort = FreePort.Find();
    private WebApplication _collector = null!;
    private OwnRedis _redis = null!;

    internal Pipeline Pipeline { get; private set; } = null!;

    /// <summary>A key by its scope, added while the services run.</summary>
    public IReadOnlyDictionary<string, string> Keys { get; private set; } = null!;

    /// <summary>What the services have exported as OTLP, each body with its signal: <c>traces</c>, <c>metrics</c> or <c>logs</c>.</summary>
    public ConcurrentBag<(string Signal, byte[] Body)> Exported { get; } = [];

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        _collector = builder.Build();
        _collector.Urls.Add("http://127.0.0.1:0");
        _collector.MapPost("/v1/{signal}", async (string signal, HttpRequest request) =>
        {
            using var body = new MemoryStream();
            await request.Body.CopyToAsync(body);
            Exported.Add((signal, body.ToArray()));
        });
        await _collector.StartAsync();

        if (Needs.Find("redis-server") is null) return;
        var users = Path.Combine(Directory.CreateTempSubdirectory("driftline-acl-").FullName, "users.acl");
        await File.WriteAllTextAsync(users, await File.ReadAllTextAsync(Path.Combine(Checkout.Root, "deploy", "redis", "users.acl")) + $"user operator on >{OperatorPassword} ~* &* +@all\n");
        _redis = await OwnRedis.StartAsync(ConfigurationOptions.Parse(Operator), "--port", $"{_redisPort}", "--aclfile", users);
        Pipeline = await Pipeline.StartAsync($"127.0.0.1:{_redisPort},user=driftline,password={RedisPassword}", new Dictionary<string, string>
        {
            ["Privacy__HashKey"] = HashKey,
            ["SchemaRegistry__Client__BasicAuthUserInfo"] = $"driftline:{RegistryPassword}",
            ["Recommender__Experiments__0__Name"] = "aa",
            ["Recommender__Experiments__0__Variants__0__Name"] = "one",
            ["Recommender__Experiments__0__Variants__1__Name"] = "other",
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = _collector.Urls.Single(),
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
            ["OTEL_BSP_SCHEDULE_DELAY"] = "200",
            ["OTEL_METRIC_EXPORT_INTERVAL"] = "1000",
        }, withKeys: true);
        Keys = new[] { Scopes.Admin, Scopes.ReadRecommendations, Scopes.WriteEvents }.ToDictionary(scope => scope, scope => ApiKeyCommand.Add($"test of {scope}", [scope], null, Pipeline.Stack.KeysFile));
    }

    public string Operator => $"127.0.0.1:{_redisPort},user=operator,password={OperatorPassword},allowAdmin=true";

    public async ValueTask DisposeAsync()
    {
        if (Pipeline is not null) await Pipeline.DisposeAsync();
        if (_redis is not null) await _redis.DisposeAsync();
        await _collector.DisposeAsync();
    }
}

public sealed class SecuredPipelineTests(SecuredPipeline secured) : IClassFixture<SecuredPipeline>
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    private Pipeline Pipeline { get; } = secured.Pipeline ?? throw new InvalidOperationException(Needs.Program("redis-server")); // a fixture cannot skip its tests

    [Theory]
    [InlineData("recommendations:read", "/v1/users/u1/recommendations", true)]
    [InlineData("recommendations:read", "/v1/trending", true)]
    [InlineData("recommendations:read", "/v1/items", true)]
    [InlineData("recommendations:read", "/v1/users/u1/export", false)]
    [InlineData("recommendations:read", "/v1/users", false)]
    [InlineData("recommendations:read", "/v1/audiences/tea", false)]
    [InlineData("recommendations:read", "/v1/trends", false)]
    [InlineData("recommendations:read", "/v1/experiments", false)]
    [InlineData("recommendations:read", "/v1/erasures/x", false)]
    [InlineData("recommendations:read", "/v1/console", false)]
    [InlineData("recommendations:read", "/console/operations/0", false)]
    [InlineData("events:write", "/v1/users/u1/recommendations", false)]
    [InlineData("admin", "/v1/users/u1/export", true)]
    [InlineData("admin", "/v1/trends", true)]
    public async Task TheRecommenderAnswersToTheScopeOfAKey(string scope, string path, bool answered)
    {
        using var anybody = new HttpClient { BaseAddress = Pipeline.Recommender.BaseAddress };
        Assert.Equal(HttpStatusCode.Unauthorized, (await anybody.GetAsync(path)).StatusCode);
        anybody.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", secured.Keys[scope]);
        var deadline = DateTime.UtcNow + Soon;
        HttpStatusCode status;
        while ((status = (await anybody.GetAsync(path)).StatusCode) == HttpStatusCode.Unauthorized && DateTime.UtcNow < deadline) await Task.Delay(100); // the file is read again within seconds
        Assert.Equal(answered ? HttpStatusCode.OK : HttpStatusCode.Forbidden, status);
    }

    [Fact]
    public async Task ClientsAndTheCommandLineShowTheirKey()
    {
        var user = $"user-{Guid.NewGuid():N}";
        var file = Path.Combine(Directory.CreateTempSubdirectory("driftline-cli").FullName, "events.jsonl");
        await File.WriteAllTextAsync(file, Traffic.Event(user, Pipeline.Items[0].ItemId) + "\n");
        var addresses = new Dictionary<string, string> { ["Driftline__IngestorUrl"] = Pipeline.Ingestor.BaseAddress!.ToString(), ["Driftline__RecommenderUrl"] = Pipeline.Recommender.BaseAddress!.ToString() };
        var program = BuiltProgram.Find("cli", "Driftline.Cli");

        var without = await Programs.RunAsync("dotnet", [program, "events", "send", file], Soon, addresses);
        Assert.Equal(2, without.ExitCode);
        Assert.Contains("a key that is in force and has the scope events:write", without.Error, StringComparison.Ordinal);
        var sent = await Programs.RunAsync("dotnet", [program, "events", "send", file, "--key", Pipeline.Stack.Key!], Soon, addresses);
        Assert.True(sent.ExitCode == 0, sent.Error);
        await Pipeline.AskUntilAsync($"/v1/users/{user}/interests", Soon, _ => true);
        var asked = await Programs.RunAsync("dotnet", [program, "interests", user, "--json"], Soon, new Dictionary<string, string>(addresses) { ["Driftline__Key"] = Pipeline.Stack.Key! });
        Assert.True(asked.ExitCode == 0, asked.Error);

        using var http = new HttpClient { BaseAddress = Pipeline.Recommender.BaseAddress, DefaultRequestHeaders = { Authorization = new("Bearer", Pipeline.Stack.Key) } };
        Assert.True((await new Client.RecommenderClient(http).RecommendationsAsync(user)).Personalised);
        using var stranger = new HttpClient { BaseAddress = Pipeline.Recommender.BaseAddress };
        Assert.Equal(HttpStatusCode.Unauthorized, (await Assert.ThrowsAsync<DriftlineException>(() => new Client.RecommenderClient(stranger).RecommendationsAsync(user))).Status);
    }

    [Fact]
    public async Task RedisLetsTheServicesDoWhatTheyDoAndNothingElse()
    {
        await UseEverythingAsync();
        await using var look = await ConnectionMultiplexer.ConnectAsync(secured.Operator);
        var refused = ((RedisResult[])(await look.GetDatabase().ExecuteAsync("ACL", "LOG"))!).Select(entry => entry.ToDictionary()).Where(entry => (string)entry["object"]! is not ("client|setinfo" or "config|get")) // the test's and the stack's own connections
            .Select(entry => $"{entry["reason"]}: {entry["object"]} ({entry["client-info"]})").ToList();
        Assert.True(refused.Count == 0, string.Join('\n', refused));

        var used = (await look.GetServers()[0].InfoAsync("commandstats")).SelectMany(section => section).Select(pair => pair.Key["cmdstat_".Length..]).ToHashSet(StringComparer.Ordinal);
        var allowed = (await File.ReadAllTextAsync(Path.Combine(Checkout.Root, "deploy", "redis", "users.acl"))).Split([' ', '\n']).Where(word => word.StartsWith('+')).Select(word => word[1..]).Distinct();
        // Called only with fractions of a second, with more users than are asked for, where a transaction's condition does not hold, when the last who follows a user goes,
        // and, the last three, while a cluster moves slots or a replica is asked.
        string[] seldom = ["pexpire", "psetex", "zrandmember", "unwatch", "discard", "unsubscribe", "asking", "readonly", "readwrite"];
        Assert.Empty(allowed.Except(used).Except(seldom));

        await using var services = await ConnectionMultiplexer.ConnectAsync(Pipeline.Stack.RedisConnectionString + ",allowAdmin=true"); // so that the client lets them by
        foreach (var command in (string[][])[["KEYS", "*"], ["FLUSHALL"], ["CONFIG", "GET", "*"], ["EVAL", "return 1", "0"], ["SCAN", "0"], ["ACL", "LIST"], ["GET", "elsewhere"], ["PUBLISH", "elsewhere", "x"], ["SHUTDOWN"], ["REPLICAOF", "NO", "ONE"], ["MODULE", "LIST"]])
            Assert.Contains("NOPERM", (await Assert.ThrowsAsync<RedisServerException>(() => services.GetDatabase().ExecuteAsync(command[0], command[1..]))).Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<RedisConnectionException>(() => ConnectionMultiplexer.ConnectAsync(Pipeline.Stack.RedisConnectionString.Split(',')[0])); // without a name, not even the client's greeting
    }

    [Fact]
    public async Task NoSecretIsInAnyLogTraceMetricOrError()
    {
        await UseEverythingAsync();
        string[] secrets = [Pipeline.Stack.Key!, SecuredPipeline.RedisPassword, SecuredPipeline.RegistryPassword, SecuredPipeline.HashKey];
        var said = new List<string>();
        foreach (var (client, path) in new[] { (Pipeline.Ingestor, "metrics"), (Pipeline.Ingestor, "health/ready"), (Pipeline.Ingestor, "openapi/v1.json"), (Pipeline.Ingestor, "nothing"), (Pipeline.Recommender, "metrics"), (Pipeline.Recommender, "health/ready"), (Pipeline.Recommender, "v1/trending?count=x"), (Pipeline.Recommender, "v1/console"), (Pipeline.Recommender, "appsettings.json") })
            said.Add(await Answer(await client.GetAsync(path)));
        said.Add(await Answer(await Pipeline.Ingestor.PostAsync("v1/events", new StringContent("{", Encoding.UTF8, "application/json"))));
        said.Add(await Answer(await Pipeline.Ingestor.PutAsync("v1/events", null)));
        using var wrong = new HttpClient { BaseAddress = Pipeline.Recommender.BaseAddress, DefaultRequestHeaders = { Authorization = new("Bearer", Pipeline.Stack.Key + "x") } };
        said.Add(await Answer(await wrong.GetAsync("v1/users/u1/interests")));
        foreach (var log in Directory.EnumerateFiles(Pipeline.Stack.RunFolder, "*.log"))
        {
            using var reader = new StreamReader(new FileStream(log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
            said.Add($"{log}\n{await reader.ReadToEndAsync()}");
        }

        // Each signal must have come, else it would be searched in vain: of the traces a producer's span, of the others anything that names its service.
        (string Signal, string Text)[] due = [("traces", "send storefront.events"), ("metrics", "driftline-ingestor"), ("logs", "driftline-ingestor")];
        var deadline = DateTime.UtcNow + Soon;
        while (Missing().Count > 0 && DateTime.UtcNow < deadline) await Task.Delay(100);
        Assert.Empty(Missing());
        said.AddRange(secured.Exported.Select(export => Encoding.Latin1.GetString(export.Body)));
        foreach (var secret in secrets) Assert.DoesNotContain(said, text => text.Contains(secret, StringComparison.Ordinal));
        Assert.StartsWith(ApiKey.Prefix, Pipeline.Stack.Key, StringComparison.Ordinal);
        Assert.DoesNotContain(Pipeline.Stack.Key!, await File.ReadAllTextAsync(Pipeline.Stack.KeysFile), StringComparison.Ordinal);

        List<string> Missing() =>
            [.. due.Where(one => !secured.Exported.Any(export => export.Signal == one.Signal && export.Body.AsSpan().IndexOf(Encoding.UTF8.GetBytes(one.Text)) >= 0)).Select(one => one.Signal)];

        static async Task<string> Answer(HttpResponseMessage response) => $"{response.Headers}{response.Content.Headers}{await response.Content.ReadAsStringAsync()}";
    }

    /// <summary>Every read and write that services do with Redis.</summary>
    private async Task UseEverythingAsync()
    {
        var users = await Traffic.SendAsync(Pipeline, 5);
        var user = users[0];
        string Event(string type, string item, string? token = null) => JsonSerializer.Serialize(new
        {
            eventId = $"event-{Guid.NewGuid():N}",
            eventType = type,
            userId = user,
            rating = 4,
            items = new[] { new { itemId = item } },
            attributes = new { ageBand = "25-34" },
            attributionToken = token,
        });
        await Pipeline.PostEventsAsync($"[{Event("purchase", Pipeline.Items[1].ItemId)},{Event("review", Pipeline.Items[2].ItemId)}]");
        await Pipeline.AskUntilAsync($"/v1/users/{user}/interests?history=5", Soon, answer => answer.GetProperty("sequenceLength").GetInt32() == 3);
        var answer = await Pipeline.AskUntilAsync($"/v1/users/{user}/recommendations", Soon, answer => answer.GetProperty("personalised").GetBoolean());
        await Pipeline.PostEventsAsync($"[{Event("impression", answer.GetProperty("items")[0].GetProperty("itemId").GetString()!, answer.GetProperty("attributionToken").GetString())}]");
        await Pipeline.AskUntilAsync("/v1/experiments/aa", Soon, answer => answer.GetProperty("variants").EnumerateArray().Sum(variant => variant.GetProperty("impressions").GetInt64()) > 0);
        await Pipeline.AskUntilAsync("/v1/trends?window=1h", Soon, _ => true);
        await Pipeline.AskUntilAsync("/v1/users?recent=5", Soon, _ => true);
        foreach (var category in Pipeline.Items.Select(item => item.Categories[0]).Distinct()) await Pipeline.Recommender.GetStringAsync($"/v1/audiences/{Uri.EscapeDataString(category)}");
        await Pipeline.AskUntilAsync($"/v1/users/{user}/export", Soon, _ => true);
        using var erasing = await Pipeline.Ingestor.DeleteAsync($"/v1/users/{user}");
        await Pipeline.AskUntilAsync(erasing.Headers.Location!.OriginalString, Soon, answer => answer.GetProperty("completed").GetBoolean());
    }
}

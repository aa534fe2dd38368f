using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Json;
using System.Numerics.Tensors;
using System.Text.Json;
using Confluent.Kafka;
using Confluent.SchemaRegistry;
using driftline.events;
using Driftline.Local;
using Driftline.Schemas;
using Driftline.Streaming;
using StackExchange.Redis;
using Xunit;

namespace Driftline.Integration.Tests;

/// <summary>A pipeline of its own with two models, the one that serves and a challenger in an experiment, on a Redis Cluster where redis-server is there.</summary>
public sealed class TwoModels : IAsyncLifetime
{
    public const string Challenger = "challenger";

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(4);

    private string _folder = "";

    public Pipeline Pipeline { get; private set; } = null!;

    /// <summary>Null without redis-server, and where the tests are given a Redis from outside.</summary>
    internal RedisCluster? Cluster { get; private set; }

    /// <summary>Folder of the second model.</summary>
    public string Artifact => Path.Combine(_folder, "artifact");

    public string Version => VersionOf(Artifact);

    public static string VersionOf(string artifact) =>
        JsonSerializer.Deserialize<JsonElement>(File.ReadAllText(Path.Combine(artifact, "model.json"))).GetProperty("version").GetString()!;

    public async ValueTask InitializeAsync()
    {
        if (Environment.GetEnvironmentVariable("REDIS_CONNECTION_STRING") is null && Needs.Find("redis-server") is { } program) Cluster = await RedisCluster.StartAsync(program);
        Pipeline = await Pipeline.StartAsync(
            Cluster?.ConnectionString,
            new Dictionary<string, string>
            {
                ["Recommender__Experiments__0__Name"] = "models",
                ["Recommender__Experiments__0__Variants__0__Name"] = "serving",
                ["Recommender__Experiments__0__Variants__1__Name"] = "challenger",
                ["Recommender__Experiments__0__Variants__1__Model"] = Challenger,
            },
            [Challenger]);
        _folder = Directory.CreateTempSubdirectory("driftline-second-model-").FullName;
        var config = Path.Combine(_folder, "config.json");
        await File.WriteAllTextAsync(config, """{ "model": { "encoder": "gru", "dimensions": 64, "hiddenSize": 32 }, "training": { "maxEpochs": 1, "maxSeconds": 20, "validationUsers": 50 } }""");
        await TrainingAsync("train", "--data", Pipeline.Data, "--config", config, "--out", Artifact);
        await Pipeline.Stack.StartServiceAsync(LocalService.Predictor, CancellationToken.None, new Dictionary<string, string> { ["Predictor__ModelName"] = Challenger }, Challenger);
        await ReleaseAsync(Artifact, Challenger);
        await Pipeline.Stack.WaitUntilReadyAsync(CancellationToken.None);
    }

    public Task ReleaseAsync(string artifact, string name) => TrainingAsync("release", "--artifact", artifact, "--name", name);

    public async ValueTask DisposeAsync()
    {
        if (Pipeline is not null) await Pipeline.DisposeAsync();
        if (Cluster is not null) await Cluster.DisposeAsync();
        if (_folder.Length > 0) Directory.Delete(_folder, recursive: true);
    }

    private async Task TrainingAsync(params string[] arguments)
    {
        var (exit, output, error) = await Programs.RunAsync("dotnet", [BuiltProgram.Find("training", "Driftline.Training"), .. arguments], Limit, Pipeline.Stack.Settings());
        Assert.True(exit == 0, output + error);
    }
}

public sealed class ModelVersionsTests(TwoModels models, ITestOutputHelper log) : IClassFixture<TwoModels>
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task ChampionAndChallengerAnswerSideBySideEachFromItsOwnVersion()
    {
        var (pipeline, champion) = (models.Pipeline, TwoModels.VersionOf(models.Pipeline.Artifact));
        Assert.NotEqual(champion, models.Version);
        var users = Enumerable.Range(0, 12).Select(i => $"side-{i}-{Guid.NewGuid():N}").ToList();
        await pipeline.PostEventsAsync($"[{string.Join(',', users.Select((user, i) => Traffic.Event(user, pipeline.Items[i].ItemId)))}]");
        var answers = new List<JsonElement>();
        foreach (var user in users)
        {
            var answer = await pipeline.AskUntilAsync($"/v1/users/{user}/recommendations", Limit, answer => answer.GetProperty("personalised").GetBoolean()
                && answer.GetProperty("modelVersion").GetString() == (answer.GetProperty("variant").GetString() == "challenger" ? models.Version : champion));
            Assert.NotEmpty(answer.GetProperty("items").EnumerateArray());
            answers.Add(answer);
            var item = answer.GetProperty("items")[0].GetProperty("itemId").GetString()!;
            await pipeline.PostEventsAsync(JsonSerializer.Serialize(new
            {
                eventId = $"seen-{user}",
                eventType = "impression",
                userId = user,
                items = new[] { new { itemId = item } },
                attributionToken = answer.GetProperty("attributionToken").GetString(),
            }));
        }

        Assert.Equal(["challenger", "serving"], answers.Select(answer => answer.GetProperty("variant").GetString()!).Distinct().Order(StringComparer.Ordinal));
        await AssertScoresAsync(pipeline, answers);
        var outcome = await pipeline.AskUntilAsync("/v1/experiments/models", Limit, answer => answer.GetProperty("variants").EnumerateArray().Sum(one => one.GetProperty("users").GetInt32()) >= users.Count);
        Assert.Equal([champion, models.Version], outcome.GetProperty("variants").EnumerateArray()
            .Select(variant => Assert.Single(variant.GetProperty("byModelVersion").EnumerateArray()).GetProperty("modelVersion").GetString()));

        var known = users[answers.FindIndex(answer => answer.GetProperty("variant").GetString() == "challenger")];
        Assert.Contains($"challenger:{TwoModels.Challenger}:ID", await HeldAbout.RedisKeysAsync(pipeline.Stack.RedisConnectionString, known));
        await using (var redis = await ConnectionMultiplexer.ConnectAsync(pipeline.Stack.RedisConnectionString))
        {
            // As an experiment left it that is over: no setting names its model any more.
            await redis.GetDatabase().SetAddAsync("challengers", "retired");
            await redis.GetDatabase().StringSetAsync($"challenger:retired:{known}", "its interests");
        }

        using var erasure = await pipeline.Ingestor.DeleteAsync($"/v1/users/{known}");
        await pipeline.AskUntilAsync(erasure.Headers.Location!.OriginalString, Limit, answer => answer.GetProperty("completed").GetBoolean());
        Assert.Empty(await HeldAbout.RedisKeysAsync(pipeline.Stack.RedisConnectionString, known));
    }

    /// <summary>What every stage does with Redis, on a cluster: events, a merge, answers, feedback, audiences, trends, export and erasure.</summary>
    [Fact]
    public async Task OnARedisClusterNoCommandNamesKeysOfSeveralSlots()
    {
        var cluster = models.Cluster;
        if (cluster is null) Needs.Missing("redis-server is not on the PATH, or the Redis is an outside one");
        var pipeline = models.Pipeline;
        var (user, session) = ($"cluster-{Guid.NewGuid():N}", $"s-{Guid.NewGuid():N}");
        await pipeline.PostEventsAsync(JsonSerializer.Serialize(new[] { 0, 1 }.Select(i => new
        {
            eventId = $"{session}-{i}",
            eventType = "purchase",
            userId = i == 0 ? user : null,
            sessionId = session,
            items = new[] { new { itemId = pipeline.Items[i].ItemId } },
            attributes = new { ageBand = "25-34" },
        })));
        using (var merge = await pipeline.Ingestor.PostAsJsonAsync($"/v1/users/{user}/merge", new { sessionId = session })) Assert.Equal(202, (int)merge.StatusCode);
        var interests = await pipeline.AskUntilAsync($"/v1/users/{user}/interests?history=10", Limit, answer => answer.GetProperty("sequenceLength").GetInt32() == 2);
        foreach (var rising in interests.GetProperty("rising").EnumerateArray())
            await pipeline.AskUntilAsync($"/v1/audiences/{Uri.EscapeDataString(rising.GetProperty("category").GetString()!)}?limit=1", Limit, member => member.TryGetProperty("userId", out _)); // its one line
        var answer = await pipeline.AskUntilAsync($"/v1/users/{user}/recommendations", Limit, answer => answer.GetProperty("personalised").GetBoolean());
        foreach (var type in (string[])["impression", "click"])
        {
            await pipeline.PostEventsAsync(JsonSerializer.Serialize(new
            {
                eventId = $"{type}-{user}",
                eventType = type,
                userId = user,
                items = new[] { new { itemId = answer.GetProperty("items")[0].GetProperty("itemId").GetString() } },
                attributionToken = answer.GetProperty("attributionToken").GetString(),
            }));
        }

        await pipeline.AskUntilAsync($"/v1/users/{user}/export", Limit, export => export.GetProperty("feedback").ValueKind == JsonValueKind.Object && export.GetProperty("challengers").TryGetProperty(TwoModels.Challenger, out _));
        foreach (var path in (string[])["/v1/trends?window=1h", "/v1/users?recent=5", "/v1/experiments/models"]) await pipeline.AskUntilAsync(path, Limit, _ => true);
        using var erasure = await pipeline.Ingestor.DeleteAsync($"/v1/users/{user}");
        await pipeline.AskUntilAsync(erasure.Headers.Location!.OriginalString, Limit, done => done.GetProperty("completed").GetBoolean());

        var (commands, errors) = await cluster!.StatisticsAsync();
        Assert.Superset(new HashSet<string> { "zadd", "zremrangebyrank", "set", "getdel", "zrem", "publish", "exec", "hincrby", "pfadd", "zmscore", "hsetnx" }, commands.ToHashSet());
        Assert.DoesNotContain(errors, error => error.Contains("CROSSSLOT", StringComparison.Ordinal));
        foreach (var service in (string[])["feature-builder", "predictor", "recommender", TwoModels.Challenger])
        {
            using var log = new StreamReader(new FileStream(Path.Combine(pipeline.Stack.RunFolder, $"{service}.log"), FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
            Assert.DoesNotContain("single slot", await log.ReadToEndAsync(), StringComparison.Ordinal); // the client's own words for what it does not send
        }
    }

    /// <summary>Open-loop load while the serving model is swapped and rolled back, and users act, so that their interests pass from one version to the other.</summary>
    [Fact]
    public async Task UnderLoadASwapAndARollBackFailNoRequestAndMixNoVersions()
    {
        const int PerSecond = 200, Workers = 32;
        var (pipeline, before) = (models.Pipeline, TwoModels.VersionOf(models.Pipeline.Artifact));
        var users = Enumerable.Range(0, 40).Select(i => $"swap-{i}-{Guid.NewGuid():N}").ToList();
        await pipeline.PostEventsAsync($"[{string.Join(',', users.Select((user, i) => Traffic.Event(user, pipeline.Items[i].ItemId)))}]");
        foreach (var user in users) await pipeline.AskUntilAsync($"/v1/users/{user}/interests", Limit, _ => true);

        var (answers, failed) = (new ConcurrentQueue<JsonElement>(), new ConcurrentQueue<string>());
        using var enough = new CancellationTokenSource();
        var clock = Stopwatch.StartNew();
        var asking = Enumerable.Range(0, Workers).Select(AskAsync).ToList();
        var acting = ActAsync();
        await SeenAsync(before, 0);
        await PutVectorAsync(pipeline, new ItemVector { itemId = "withdrawn-unseen", modelVersion = before, vector = new float[64], contentHash = 1 });
        await models.ReleaseAsync(models.Artifact, "interest");
        await SeenAsync(models.Version, answers.Count);
        await models.ReleaseAsync(pipeline.Artifact, "interest");
        await SeenAsync(before, answers.Count);
        await enough.CancelAsync();
        await Task.WhenAll([.. asking, acting]);

        log.WriteLine($"{answers.Count} answers in {clock.Elapsed.TotalSeconds:0.0} s ({answers.Count / clock.Elapsed.TotalSeconds:0} a second), {failed.Count} failed, "
            + $"{answers.Count(answer => !answer.GetProperty("personalised").GetBoolean())} not personal; by version: "
            + string.Join(", ", answers.GroupBy(answer => answer.GetProperty("modelVersion").GetString()).Select(version => $"{version.Key} {version.Count()}")));
        Assert.Empty(failed);
        await AssertScoresAsync(pipeline, answers);
        Assert.Null(HeldAbout.Records(pipeline.Stack.BootstrapServers, Topics.CatalogVectors.Name, "withdrawn-unseen")[^1].Value); // the catalogue does not have it: whoever loads a model takes it out

        async Task AskAsync(int worker)
        {
            for (var i = worker; !enough.IsCancellationRequested; i += Workers)
            {
                var due = TimeSpan.FromSeconds((double)i / PerSecond) - clock.Elapsed; // from the plan, not from the last answer
                if (due > TimeSpan.Zero) await Task.Delay(due, enough.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                try
                {
                    using var response = await pipeline.Recommender.GetAsync($"/v1/users/{users[i % users.Count]}/recommendations?includePurchased=true");
                    if (response.IsSuccessStatusCode) answers.Enqueue(await response.Content.ReadFromJsonAsync<JsonElement>());
                    else failed.Enqueue($"{(int)response.StatusCode} {await response.Content.ReadAsStringAsync()}");
                }
                catch (HttpRequestException e)
                {
                    failed.Enqueue(e.Message);
                }
            }
        }

        async Task ActAsync()
        {
            for (var i = 0; !enough.IsCancellationRequested; i++)
            {
                await pipeline.PostEventsAsync(Traffic.Event(users[i % users.Count], pipeline.Items[i % pipeline.Items.Count].ItemId));
                await Task.Delay(50, enough.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        // Until twenty answers after the given one come from a version, in the variant that the serving model answers.
        async Task SeenAsync(string version, int after)
        {
            var deadline = DateTime.UtcNow + Limit;
            while (answers.Skip(after).Count(answer => answer.GetProperty("variant").GetString() == "serving" && answer.GetProperty("modelVersion").GetString() == version) < 20)
            {
                Assert.True(DateTime.UtcNow < deadline, $"No answers of version {version} within {Limit}; the last failure: {failed.LastOrDefault()}");
                await Task.Delay(50);
            }
        }
    }

    private static async Task PutVectorAsync(Pipeline pipeline, ItemVector vector)
    {
        using var registry = new CachedSchemaRegistryClient(new SchemaRegistryConfig { Url = pipeline.Stack.SchemaRegistryUrl });
        using var producer = new ProducerBuilder<string, byte[]>(new ProducerConfig { BootstrapServers = pipeline.Stack.BootstrapServers }).Build();
        await producer.ProduceAsync(Topics.CatalogVectors.Name, new Message<string, byte[]> { Key = vector.itemId, Value = await new AvroCodec(registry).EncodeAsync(Topics.CatalogVectors.Name, vector) });
    }

    /// <summary>
    /// Every item's score is the inner product of a user vector and an item vector that the topics hold under the answer's own version, and the update's boost: computed here from what was
    /// published. One vector of another version would not give it.
    /// </summary>
    private static async Task AssertScoresAsync(Pipeline pipeline, IReadOnlyCollection<JsonElement> answers)
    {
        using var registry = new CachedSchemaRegistryClient(new SchemaRegistryConfig { Url = pipeline.Stack.SchemaRegistryUrl });
        var codec = new AvroCodec(registry);
        var vectors = new Dictionary<(string Version, string Item), float[]>();
        var updates = new List<InterestUpdated>();
        foreach (var model in (string[])[Topics.DefaultModel, TwoModels.Challenger])
        {
            var (items, interests) = (Topics.CatalogVectors.Of(model).Name, Topics.InterestUpdates.Of(model).Name);
            foreach (var record in HeldAbout.Records(pipeline.Stack.BootstrapServers, items).Where(record => record.Value is not null))
            {
                var vector = await codec.DecodeAsync<ItemVector>(items, record.Value!);
                vectors[(vector.modelVersion, vector.itemId)] = [.. vector.vector];
            }

            foreach (var record in HeldAbout.Records(pipeline.Stack.BootstrapServers, interests).Where(record => record.Value is not null)) updates.Add(await codec.DecodeAsync<InterestUpdated>(interests, record.Value!));
        }

        var byUser = updates.ToLookup(update => (update.userId, update.modelVersion));
        var checkedItems = 0;
        foreach (var answer in answers.Where(answer => answer.GetProperty("personalised").GetBoolean()))
        {
            var version = answer.GetProperty("modelVersion").GetString()!;
            var items = answer.GetProperty("items").EnumerateArray().Where(item => item.GetProperty("source").GetString() == "model").ToList();
            Assert.Contains(byUser[(answer.GetProperty("userId").GetString()!, version)], update => items.TrueForAll(item => Fits(update, item)));
            checkedItems += items.Count;

            bool Fits(InterestUpdated update, JsonElement item)
            {
                var (id, score) = (item.GetProperty("itemId").GetString()!, item.GetProperty("score").GetDouble());
                var expected = TensorPrimitives.Dot(vectors[(version, id)], (float[])[.. update.embedding]) + (update.boosts.FirstOrDefault(boost => boost.itemId == id)?.boost ?? 0);
                return Math.Abs(expected - score) <= 1e-3 * (1 + Math.Abs(score));
            }
        }

        Assert.NotEqual(0, checkedItems);
    }
}

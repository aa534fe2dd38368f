using System.Diagnostics;
using driftline.events;
using Driftline.Bench.EndToEnd;
using Driftline.Bench.Retrieval;
using Driftline.Local;
using Driftline.Schemas;
using Driftline.Streaming;

namespace Driftline.Bench.Stages;

/// <summary>
/// <c>answers</c>: the recommender alone, asked for recommendations at a fixed rate whatever it makes of it. A wait counts from when the request was due (the correction
/// for coordinated omission). Vectors come in clusters (<see cref="VectorSet"/>: walk), as those of items do; interests have 30 categories and 30 boosts, about as many as the demo's.
/// The floor is the same load on an endpoint that does nothing: what HTTP, the runtime and the asking take by themselves on this machine.
/// </summary>
internal sealed class AnswersCommand(double rate, double seconds, int items, string? json)
{
    private const int Partitions = 48, Dimensions = 64, Users = 5_000, Categories = 30, Boosts = 30;
    private const string Version = "bench";
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(1);

    public async Task<int> ExecuteAsync(CancellationToken stopping)
    {
        await using var run = await StageRun.StartAsync(LocalService.Recommender, Partitions, FillAsync, stopping);
        await run.Stack.WaitUntilReadyAsync(stopping);
        await KnownAsync(run, $"shopper-{Users - 1}", stopping);
        var answers = await MeasureAsync(run, "answers", user => $"/v1/users/{user}/recommendations?count=10", "\"personalised\":true", stopping);
        var floor = await MeasureAsync(run, "empty answers", _ => "/health/live", "Healthy", stopping);
        await (answers with { Floor = floor }).SaveAsync(json, stopping);
        return 0;
    }

    /// <param name="path">What is asked for a user.</param>
    /// <param name="expected">Stands in every answer.</param>
    private async Task<StageReport> MeasureAsync(StageRun run, string name, Func<string, string> path, string expected, CancellationToken stopping)
    {
        await AskAsync(run, Math.Max(10, seconds / 2), path, expected, stopping);
        var before = await run.CostsAsync(stopping);
        var started = Stopwatch.GetTimestamp();
        var percentiles = (await AskAsync(run, seconds, path, expected, stopping)).Percentiles();
        return StageReport.Of(name, percentiles.Samples, Stopwatch.GetElapsedTime(started).TotalSeconds, percentiles, before, await run.CostsAsync(stopping));
    }

    private async Task<Latencies> AskAsync(StageRun run, double length, Func<string, string> path, string expected, CancellationToken stopping)
    {
        var latencies = new Latencies();
        var random = new Random(2);
        var answers = new List<Task>();
        var started = Stopwatch.GetTimestamp();
        for (double due = 0; due < length; due += -Math.Log(1 - random.NextDouble()) / rate)
        {
            while (Stopwatch.GetElapsedTime(started).TotalSeconds < due) Thread.Sleep(Tick);
            stopping.ThrowIfCancellationRequested();
            answers.Add(OneAsync(run, path($"shopper-{random.Next(Users)}"), expected, due, started, latencies, stopping));
        }

        await Task.WhenAll(answers);
        return latencies;
    }

    private static async Task OneAsync(StageRun run, string path, string expected, double due, long started, Latencies latencies, CancellationToken stopping)
    {
        using var response = await run.Http.GetAsync(new Uri(run.Url, path), stopping);
        var body = await response.EnsureSuccessStatusCode().Content.ReadAsStringAsync(stopping);
        var wait = Stopwatch.GetElapsedTime(started).TotalSeconds - due;
        if (!body.Contains(expected, StringComparison.Ordinal)) throw new InvalidOperationException($"GET {path}: expected {expected}, got {body}.");
        lock (latencies) latencies.Add(wait);
    }

    private static async Task KnownAsync(StageRun run, string user, CancellationToken stopping)
    {
        var client = new RecommenderClient(run.Http);
        run.Http.BaseAddress = run.Url;
        while (!await client.IsServedAsync(user, stopping)) await Task.Delay(50, stopping);
    }

    private async Task FillAsync(Stack stack)
    {
        using var fill = new TopicFill(stack);
        var random = new Random(1);
        var vectors = VectorSet.Drawn("walk", items, Dimensions, Users, seed: 1);
        var now = DateTimeOffset.UtcNow;
        var at = now.ToUnixTimeMilliseconds();
        CloudEvent About(string id) => new(id, "/driftline/bench", "driftline.bench", now);
        for (var i = 0; i < items; i++)
        {
            var (id, category) = ($"sku-{i}", $"category-{i % Categories}");
            await fill.SendAsync(Topics.CatalogItems.Name, id, new CatalogItem
            {
                itemId = id,
                title = $"Product number {i}",
                categories = [category],
                price = 9.9,
                currency = "EUR",
                available = true,
                kind = "product",
                attributes = new Dictionary<string, string>(),
                updatedAt = at,
            }, About(id));
            await fill.SendAsync(Topics.CatalogVectors.Name, id, new ItemVector { itemId = id, modelVersion = Version, vector = vectors.Item(i).ToArray(), contentHash = i }, About(id));
        }

        await fill.SendAsync(Topics.ModelReleases.Name, "interest", new ModelReleased
        {
            name = "interest",
            version = Version,
            artifactUri = "file:///nowhere",
            dimensions = Dimensions,
            categories = [.. Enumerable.Range(0, Categories).Select(c => $"category-{c}")],
            metrics = new Dictionary<string, double>(),
            releasedAt = at,
        }, About("interest"));
        for (var user = 0; user < Users; user++)
        {
            var id = $"shopper-{user}";
            await fill.SendAsync(Topics.InterestUpdates.Name, id, Interests(id, at, vectors.Query(user).ToArray(), random), About(id));
        }

        fill.Finish(Topics.CatalogItems.Name, Partitions, items);
        fill.Finish(Topics.CatalogVectors.Name, Partitions, items);
        fill.Finish(Topics.InterestUpdates.Name, Partitions, Users);
    }

    private InterestUpdated Interests(string user, long at, float[] vector, Random random) => new()
    {
        userId = user,
        modelVersion = Version,
        computedAt = at,
        newestEventTime = at,
        newestReceivedAt = at,
        sequenceLength = 50,
        sequenceDigest = random.NextInt64(),
        interests = [.. Enumerable.Range(0, Categories).Select(c => new CategoryInterest { category = $"category-{c}", current = 1f / Categories, next = 1f / Categories })],
        drift = 0.1f,
        rising = [new CategoryShift { category = "category-1", delta = 0.02f }],
        falling = [new CategoryShift { category = "category-2", delta = -0.02f }],
        embedding = vector,
        boosts = [.. Enumerable.Range(0, Boosts).Select(_ => new ItemBoost { itemId = $"sku-{random.Next(items)}", boost = random.NextSingle() })],
    };
}

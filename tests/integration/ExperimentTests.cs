using System.Globalization;
using System.Text.Json;
using Confluent.Kafka;
using Driftline.Local;
using Driftline.Schemas;
using Driftline.Sequences;
using Xunit;

namespace Driftline.Integration.Tests;

/// <summary>
/// Two experiments over a replay of simulated shoppers: after two thirds of their events each shopper asks once, and clicks and buys what of the answer
/// they turn to in the last third.
/// </summary>
public sealed class ExperimentTests
{
    private const int Events = 48_000;
    private const string Group = "driftline.recommender.feedback";

    /// <summary>
    /// One A/A experiment in twenty shows a significant difference, and which one depends on the model: only less than this says that something is wrong.
    /// How often A/A experiments are significant is tested by ReplayedSplitsTests.
    /// </summary>
    private const double ByChance = 0.001;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);

    private static readonly Dictionary<string, string> Settings = new()
    {
        ["Ingestor__MaxLateness"] = "36500.00:00:00",
        ["FeatureBuilder__MaxLateness"] = "36500.00:00:00",
        ["Recommender__Experiments__0__Name"] = "aa",
        ["Recommender__Experiments__0__Traffic"] = "0.5",
        ["Recommender__Experiments__0__Variants__0__Name"] = "one",
        ["Recommender__Experiments__0__Variants__1__Name"] = "other",
        ["Recommender__Experiments__1__Name"] = "ab",
        ["Recommender__Experiments__1__Variants__0__Name"] = "popular",
        ["Recommender__Experiments__1__Variants__0__Source"] = "trending",
        ["Recommender__Experiments__1__Variants__1__Name"] = "model",
        ["Recommender__Experiments__1__Variants__2__Name"] = "varied",
        ["Recommender__Experiments__1__Variants__2__Diversity"] = "0.5",
        ["Recommender__Experiments__1__Variants__2__Shadow"] = "true",
    };

    [Fact]
    public async Task AnAATestDiffersByNoMoreThanChanceAnABTestShowsTheModelsLeadAndAReplayCountsNothingTwice()
    {
        await using var pipeline = await Pipeline.StartAsync(null, Settings);
        var (shoppers, past) = await ShopAsync(pipeline);
        await NothingBoughtComesBackAsync(pipeline, shoppers.Keys, past);
        var expected = await FeedBackAsync(pipeline, shoppers);

        var aa = await ResultAsync(pipeline, "aa", expected);
        var ab = await ResultAsync(pipeline, "ab", expected);
        Report("aa", aa);
        Report("ab", ab);
        Assert.All((JsonElement[])[aa, ab], result => Assert.False(result.GetProperty("sampleRatio").GetProperty("mismatch").GetBoolean()));
        var (same, lead) = (aa.GetProperty("variants")[1], ab.GetProperty("variants")[1]);
        Assert.All((string[])["clickThroughDifference", "conversionDifference"], difference => Assert.InRange(same.GetProperty(difference).GetProperty("pValue").GetDouble(), ByChance, 1));
        Assert.True(lead.GetProperty("clickThroughDifference").GetProperty("low").GetDouble() > 0);
        Assert.True(lead.GetProperty("coverage").GetDouble() > ab.GetProperty("variants")[0].GetProperty("coverage").GetDouble());
        Assert.NotEqual(JsonValueKind.Null, Assert.Single(lead.GetProperty("byModelVersion").EnumerateArray()).GetProperty("modelVersion").ValueKind);
        Assert.Equal(20, lead.GetProperty("byPosition").GetArrayLength());

        await ReplayTopicAsync(pipeline);
        Assert.Equal(aa.GetRawText(), (await pipeline.AskUntilAsync("/v1/experiments/aa", Limit, _ => true)).GetRawText());
        Assert.Equal(ab.GetRawText(), (await pipeline.AskUntilAsync("/v1/experiments/ab", Limit, _ => true)).GetRawText());
        await MetricsAreDocumentedAsync(pipeline);
    }

    /// <summary>Sends the first two thirds and waits until the answers reflect them.</summary>
    /// <returns>What each shopper turns to in the last third, item and whether it was bought; and the events that were sent.</returns>
    private static async Task<(Dictionary<string, ILookup<string, bool>> Shoppers, IReadOnlyList<ReplayEvent> Past)> ShopAsync(Pipeline pipeline)
    {
        var replay = (await ReplayData.OpenAsync(new RunOptions { Seed = 1, Events = Events }, DemoModel.CacheFolder(Environment.GetEnvironmentVariable("DRIFTLINE_CACHE")), DateTimeOffset.UtcNow, CancellationToken.None)).Plan.Events;
        var (past, future) = (replay.Take(Events * 2 / 3).ToList(), replay.Skip(Events * 2 / 3));
        var ledger = new Ledger(new SequenceStoreOptions().MaxLength);
        await new EventSender(pipeline.Ingestor, ledger).SendAsync(past, 0, new Progress<int>(), CancellationToken.None);
        var shoppers = future.GroupBy(one => one.Source.UserId).Where(user => ledger.Users.Contains(user.Key))
            .ToDictionary(user => user.Key, user => user.ToLookup(one => one.Source.ItemId, one => one.Source.EventType == "purchase"));
        foreach (var user in shoppers.Keys)
        {
            await pipeline.AskUntilAsync($"/v1/users/{Uri.EscapeDataString(user)}/interests", Limit, interests =>
                ledger.Missing(user, long.Parse(interests.GetProperty("sequenceDigest").GetString()!, CultureInfo.InvariantCulture)) == 0);
        }

        return (shoppers, past);
    }

    /// <summary>Over the shoppers of the replay, and strangers: nothing that was bought within its interval is offered, and an answer that is not personal says why.</summary>
    private static async Task NothingBoughtComesBackAsync(Pipeline pipeline, IEnumerable<string> shoppers, IReadOnlyList<ReplayEvent> past)
    {
        var interval = TimeSpan.FromDays(30); // Recommender:RepurchaseInterval's default, judged by the newest event's time
        var since = past.Max(one => one.Time) - (long)interval.TotalMilliseconds;
        var purchases = past.Where(one => one.Source.EventType == "purchase" && one.Time > since).ToLookup(one => one.Source.UserId, one => one.Source.ItemId);
        var (shown, hidden, notPersonal) = (0, 0, 0);
        foreach (var user in shoppers.Concat(Enumerable.Range(0, 20).Select(i => $"stranger-{i}")))
        {
            var bought = purchases[user].ToHashSet();
            var answer = await pipeline.AskUntilAsync($"/v1/users/{Uri.EscapeDataString(user)}/recommendations?count=100", Limit, _ => true);
            var items = answer.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("itemId").GetString()!).ToList();
            Assert.DoesNotContain(items, bought.Contains);
            if (!answer.GetProperty("personalised").GetBoolean())
            {
                Assert.NotEmpty(answer.GetProperty("reason").GetString()!);
                notPersonal++;
            }

            (shown, hidden) = (shown + items.Count, hidden + bought.Count);
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{shown} items shown, none of the {hidden} bought within {interval}; {notPersonal} answers were not personal, and said why");
        Assert.NotEqual(0, hidden);
        Assert.InRange(notPersonal, 20, int.MaxValue);
    }

    /// <summary>
    /// Each shopper asks; sees, clicks and buys. Purchases carry no token. What a shopper bought before may be offered: simulated shoppers return to such items, and
    /// a replay can only reward what its shoppers did without the answers.
    /// </summary>
    private static async Task<Dictionary<(string Experiment, string Variant), Expected>> FeedBackAsync(Pipeline pipeline, Dictionary<string, ILookup<string, bool>> shoppers)
    {
        var expected = new Dictionary<(string, string), Expected>();
        var events = new List<string>();
        foreach (var (user, turnsTo) in shoppers)
        {
            var answer = await pipeline.AskUntilAsync($"/v1/users/{Uri.EscapeDataString(user)}/recommendations?count=20&includePurchased=true", Limit, _ => true);
            var shown = answer.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("itemId").GetString()!).ToList();
            var (clicked, bought) = (shown.Where(turnsTo.Contains).ToList(), shown.Where(item => turnsTo[item].Contains(true)).ToList());
            var now = DateTimeOffset.UtcNow;
            var token = answer.GetProperty("attributionToken").GetString();
            events.Add(Event(user, "impression", now, token, shown));
            if (clicked.Count > 0) events.Add(Event(user, "click", now.AddMilliseconds(1), token, clicked));
            if (bought.Count > 0) events.Add(Event(user, "purchase", now.AddMilliseconds(2), null, bought));
            var key = (answer.GetProperty("experiment").GetString()!, answer.GetProperty("variant").GetString()!);
            var sums = expected.GetValueOrDefault(key);
            expected[key] = new Expected(sums.Users + 1, sums.Impressions + shown.Count, sums.Clicks + clicked.Count, sums.Purchases + bought.Count);
        }

        foreach (var chunk in events.Chunk(200)) Assert.Equal(202, (await pipeline.PostEventsAsync($"[{string.Join(',', chunk)}]")).Status);
        return expected;
    }

    /// <summary>Waits until every expected count is there, and no more.</summary>
    private static Task<JsonElement> ResultAsync(Pipeline pipeline, string experiment, Dictionary<(string Experiment, string Variant), Expected> expected) =>
        pipeline.AskUntilAsync($"/v1/experiments/{experiment}", Limit, result => result.GetProperty("variants").EnumerateArray().All(variant =>
            new Expected(Count(variant, "users"), Count(variant, "impressions"), Count(variant, "clicks"), Count(variant, "purchases"))
                == expected[(experiment, variant.GetProperty("name").GetString()!)]));

    /// <summary>Sends every record of the topic again, as it was, and waits until the group has finished them.</summary>
    private static async Task ReplayTopicAsync(Pipeline pipeline)
    {
        var topic = Topics.StorefrontEvents.Name;
        var servers = pipeline.Stack.BootstrapServers;
        using var consumer = new ConsumerBuilder<byte[], byte[]>(new ConsumerConfig { BootstrapServers = servers, GroupId = $"test-{Guid.NewGuid():N}" }).Build();
        using var producer = new ProducerBuilder<byte[], byte[]>(new ProducerConfig { BootstrapServers = servers }).Build();
        using var admin = new DependentAdminClientBuilder(producer.Handle).Build();
        var partitions = admin.GetMetadata(topic, TimeSpan.FromSeconds(10)).Topics[0].Partitions.Select(partition => new TopicPartition(topic, partition.PartitionId)).ToList();
        var ends = partitions.ToDictionary(partition => partition, partition => consumer.QueryWatermarkOffsets(partition, TimeSpan.FromSeconds(10)).High.Value);
        consumer.Assign(partitions.Select(partition => new TopicPartitionOffset(partition, Offset.Beginning)));
        for (var left = ends.Values.Sum(); left > 0;)
        {
            if (consumer.Consume(TimeSpan.FromSeconds(10)) is not { } record) Assert.Fail($"{left} records could not be read again.");
            else if (record.Offset.Value < ends[record.TopicPartition])
            {
                producer.Produce(record.TopicPartition, record.Message);
                left--;
            }
        }

        producer.Flush();
        using var group = new ConsumerBuilder<byte[], byte[]>(new ConsumerConfig { BootstrapServers = servers, GroupId = Group }).Build();
        var deadline = DateTime.UtcNow + Limit;
        while (group.Committed(partitions, TimeSpan.FromSeconds(10)).Any(committed => committed.Offset.Value < 2 * ends[committed.TopicPartition]))
        {
            Assert.True(DateTime.UtcNow < deadline, "The recommender did not finish the replayed records.");
            await Task.Delay(200);
        }
    }

    private static async Task MetricsAreDocumentedAsync(Pipeline pipeline)
    {
        var emitted = await ScrapedMetrics.OfAsync(pipeline.Stack[LocalService.Recommender.Name]);
        foreach (var row in DocumentedInstruments.Read().Where(row => row.Labels.Contains("driftline_experiment") && !row.Name.EndsWith("left_out", StringComparison.Ordinal)))
            Assert.Equal(row.Labels.Order(StringComparer.Ordinal), emitted[row.Prometheus].Labels.Order(StringComparer.Ordinal));
    }

    private static void Report(string experiment, JsonElement result)
    {
        foreach (var what in (string[])["sampleRatio", "variants"])
        {
            var text = what == "variants"
                ? string.Join('\n', result.GetProperty(what).EnumerateArray().Select(variant => string.Join(", ", variant.EnumerateObject().Where(one => !one.Name.StartsWith("by", StringComparison.Ordinal)))))
                : result.GetProperty(what).GetRawText();
            TestContext.Current.TestOutputHelper?.WriteLine($"{experiment}: {text}");
        }
    }

    private static int Count(JsonElement variant, string what) => variant.GetProperty(what).GetInt32();

    private static string Event(string user, string type, DateTimeOffset at, string? token, IEnumerable<string> items) => JsonSerializer.Serialize(new
    {
        eventId = $"{type}-{Guid.NewGuid():N}",
        eventType = type,
        userId = user,
        eventTime = at.ToString("O", CultureInfo.InvariantCulture),
        items = items.Select(item => new { itemId = item }),
        attributionToken = token,
    });

    private readonly record struct Expected(int Users, int Impressions, int Clicks, int Purchases);
}

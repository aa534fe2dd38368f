using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Confluent.Kafka;
using Driftline.Local;
using Driftline.Schemas;
using Xunit;

namespace Driftline.Integration.Tests;

/// <summary>What the README promises, over the running pipeline.</summary>
public sealed class EndToEndTests(PipelineFixture fixture)
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task RecommendationsAreMadeForTheUserAndCarryWhatTheAnswerRestsOn()
    {
        var pipeline = await fixture.StartedAsync();
        var user = NewId("user");
        await pipeline.PostEventsAsync($"[{Traffic.Event(user, pipeline.Items[5].ItemId)},{Traffic.Event(user, pipeline.Items[6].ItemId)}]");

        var answer = await pipeline.AskUntilAsync(
            $"/v1/users/{user}/recommendations?count=7", Soon, answer => answer.GetProperty("personalised").GetBoolean());

        Assert.Equal(7, answer.GetProperty("items").GetArrayLength());
        Assert.Equal(7, answer.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("itemId").GetString()).Distinct().Count());
        Assert.All(answer.GetProperty("items").EnumerateArray(), item => Assert.NotEmpty(item.GetProperty("reasons").EnumerateArray()));
        Assert.NotEmpty(answer.GetProperty("attributionToken").GetString()!);
        Assert.NotEmpty(answer.GetProperty("modelVersion").GetString()!);
        Assert.InRange(answer.GetProperty("stalenessMs").GetInt64(), 0, 60_000);
        Assert.True(DateTimeOffset.TryParse(answer.GetProperty("asOf").GetString(), CultureInfo.InvariantCulture, out _));
    }

    [Fact]
    public async Task AnUnknownUserGetsTrendingItemsAndIsToldSo()
    {
        var pipeline = await fixture.StartedAsync();
        var bought = pipeline.Items[11].ItemId;
        await pipeline.PostEventsAsync($"[{Traffic.Event(NewId("user"), bought, "purchase")}]");

        var answer = await pipeline.AskUntilAsync(
            $"/v1/users/{NewId("stranger")}/recommendations?count=100", Soon,
            answer => answer.GetProperty("items").EnumerateArray().Any(item => item.GetProperty("itemId").GetString() == bought));

        Assert.False(answer.GetProperty("personalised").GetBoolean());
        Assert.NotEmpty(answer.GetProperty("reason").GetString()!);
    }

    [Fact]
    public async Task OneBadElementCostsItsNeighboursNothing()
    {
        var pipeline = await fixture.StartedAsync();
        var (first, last) = (NewId("user"), NewId("user"));
        var bad = Traffic.Event(NewId("user"), pipeline.Items[0].ItemId, "review"); // without its rating
        var (status, body) = await pipeline.PostEventsAsync($"[{Traffic.Event(first, pipeline.Items[0].ItemId)},{bad},{Traffic.Event(last, pipeline.Items[1].ItemId)}]");

        Assert.Equal(202, status);
        var results = body.GetProperty("results").EnumerateArray().ToList();
        Assert.Equal(["accepted", "rejected", "accepted"], results.Select(result => result.GetProperty("status").GetString()));
        Assert.Equal("/1/rating", results[1].GetProperty("pointer").GetString());
        Assert.NotEmpty(results[1].GetProperty("reason").GetString()!);
        await pipeline.AskUntilAsync($"/v1/users/{first}/interests", Soon, _ => true);
        await pipeline.AskUntilAsync($"/v1/users/{last}/interests", Soon, _ => true);
    }

    [Fact]
    public async Task MalformedJsonIsAProblemNotAnEvent()
    {
        var pipeline = await fixture.StartedAsync();
        using var response = await pipeline.Ingestor.PostAsync("/v1/events", new StringContent("""[{"eventId":]""", Encoding.UTF8, "application/json"));
        Assert.Equal(400, (int)response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.MediaType);
    }

    [Fact]
    public async Task SendingAnEventTwiceChangesNothing()
    {
        var pipeline = await fixture.StartedAsync();
        var user = NewId("user");
        var json = $"[{Traffic.Event(user, pipeline.Items[0].ItemId)}]";
        await pipeline.PostEventsAsync(json);
        var before = await pipeline.AskUntilAsync($"/v1/users/{user}/interests", Soon, _ => true);

        var (status, body) = await pipeline.PostEventsAsync(json);

        Assert.Equal(202, status);
        Assert.Equal("duplicate", body.GetProperty("results")[0].GetProperty("status").GetString());
        // Another event proves that the pipeline has gone past the repetition.
        await pipeline.PostEventsAsync($"[{Traffic.Event(user, pipeline.Items[1].ItemId)}]");
        var after = await pipeline.AskUntilAsync($"/v1/users/{user}/interests", Soon, answer => Digest(answer) != Digest(before));
        Assert.Equal(2, after.GetProperty("sequenceLength").GetInt32());
    }

    [Fact]
    public async Task BadRecordsOnTheTopicAreRejectedWithTheirReasonAndTheirNeighboursGoThrough()
    {
        var pipeline = await fixture.StartedAsync();
        var user = NewId("user");
        var marker = NewId("bad");
        using var producer = new ProducerBuilder<string, byte[]>(new ProducerConfig { BootstrapServers = pipeline.Stack.BootstrapServers }).Build();
        byte[][] bad = [[], [1, 2, 3], "not avro at all"u8.ToArray(), [0, 0x7f, 0, 0, 0, 1, 2, 3]];
        await pipeline.PostEventsAsync($"[{Traffic.Event(user, pipeline.Items[0].ItemId)}]");
        foreach (var value in bad)
        {
            await producer.ProduceAsync(Topics.StorefrontEvents.Name, new Message<string, byte[]> { Key = user, Value = value, Headers = new Headers { { "marker", Encoding.UTF8.GetBytes(marker) } } });
        }

        await pipeline.PostEventsAsync($"[{Traffic.Event(user, pipeline.Items[1].ItemId)}]");

        await pipeline.AskUntilAsync($"/v1/users/{user}/interests", Soon, answer => answer.GetProperty("sequenceLength").GetInt32() == 2);
        var rejected = ReadRejected(pipeline, marker, bad.Length);
        Assert.Equal(bad.Select(Convert.ToHexString).Order(), rejected.Select(record => Convert.ToHexString(record.Message.Value)).Order());
        Assert.All(rejected, record =>
        {
            Assert.Equal("feature-builder", Header(record, "dl_stage"));
            Assert.Equal(Topics.StorefrontEvents.Name, Header(record, "dl_topic"));
            Assert.StartsWith("cannot decode as StorefrontEvent", Header(record, "dl_error"), StringComparison.Ordinal);
            Assert.True(long.Parse(Header(record, "dl_offset"), CultureInfo.InvariantCulture) >= 0);
        });
    }

    [Fact]
    public async Task AnItemNewToTheCatalogueIsRecommendedFromItsTextToWhoLikesItsCategoryAndAWithdrawnOneIsGone()
    {
        var pipeline = await fixture.StartedAsync();
        var (liked, user, item) = (pipeline.Items[3], NewId("user"), NewId("item/ü "));
        var path = $"/v1/users/{user}/recommendations?count=100&category={Uri.EscapeDataString(liked.Categories[0])}";
        await pipeline.PostEventsAsync($"[{Traffic.Event(user, liked.ItemId)}]");
        await pipeline.AskUntilAsync(path, Soon, answer => answer.GetProperty("personalised").GetBoolean());

        var clock = Stopwatch.StartNew();
        using var put = await pipeline.Ingestor.PutAsJsonAsync("/v1/items", new { id = item, title = liked.Title, category = liked.Categories, description = liked.Description, price = 24.5 });
        Assert.Equal(202, (int)put.StatusCode);
        await pipeline.AskUntilAsync(path, Soon, answer => Holds(answer, item, "model"));
        var shown = clock.Elapsed;

        clock.Restart();
        using var delete = await pipeline.Ingestor.DeleteAsync($"/v1/items/{Uri.EscapeDataString(item)}");
        Assert.Equal(202, (int)delete.StatusCode);
        await pipeline.AskUntilAsync(path, Soon, answer => answer.GetProperty("items").GetArrayLength() > 0 && !Holds(answer, item, null));
        var gone = clock.Elapsed;
        TestContext.Current.TestOutputHelper?.WriteLine($"recommended {shown.TotalMilliseconds:0} ms after its PUT, gone {gone.TotalMilliseconds:0} ms after its DELETE");
        Assert.True(gone < TimeSpan.FromSeconds(5), $"{gone}");

        static bool Holds(JsonElement answer, string item, string? source) => answer.GetProperty("items").EnumerateArray()
            .Any(one => one.GetProperty("itemId").GetString() == item && (source is null || one.GetProperty("source").GetString() == source));
    }

    [Fact]
    public async Task TheVectorOfAWithdrawnItemLeavesItsTopicToo()
    {
        var kcat = Needs.Program("kcat");
        var pipeline = await fixture.StartedAsync();
        var item = NewId("item");
        using var put = await pipeline.Ingestor.PutAsJsonAsync("/v1/items", new { id = item, title = "a lamp", category = new[] { "lamps" } });
        Assert.Equal(202, (int)put.StatusCode);
        await NewestSizeAsync(size => size > 0);

        using var delete = await pipeline.Ingestor.DeleteAsync($"/v1/items/{item}");

        Assert.Equal(202, (int)delete.StatusCode);
        await NewestSizeAsync(size => size < 0); // a tombstone

        async Task NewestSizeAsync(Func<int, bool> passes)
        {
            var deadline = DateTime.UtcNow + Soon;
            while (DateTime.UtcNow < deadline)
            {
                var (_, output, _) = await Programs.RunAsync(
                    kcat, ["-b", pipeline.Stack.BootstrapServers, "-C", "-t", Topics.CatalogVectors.Name, "-e", "-q", "-f", "%k %S\n"], TimeSpan.FromSeconds(20));
                if (output.Split('\n').LastOrDefault(line => line.StartsWith(item + " ", StringComparison.Ordinal)) is { } newest
                    && passes(int.Parse(newest[(item.Length + 1)..], CultureInfo.InvariantCulture))) return;
            }

            Assert.Fail($"The newest vector of {item} is not what was expected within {Soon}.");
        }
    }

    [Fact]
    public async Task UpdatesArriveByServerSentEventsAsTheyHappen()
    {
        var pipeline = await fixture.StartedAsync();
        var user = NewId("user ü/{1}");
        await pipeline.PostEventsAsync($"[{Traffic.Event(user, pipeline.Items[0].ItemId)}]");
        await pipeline.AskUntilAsync($"/v1/users/{Uri.EscapeDataString(user)}/interests", Soon, _ => true);
        using var limit = new CancellationTokenSource(Soon);
        await using var stream = await pipeline.Recommender.GetStreamAsync($"/v1/users/{Uri.EscapeDataString(user)}/interests/stream", limit.Token);
        using var reader = new StreamReader(stream);
        Assert.Equal(1, (await NextAsync(reader, limit.Token)).GetProperty("sequenceLength").GetInt32());

        await pipeline.PostEventsAsync($"[{Traffic.Event(user, pipeline.Items[1].ItemId)}]");

        Assert.Equal(2, (await NextAsync(reader, limit.Token)).GetProperty("sequenceLength").GetInt32());
    }

    [Fact]
    public async Task KcatListsTheTopicsAndReadsInterestUpdates()
    {
        var kcat = Needs.Program("kcat");
        var pipeline = await fixture.StartedAsync();
        var user = NewId("user");
        await pipeline.PostEventsAsync($"[{Traffic.Event(user, pipeline.Items[0].ItemId)}]");
        await pipeline.AskUntilAsync($"/v1/users/{user}/interests", Soon, _ => true);

        var (_, list, _) = await Programs.RunAsync(kcat, ["-b", pipeline.Stack.BootstrapServers, "-L"], TimeSpan.FromSeconds(20));
        Assert.All(Topics.All, topic => Assert.Contains($"topic \"{topic.Name}\"", list, StringComparison.Ordinal));
        var (exit, updates, error) = await Programs.RunAsync(
            kcat, ["-b", pipeline.Stack.BootstrapServers, "-C", "-t", Topics.InterestUpdates.Name, "-e", "-q", "-f", "%k %S\n"], TimeSpan.FromSeconds(20));
        Assert.True(exit == 0, error);
        Assert.Contains(updates.Split('\n'), line => line.StartsWith(user + " ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task TheSamplesReadInterestUpdates()
    {
        var python = Needs.Program("python3");
        if (File.Exists("/usr/bin/python3")) python = "/usr/bin/python3"; // where Debian's packages are
        var (found, _, _) = await Programs.RunAsync(python, ["-c", "import avro, confluent_kafka"], TimeSpan.FromSeconds(20));
        if (found != 0) Needs.Missing("python3 lacks the modules avro and confluent_kafka (python3-avro, python3-confluent-kafka)");
        var pipeline = await fixture.StartedAsync();
        var user = NewId("user");
        await pipeline.PostEventsAsync($"[{Traffic.Event(user, pipeline.Items[0].ItemId)}]");
        await pipeline.AskUntilAsync($"/v1/users/{user}/interests", Soon, _ => true);

        string[] where = [pipeline.Stack.BootstrapServers, pipeline.Stack.SchemaRegistryUrl, "1"];
        var script = Path.Combine(Checkout.Root, "samples", "python", "read_interest_updates.py");
        var inPython = await Programs.RunAsync(python, [script, .. where], TimeSpan.FromSeconds(60));
        Assert.True(inPython.ExitCode == 0, inPython.Error);
        Assert.Matches("^.+: next .+, drift \\d", inPython.Output); // an id may hold a space
        var program = BuiltProgram.Find(Path.Combine("samples", "read-interest-updates"), "Driftline.Samples.ReadInterestUpdates");
        var inCSharp = await Programs.RunAsync("dotnet", [program, .. where], TimeSpan.FromSeconds(60));
        Assert.True(inCSharp.ExitCode == 0, inCSharp.Error);
        Assert.Matches("^.+: (rising|steady)", inCSharp.Output);
    }

    private static string NewId(string what) => $"{what}-{Guid.NewGuid():N}";

    private static string Digest(JsonElement interests) => interests.GetProperty("sequenceDigest").GetString()!;

    /// <summary>The next event of a stream that is no heartbeat.</summary>
    internal static async Task<JsonElement> NextAsync(StreamReader reader, CancellationToken limit)
    {
        while (await reader.ReadLineAsync(limit) is { } line)
        {
            if (line.StartsWith("data:", StringComparison.Ordinal) && line.Length > "data: {}".Length) return JsonSerializer.Deserialize<JsonElement>(line["data:".Length..]);
        }

        throw new EndOfStreamException("The stream ended.");
    }

    private static List<ConsumeResult<string, byte[]>> ReadRejected(Pipeline pipeline, string marker, int count)
    {
        using var consumer = new ConsumerBuilder<string, byte[]>(new ConsumerConfig
        {
            BootstrapServers = pipeline.Stack.BootstrapServers,
            GroupId = NewId("test"),
            AutoOffsetReset = AutoOffsetReset.Earliest,
        }).Build();
        consumer.Subscribe(Topics.StorefrontEventsRejected.Name);
        var found = new List<ConsumeResult<string, byte[]>>();
        var deadline = DateTime.UtcNow + TimeSpan.FromSeconds(30);
        while (found.Count < count && DateTime.UtcNow < deadline)
        {
            if (consumer.Consume(TimeSpan.FromMilliseconds(200)) is { } record && record.Message.Headers.Any(header => header.Key == "marker") && Header(record, "marker") == marker)
                found.Add(record);
        }

        consumer.Close();
        return found;
    }

    private static string Header(ConsumeResult<string, byte[]> record, string name) => Encoding.UTF8.GetString(record.Message.Headers.GetLastBytes(name));
}

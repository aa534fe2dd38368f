using System.Globalization;
using System.Text.Json;
using Confluent.Kafka;
using Driftline.Local;
using Driftline.Storefront;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Driftline.Integration.Tests;

/// <summary>The command line against the running pipeline, as a person or a script calls it.</summary>
public sealed class CommandLineTests(PipelineFixture fixture)
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);
    private readonly string _folder = Directory.CreateTempSubdirectory("driftline-cli").FullName;

    [Fact]
    public async Task EventsOfAFileAreSentAndBadLinesAreToldWithTheirPlace()
    {
        var pipeline = await fixture.StartedAsync();
        var user = NewId("user");
        var file = Path.Combine(_folder, "events.jsonl");
        await File.WriteAllLinesAsync(file, [Traffic.Event(user, pipeline.Items[0].ItemId), "{oops", Traffic.Event(user, pipeline.Items[0].ItemId, "review"), Traffic.Event(user, pipeline.Items[1].ItemId)]);

        var sent = await RunAsync(pipeline, "events", "send", file, "--json");

        Assert.Equal(1, sent.ExitCode);
        var summary = Json(sent);
        Assert.Equal((4, 2, 1, 1), (Number(summary, "read"), Number(summary, "accepted"), Number(summary, "rejected"), Number(summary, "unreadable")));
        Assert.Equal([$"{file}:2", $"{file}:3"], summary.GetProperty("refusals").EnumerateArray().Select(one => one.GetProperty("where").GetString()).Order());
        Assert.Contains(summary.GetProperty("refusals").EnumerateArray(), one => one.TryGetProperty("field", out var field) && field.GetString() == "rating");
        await pipeline.AskUntilAsync($"/v1/users/{user}/interests", Soon, answer => Number(answer, "sequenceLength") == 2);
        Assert.Equal(2, Number(Json(await RunAsync(pipeline, "interests", user, "--json")), "sequenceLength"));
        var recommended = Json(await RunAsync(pipeline, "recommend", user, "--count", "3", "--json"));
        Assert.True(recommended.GetProperty("personalised").GetBoolean());
        Assert.Equal(3, recommended.GetProperty("items").GetArrayLength());
        var table = await RunAsync(pipeline, "recommend", user, "--count", "3");
        Assert.All(recommended.GetProperty("items").EnumerateArray(), item => Assert.Contains(item.GetProperty("itemId").GetString()!, table.Output, StringComparison.Ordinal));
    }

    [Fact]
    public async Task RejectedEventsAreListedPutRightAndReplayedAndCountOnce()
    {
        var pipeline = await fixture.StartedAsync();
        var user = NewId("user");
        var unrated = Traffic.Event(user, pipeline.Items[0].ItemId, "review");
        await pipeline.PostEventsAsync($"[{unrated}]");
        await pipeline.PostEventsAsync($"[{unrated}]"); // refused twice, the same event all the same
        string[] chosen = ["--user", user, "--reason", "rating"];

        var listed = await RunAsync(pipeline, ["rejected", "list", "--json", .. chosen]);
        Assert.True(listed.ExitCode == 0, listed.Error);
        var lines = listed.Output.TrimEnd().Split('\n').Select(line => JsonSerializer.Deserialize<JsonElement>(line)).ToList();
        Assert.Equal(2, lines.Count);
        Assert.All(lines, line => Assert.Equal(("ingestor", user), (line.GetProperty("stage").GetString(), line.GetProperty("original").GetProperty("userId").GetString())));

        var shown = await RunAsync(pipeline, ["rejected", "replay", "--set", "rating=5", "--dry-run", .. chosen]);
        Assert.Contains("1 events would be sent", shown.Output, StringComparison.Ordinal);
        for (var time = 0; time < 2; time++) // it goes on again, for a later stage may have refused it, and changes nothing
            Assert.Equal(1, Number(Json(await RunAsync(pipeline, ["rejected", "replay", "--set", "rating=5", "--json", .. chosen])), "accepted"));
        await pipeline.PostEventsAsync($"[{Traffic.Event(user, pipeline.Items[1].ItemId)}]");
        await pipeline.AskUntilAsync($"/v1/users/{user}/interests", Soon, answer => Number(answer, "sequenceLength") == 2);
    }

    [Fact]
    public async Task TailShowsDecodedRecords()
    {
        var pipeline = await fixture.StartedAsync();
        var user = NewId("user");
        await pipeline.PostEventsAsync($"[{Traffic.Event(user, pipeline.Items[0].ItemId)}]");
        await pipeline.AskUntilAsync($"/v1/users/{user}/interests", Soon, _ => true);

        var sent = Json(await RunAsync(pipeline, "tail", "storefront.events", "--no-follow", "--key", user));
        Assert.Equal(user, sent.GetProperty("value").GetProperty("userId").GetString());
        Assert.Equal(pipeline.Items[0].ItemId, sent.GetProperty("value").GetProperty("payload").GetProperty("items")[0].GetProperty("itemId").GetString());
        Assert.NotEmpty(sent.GetProperty("headers").GetProperty("ce_id").GetString()!);
        var update = Json(await RunAsync(pipeline, "tail", "interest.updates", "--from-beginning", "--key", user, "--count", "1"));
        Assert.InRange(update.GetProperty("value").GetProperty("drift").GetDouble(), 0, 1);
        var unknown = await RunAsync(pipeline, "tail", "no.such.topic", "--no-follow");
        Assert.Equal(2, unknown.ExitCode);
        Assert.Contains("storefront.events", unknown.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ARecordThatWasWrittenWithAnotherRegistryIsShownAsItIs()
    {
        var pipeline = await fixture.StartedAsync();
        var user = NewId("user");
        byte[] foreign = [0, 0x7f, 0xff, 0xff, 0xff, 1, 2, 3];
        using (var producer = new ProducerBuilder<string, byte[]>(new ProducerConfig { BootstrapServers = pipeline.Stack.BootstrapServers }).Build())
            await producer.ProduceAsync("storefront.events", new Message<string, byte[]> { Key = user, Value = foreign });

        var shown = await RunAsync(pipeline, "tail", "storefront.events", "--no-follow", "--key", user);
        Assert.True(shown.ExitCode == 0, shown.Error);
        Assert.Equal(foreign, Json(shown).GetProperty("valueBase64").GetBytesFromBase64());
    }

    [Fact]
    public async Task WhatFollowsATopicEndsWhenItsReaderDoes()
    {
        if (OperatingSystem.IsWindows()) return; // no sh
        var pipeline = await fixture.StartedAsync();
        var user = NewId("user");
        await pipeline.PostEventsAsync($"[{string.Join(',', Enumerable.Range(0, 300).Select(_ => Traffic.Event(user, pipeline.Items[0].ItemId)))}]"); // more than a pipe holds

        var ended = await Programs.RunAsync("sh", ["-c", $"dotnet '{Program}' tail storefront.events --from-beginning | head -1"], Soon, pipeline.Stack.Settings());
        Assert.Single(ended.Output.TrimEnd().Split('\n'));
        Assert.DoesNotContain("   at ", ended.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ItemsAreImportedFromCsvAndJsonLinesAndBadRowsAreTold()
    {
        var pipeline = await fixture.StartedAsync();
        var (first, second) = (NewId("item"), NewId("item"));
        var csv = Path.Combine(_folder, "items.csv");
        await File.WriteAllTextAsync(csv, $"item_id,title,category,price,currency\n{first},Copper kettle,Kitchen|Tea,24.5,EUR\nbad-1,Bad,Kitchen,cheap,EUR\nbad-2,Bad,Kitchen,1,euro\n");
        var lines = Path.Combine(_folder, "items.jsonl");
        await File.WriteAllTextAsync(lines, JsonSerializer.Serialize(new { id = second, title = "Tin kettle", category = "Kitchen" }) + "\n");

        var imported = await RunAsync(pipeline, "items", "import", csv, lines);

        Assert.Equal(1, imported.ExitCode);
        Assert.Contains($"{csv}:3: price 'cheap' is not a number", imported.Error, StringComparison.Ordinal);
        Assert.Contains($"{csv}:4: currency must be an ISO 4217 currency code", imported.Error, StringComparison.Ordinal);
        Assert.Contains("4 items: 2 accepted, 0 known already, 1 rejected, 1 unreadable", imported.Output, StringComparison.Ordinal);
        foreach (var id in (string[])[first, second]) await pipeline.AskUntilAsync($"/v1/items?query={id}", Soon, answer => answer.GetProperty("items").GetArrayLength() == 1);
    }

    [Fact]
    public async Task AFolderIsCheckedAndReplayed()
    {
        var pipeline = await fixture.StartedAsync();
        var user = NewId("user");
        var folder = Path.Combine(_folder, "shop");
        var start = DateTimeOffset.Parse("2020-01-01T00:00:00Z", CultureInfo.InvariantCulture);
        ImportFolderWriter.Write(
            folder, [pipeline.Items[0] with { Description = null }],
            Enumerable.Range(0, 4).Select(i => new ImportEvent(user, i == 3 ? "undescribed" : pipeline.Items[0].ItemId, start.AddDays(i), "click")), "Made by a test.");

        var checkedOnly = await RunAsync(pipeline, "replay", folder, "--dry-run");
        Assert.Contains("1 of 4 events are of items that the folder does not describe", checkedOnly.Error, StringComparison.Ordinal);
        Assert.Equal(4, Number(Json(await RunAsync(pipeline, "replay", folder, "--ids", user, "--json")), "accepted"));
        await pipeline.AskUntilAsync($"/v1/users/{user}/interests", Soon, answer => Number(answer, "sequenceLength") == 4);
        Assert.Equal(4, Number(Json(await RunAsync(pipeline, "replay", folder, "--ids", user, "--json")), "duplicates"));
    }

    [Fact]
    public async Task AUserIsErasedInEveryStage()
    {
        var pipeline = await fixture.StartedAsync();
        var user = NewId("user");
        await pipeline.PostEventsAsync($"[{Traffic.Event(user, pipeline.Items[0].ItemId)}]");
        await pipeline.AskUntilAsync($"/v1/users/{user}/interests", Soon, _ => true);

        var erased = await RunAsync(pipeline, "erase", user, "--json");

        Assert.True(erased.ExitCode == 0, erased.Output + erased.Error);
        Assert.True(Json(erased).GetProperty("completed").GetBoolean());
        Assert.NotEmpty(Json(erased).GetProperty("stages").EnumerateArray());
        Assert.Equal(1, (await RunAsync(pipeline, "interests", user)).ExitCode);
    }

    [Fact]
    public async Task WhatIsAwayIsToldWithWhatToSet()
    {
        var port = FreePort.Find();
        var recommend = await Programs.RunAsync("dotnet", [Program, "recommend", "u1", "--recommender", $"http://127.0.0.1:{port}", "--wait", "0"], Soon);
        Assert.Equal(2, recommend.ExitCode);
        Assert.Contains("Driftline__RecommenderUrl", recommend.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", recommend.Error, StringComparison.Ordinal);
        var tail = await Programs.RunAsync("dotnet", [Program, "tail", "storefront.events", "--kafka", $"127.0.0.1:{port}", "--registry", $"http://127.0.0.1:{port}", "--wait", "1"], Soon);
        Assert.Equal(2, tail.ExitCode);
        Assert.Contains("Kafka__BootstrapServers", tail.Error, StringComparison.Ordinal);
        var nowhere = await Programs.RunAsync("dotnet", [Program, "rejected", "list"], Soon, new Dictionary<string, string> { ["SchemaRegistry__Url"] = "" });
        Assert.Equal(2, nowhere.ExitCode);
        Assert.Contains("--registry URL", nowhere.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ARegistryThatAsksForAPasswordGetsTheOneThatTheServicesHave()
    {
        var pipeline = await fixture.StartedAsync();
        await pipeline.PostEventsAsync($"[{Traffic.Event(NewId("user"), pipeline.Items[0].ItemId)}]");
        var asked = new System.Collections.Concurrent.ConcurrentQueue<string?>();
        await using var registry = WebApplication.CreateSlimBuilder().Build();
        registry.Urls.Add("http://127.0.0.1:0");
        registry.Run(request =>
        {
            asked.Enqueue(request.Request.Headers.Authorization);
            request.Response.StatusCode = StatusCodes.Status401Unauthorized;
            return request.Response.WriteAsJsonAsync(new { error_code = 401, message = "Unauthorized" });
        });
        await registry.StartAsync();

        var tail = await Programs.RunAsync(
            "dotnet", [Program, "tail", "storefront.events", "--from-beginning"], Soon,
            new Dictionary<string, string>(pipeline.Stack.Settings()) { ["SchemaRegistry__Url"] = registry.Urls.Single(), ["SchemaRegistry__Client__BasicAuthUserInfo"] = "us:secret" });

        Assert.Equal(2, tail.ExitCode);
        Assert.Contains("SchemaRegistry__Client__BasicAuthUserInfo", tail.Error, StringComparison.Ordinal);
        Assert.All(asked, header => Assert.Equal($"Basic {Convert.ToBase64String("us:secret"u8)}", header));
        Assert.NotEmpty(asked);
    }

    private static string Program => BuiltProgram.Find("cli", "Driftline.Cli");

    private static string NewId(string what) => $"{what}-{Guid.NewGuid():N}";

    private static int Number(JsonElement json, string name) => json.GetProperty(name).GetInt32();

    private static JsonElement Json((int ExitCode, string Output, string Error) run) =>
        run.Output.Length > 0 ? JsonSerializer.Deserialize<JsonElement>(run.Output) : throw new InvalidOperationException($"exit code {run.ExitCode}, no output: {run.Error}");

    private static Task<(int ExitCode, string Output, string Error)> RunAsync(Pipeline pipeline, params string[] arguments) => Programs.RunAsync(
        "dotnet", [Program, .. arguments], TimeSpan.FromMinutes(1),
        new Dictionary<string, string>(pipeline.Stack.Settings())
        {
            ["Driftline__IngestorUrl"] = pipeline.Ingestor.BaseAddress!.ToString(),
            ["Driftline__RecommenderUrl"] = pipeline.Recommender.BaseAddress!.ToString(),
        });
}

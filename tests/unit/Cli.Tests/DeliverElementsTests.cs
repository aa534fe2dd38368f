using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Driftline.Cli.Delivery;
using Driftline.Client;
using Driftline.Storefront;
using Xunit;

namespace Driftline.Cli.Tests;

public sealed class DeliverElementsTests
{
    private readonly List<JsonElement[]> _requests = [];

    [Fact]
    public async Task JsonLinesKeepTheirLinesAndABadOneCostsItsNeighboursNothing()
    {
        var delivered = await DeliverAsync(ReadJson.From("events.jsonl", new StringReader("{\"eventId\":\"a\"}\n\n{oops\n[]\n{\"eventId\":\"b\"}\n")));

        Assert.Equal((4, 2, 0, 2), (delivered.Read, delivered.Accepted, delivered.Rejected, delivered.Unreadable));
        Assert.Equal(["events.jsonl:3", "events.jsonl:4"], delivered.Refusals.Select(refusal => refusal.Where));
        Assert.Equal(["a", "b"], Assert.Single(_requests).Select(one => one.GetProperty("eventId").GetString()));
    }

    [Theory]
    [InlineData("[{\"eventId\":\"a\"},\n{\"eventId\":\"b\"}]", "e, element 2")]
    [InlineData("{\"eventId\":\"a\"}\n{\"eventId\":\"b\"}", "e:2")]
    [InlineData("{\n  \"eventId\": \"b\"\n}", "e")]
    public void AnArrayLinesAndOneObjectAreAllRead(string text, string last)
    {
        var elements = ReadJson.From("e", new StringReader(text)).ToList();

        Assert.Equal(last, elements[^1].Where);
        Assert.Equal("b", JsonSerializer.Deserialize<JsonElement>(elements[^1].Json).GetProperty("eventId").GetString());
    }

    [Fact]
    public void ABrokenFirstLineCostsItsNeighboursNothing()
    {
        var elements = ReadJson.From("e", new StringReader("\n{\"eventId\":\"a\",\n{\"eventId\":\"b\"}\n")).ToList();

        Assert.Equal(["e:2", "e:3"], elements.Select(element => element.Where));
        Assert.Equal([true, false], elements.Select(element => element.Json is null));
    }

    /// <summary>What is followed has no end to be read to.</summary>
    [Fact]
    public void AfterABrokenFirstLineAnInputThatGoesOnIsReadAsItComes()
    {
        using var followed = new Followed("{\"eventId\":\"a\",\n\n{\"eventId\":\"b\"}\n");
        Assert.Equal(2, ReadJson.From("e", followed).Take(2).Count());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task TextThatIsNotUtf8IsRefusedAndNotGuessed(bool marked)
    {
        var path = Path.Combine(Directory.CreateTempSubdirectory().FullName, "events.jsonl");
        await File.WriteAllBytesAsync(path, [.. marked ? Encoding.UTF8.Preamble : [], .. "{\"userId\":\"rene\"}\n{\"userId\":\"ren"u8, 0xE9, .. "\"}\n"u8]);
        Assert.Contains("is not UTF-8", Assert.Throws<CommandException>(() => ReadJson.From(path).ToList()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AReplayKeepsAShoppersOrder()
    {
        var folder = Directory.CreateTempSubdirectory("driftline-replay-");
        File.WriteAllText(Path.Combine(folder.FullName, "items.csv"), "item_id,title\ni,I\n");
        File.WriteAllText(Path.Combine(folder.FullName, "events.csv"), "user_id,item_id,event_time,event_type\n" + string.Concat(Enumerable.Repeat("u,i,2026-01-01,click\n", 500)));
        var times = ReplayCommand.Events(Storefront.ImportFolder.Open(folder.FullName), "r", ReplayTimes.Now, null, DateTimeOffset.UtcNow)
            .Select(element => JsonSerializer.Deserialize<JsonElement>(element.Json).GetProperty("eventTime").GetDateTimeOffset().ToUnixTimeMilliseconds()).ToList();
        folder.Delete(recursive: true);

        Assert.Equal(times.Distinct().Order(), times);
    }

    [Fact]
    public void AReplaysEventsCarryWhatTheFolderTellsOfTheirUsers()
    {
        var folder = Directory.CreateTempSubdirectory("driftline-replay-");
        File.WriteAllText(Path.Combine(folder.FullName, "items.csv"), "item_id,title\ni,I\n");
        File.WriteAllText(Path.Combine(folder.FullName, "events.csv"), "user_id,item_id,event_time,event_type\nu,i,2026-01-01,click\nv,i,2026-01-01,click\n");
        File.WriteAllText(Path.Combine(folder.FullName, "users.csv"), "user_id,ageBand,town\nu,18-25,\n");
        var sent = ReplayCommand.Events(Storefront.ImportFolder.Open(folder.FullName), "r", ReplayTimes.Now, null, DateTimeOffset.UtcNow)
            .Select(element => JsonSerializer.Deserialize<JsonElement>(element.Json)).ToList();
        folder.Delete(recursive: true);

        Assert.Equal("""{"ageBand":"18-25"}""", sent[0].GetProperty("attributes").GetRawText());
        Assert.False(sent[1].TryGetProperty("attributes", out _));
    }

    [Fact]
    public void ADocumentThatIsNoJsonIsRefusedWithTheFix() =>
        Assert.Contains("is not JSON", Assert.Throws<CommandException>(() => ReadJson.From("e", new StringReader("[1,")).ToList()).Message, StringComparison.Ordinal);

    [Fact]
    public async Task RejectedElementsAreToldWithPlaceAndField()
    {
        var elements = Enumerable.Range(0, 1_500).Select(i => new Element($"f:{i + 1}", Encoding.UTF8.GetBytes($$"""{"eventId":"{{i}}"}""")));

        var delivered = await DeliverAsync(elements, i => i == 1_200);

        Assert.Equal([1_000, 500], _requests.Select(request => request.Length));
        Assert.Equal((1_499, 1), (delivered.Accepted, delivered.Rejected));
        Assert.Equal(new Refusal("f:1201", "rating", "is out of range", "1200"), Assert.Single(delivered.Refusals));
    }

    [Fact]
    public async Task WhatAnInputThatGoesOnHasGivenIsSentBeforeItGivesMore()
    {
        using var more = new SemaphoreSlim(0);
        var delivery = DeliverAsync(Input());
        for (var waited = 0; _requests.Count == 0 && waited < 30_000; waited += 10) await Task.Delay(10);

        Assert.Equal(2, Assert.Single(_requests).Length);
        more.Release();
        Assert.Equal(3, (await delivery).Accepted);

        IEnumerable<Element> Input()
        {
            for (var i = 0; i < 2; i++) yield return new Element($"f:{i}", "{}"u8.ToArray());
            more.Wait();
            yield return new Element("f:2", "{}"u8.ToArray());
        }
    }

    [Fact]
    public async Task AnInputThatNeverRestsIsSentAsItComes()
    {
        var delivery = DeliverAsync(Input());

        Assert.Equal(40, (await delivery).Accepted);
        Assert.True(_requests.Count > 1, "nothing was sent before the end");

        static IEnumerable<Element> Input()
        {
            for (var i = 0; i < 40; i++)
            {
                Thread.Sleep(25); // a second in all, and never a quarter of one without an element
                yield return new Element($"f:{i}", "{}"u8.ToArray());
            }
        }
    }

    [Fact]
    public async Task TheRateHoldsAfterAPauseOfTheInput()
    {
        using var never = new SemaphoreSlim(0);
        var (sent, watch) = (0, Stopwatch.StartNew());
        var took = TimeSpan.Zero; // from the first after the pause to the last
        var deliver = new DeliverElements(
            (_, _) =>
            {
                if (++sent == 2) watch.Restart();
                took = watch.Elapsed;
                return Task.FromResult<IReadOnlyList<Outcome>>([new Outcome(null, ResultStatus.Accepted, null, null)]);
            },
            rate: 20);
        await deliver.RunAsync(Input(), new Progress<long>(), CancellationToken.None);

        Assert.Equal(21, sent);
        Assert.True(took > TimeSpan.FromSeconds(0.6), $"19 at 20 a second took {took}");

        IEnumerable<Element> Input()
        {
            yield return new Element("f:0", "{}"u8.ToArray());
            never.Wait(TimeSpan.FromSeconds(2));
            for (var i = 1; i <= 20; i++) yield return new Element($"f:{i}", "{}"u8.ToArray());
        }
    }

    [Fact]
    public async Task WhatCameBeforeAnInputThatBreaksOffIsSent()
    {
        var path = Path.Combine(Directory.CreateTempSubdirectory().FullName, "items.csv");
        await File.WriteAllTextAsync(path, "item_id,title\na,A\nb,B\nc,\"13\" Laptop\"\nd,D\n");

        await Assert.ThrowsAsync<ImportException>(() => DeliverAsync(ReadItems.From(path)));
        Assert.Equal(["a", "b"], Assert.Single(_requests).Select(one => one.GetProperty("id").GetString()));
    }

    /// <summary>With an earlier time the wait between would be taken for this machine's clock being wrong, and the events moved.</summary>
    [Fact]
    public async Task EachAttemptTellsItsOwnTime()
    {
        var attempts = new List<string>();
        var deliver = new DeliverElements(
            async (json, stopping) =>
            {
                for (var attempt = 0; attempt < 2; attempt++)
                {
                    attempts.Add(Encoding.UTF8.GetString(json().Span));
                    await Task.Delay(5, stopping);
                }

                return [new Outcome(null, ResultStatus.Accepted, null, null)];
            },
            withSentAt: true);
        await deliver.RunAsync([new Element("f:1", "{\"eventId\":\"a\"}"u8.ToArray())], new Progress<long>(), CancellationToken.None);

        Assert.All(attempts, attempt => Assert.StartsWith("[{\"sentAt\":\"", attempt, StringComparison.Ordinal));
        Assert.NotEqual(attempts[0], attempts[1]);
    }

    [Fact]
    public async Task ItemsOfACsvFileAreReadWithTheirFaults()
    {
        var path = Path.Combine(Directory.CreateTempSubdirectory().FullName, "items.csv");
        await File.WriteAllTextAsync(path, "item_id,title,category,price,available,brand\na,A,X|Y,9.5,yes,Nord\nb,B,X,cheap,,\n,C,X,1,,\nd,D,X,1,perhaps,\ne,E,X,1,,,too many\nf,,,,no,\n");

        var elements = ReadItems.From(path).ToList();
        var delivered = await DeliverAsync(elements);

        Assert.Equal((6, 2, 4), (delivered.Read, delivered.Accepted, delivered.Unreadable));
        Assert.Equal([$"{path}:3 price", $"{path}:4 item_id", $"{path}:5 available", $"{path}:6 "], delivered.Refusals.Select(refusal => $"{refusal.Where} {refusal.Field}"));
        Assert.Equal(
            """{"id":"a","title":"A","category":["X","Y"],"price":9.5,"available":true,"attributes":{"brand":"Nord"}}""",
            Encoding.UTF8.GetString(elements[0].Json!));
    }

    private Task<Delivered> DeliverAsync(IEnumerable<Element> elements, Func<int, bool>? rejects = null)
    {
        var deliver = new DeliverElements((json, _) =>
        {
            var before = _requests.Sum(request => request.Length);
            var request = JsonSerializer.Deserialize<JsonElement[]>(json().Span)!;
            _requests.Add(request);
            return Task.FromResult<IReadOnlyList<Outcome>>([.. request.Select((one, i) => rejects?.Invoke(before + i) == true
                ? new Outcome(one.GetProperty("eventId").GetString(), ResultStatus.Rejected, $"/{i}/rating", "is out of range")
                : new Outcome(null, ResultStatus.Accepted, null, null))]);
        });
        return deliver.RunAsync(elements, new Progress<long>(), CancellationToken.None);
    }

    private sealed class Followed(string begins) : StringReader(begins)
    {
        public override string ReadToEnd() => throw new InvalidOperationException("It has no end.");
    }
}

using System.Text.Json;
using Confluent.Kafka;
using driftline.events;
using Microsoft.Extensions.Options;

namespace Driftline.Ingestor.Tests;

public sealed class ItemsApiTests
{
    [Fact]
    public async Task AnItemBecomesARecordUnderItsId()
    {
        await using var service = new IngestorService();
        var results = await IngestorService.ResultsAsync(await PutAsync(service,
            """{"id":"a|b","title":"Jacket","category":["Outdoor","Jackets|Rain"],"description":"Light.","price":89,"currency":"EUR","available":false,"kind":"ad","attributes":{"brand":"Nord"}}"""));

        Assert.Equal("""[{"id":"a|b","status":"accepted"}]""", results.ToJsonString());
        var record = Assert.Single(service.Broker.Records);
        Assert.Equal(("catalog.items", "a|b", "driftline.catalog.item-updated"), (record.Topic, record.Key, record.Headers["ce_type"]));
        var item = record.Decode<CatalogItem>(CatalogItem._SCHEMA);
        Assert.Equal(("a|b", "Jacket", "Light.", 89d, "EUR", false), (item.itemId, item.title, item.description, item.price, item.currency, item.available));
        Assert.Equal(["Outdoor", "Jackets|Rain"], item.categories);
        Assert.Equal(("Nord", "ad"), (item.attributes["brand"], item.kind));
        Assert.Equal(IngestorService.Now.ToUnixTimeMilliseconds(), item.updatedAt);
    }

    [Fact]
    public async Task ABatchIsAnsweredElementByElementAndSentInOrder()
    {
        await using var service = new IngestorService();
        var results = await IngestorService.ResultsAsync(await PutAsync(service, """[{"id":"1","category":"Hats"},{"title":"no id"},[],{"id":"1","title":"later"}]"""));

        Assert.Equal(["accepted", "rejected", "rejected", "accepted"], results.Select(result => result!["status"]!.GetValue<string>()));
        Assert.Equal("/1/id", results[1]!["pointer"]!.GetValue<string>());
        Assert.Equal(["", "later"], service.Broker.Records.Select(record => record.Decode<CatalogItem>(CatalogItem._SCHEMA).title));
        var first = service.Broker.Records[0].Decode<CatalogItem>(CatalogItem._SCHEMA);
        Assert.Equal((true, "product"), (first.available, first.kind));
    }

    [Theory]
    [InlineData("sku-1", "sku-1")]
    [InlineData("a%2Fb", "a/b")]
    [InlineData("a/b", "a/b")]
    [InlineData("a%252Fb", "a%2Fb")]
    [InlineData("%C3%A9%20%2B+%3F%23?x=1", "é ++?#")]
    [InlineData("a%2F..%2Fb", "a/../b")]
    public async Task AnItemIsWithdrawnWhateverItsIdHolds(string encoded, string id)
    {
        await using var service = new IngestorService();
        service.UseKestrel(0); // how a path is decoded is the real server's business
        var results = await IngestorService.ResultsAsync(await service.CreateClient().DeleteAsync($"/v1/items/{encoded}"));

        Assert.Equal(id, results[0]!["id"]!.GetValue<string>());
        var record = Assert.Single(service.Broker.Records);
        Assert.Equal(("catalog.items", id, "driftline.catalog.item-withdrawn"), (record.Topic, record.Key, record.Headers["ce_type"]));
        Assert.Null(record.Value);
    }

    [Theory]
    [InlineData("/v1/items/")]
    [InlineData("/v1/items/%20")]
    [InlineData("/v1/items/sku-1/")]
    public async Task WithdrawingNothingIs400(string path)
    {
        await using var service = new IngestorService();
        service.UseKestrel(0);
        await IngestorService.ProblemAsync(await service.CreateClient().DeleteAsync(path), 400);
        Assert.Empty(service.Broker.Records);
    }

    /// <summary>Sent again, it would be too large again, and its neighbours with it.</summary>
    [Fact]
    public async Task AnItemThatTheBrokerFindsTooLargeIsRejectedAndCostsItsNeighboursNothing()
    {
        await using var service = new IngestorService();
        service.Broker.Answer = record => record.Key == "2" ? FakeBroker.Fail(ErrorCode.MsgSizeTooLarge) : Task.CompletedTask;
        var results = await IngestorService.ResultsAsync(await PutAsync(service, """[{"id":"1"},{"id":"2"},{"id":"3"}]"""));

        Assert.Equal(["accepted", "rejected", "accepted"], results.Select(result => result!["status"]!.GetValue<string>()));
        Assert.Equal(("/1", "is larger than the broker takes: send shorter texts"), (results[1]!["pointer"]!.GetValue<string>(), results[1]!["reason"]!.GetValue<string>()));
    }

    /// <summary>The first change of the item is refused with its batch, the second is not: sent again, the first must not stay.</summary>
    [Fact]
    public async Task OfTwoChangesTheLaterStaysThoughTheEarlierGoesAgain()
    {
        await using var service = new IngestorService();
        var refused = false;
        service.Broker.Answer = record => !refused && (refused = record.Key == "1") ? FakeBroker.Fail(ErrorCode.MsgSizeTooLarge) : Task.CompletedTask;
        var results = await IngestorService.ResultsAsync(await PutAsync(service, """[{"id":"1","title":"a"},{"id":"2"},{"id":"1","title":"b"}]"""));

        Assert.All(results, result => Assert.Equal("accepted", result!["status"]!.GetValue<string>()));
        Assert.Equal("b", service.Broker.Records.Last(record => record.Key == "1").Decode<CatalogItem>(CatalogItem._SCHEMA).title);
    }

    [Fact]
    public async Task ItemsOfABatchThatIsTooLargeAreJudgedEachByItself()
    {
        await using var service = new IngestorService();
        service.Broker.MaxBatchBytes = 100;
        var items = Enumerable.Range(0, 20).Select(i => i == 7 ? $$"""{"id":"{{i}}","title":"{{new string('x', 101)}}"}""" : $$"""{"id":"{{i}}"}""");
        var results = await IngestorService.ResultsAsync(await PutAsync(service, $"[{string.Join(',', items)}]"));

        Assert.Equal("7", Assert.Single(results, result => result!["status"]!.GetValue<string>() != "accepted")!["id"]!.GetValue<string>());
    }

    [Fact]
    public async Task WithoutTheBrokerTheAnswerIs503()
    {
        await using var service = new IngestorService();
        service.UseKestrel(0);
        service.Broker.Answer = _ => FakeBroker.Fail(Confluent.Kafka.ErrorCode.Local_MsgTimedOut);
        using var put = await PutAsync(service, """{"id":"1"}""");
        await IngestorService.ProblemAsync(put, 503);
        Assert.NotNull(put.Headers.RetryAfter);
        using var delete = await service.CreateClient().DeleteAsync("/v1/items/1");
        await IngestorService.ProblemAsync(delete, 503);
    }

    [Theory]
    [InlineData("7", "", "must be an item object, not a number")]
    [InlineData("""{"id":7}""", "/id", "must be a string, not a number: put it in quotes")]
    [InlineData("""{"id":"1","title":["x"]}""", "/title", "must be a string, not an array")]
    [InlineData("""{"id":"1","category":7}""", "/category", "must be a string or an array of strings, not a number")]
    [InlineData("""{"id":"1","category":["a",""]}""", "/category/1", "must not be empty: give a value or leave it out")]
    [InlineData("""{"id":"1","category":["a",{}]}""", "/category/1", "must be a string, not an object")]
    [InlineData("""{"id":"1","price":-1}""", "/price", "is out of range: give a price of at least 0")]
    [InlineData("""{"id":"1","currency":"EURO"}""", "/currency", "must be an ISO 4217 currency code of three upper-case letters, such as \"EUR\"")]
    [InlineData("""{"id":"1","available":"yes"}""", "/available", "must be true or false, not a string")]
    [InlineData("""{"id":"1","attributes":{"size":42}}""", "/attributes/size", "must be a string, not a number: put it in quotes")]
    public void ABadItemIsRejectedWithThePlaceAndTheFix(string json, string place, string reason)
    {
        using var document = JsonDocument.Parse(json);
        var reading = new ItemReader(Options.Create(new IngestorOptions())).Read(document.RootElement, "", IngestorService.Now);
        Assert.Equal((null, new Rejection(place, reason)), (reading.Item, reading.Rejection));
    }

    private static Task<HttpResponseMessage> PutAsync(IngestorService service, string json) => service.CreateClient().PutAsync("/v1/items", IngestorService.Json(json));
}

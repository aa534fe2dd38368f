using System.Text;
using System.Text.Json;
using driftline.events;
using Driftline.Hosting;
using Microsoft.Extensions.Options;

namespace Driftline.Ingestor.Tests;

public sealed class EventReaderTests
{
    private const string Items = "\"items\":[{\"itemId\":\"i1\"}]";
    private const string Click = "\"eventId\":\"e1\",\"eventType\":\"click\",\"userId\":\"u1\"";
    private static readonly DateTimeOffset Now = new(2026, 1, 31, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("click", typeof(Click), "click")]
    [InlineData("detail-page-view", typeof(Click), "click")]
    [InlineData("view_item", typeof(Click), "click")]
    [InlineData("add-to-cart", typeof(AddToCart), "add-to-cart")]
    [InlineData("add_to_cart", typeof(AddToCart), "add-to-cart")]
    [InlineData("purchase", typeof(Purchase), "purchase")]
    [InlineData("purchase-complete", typeof(Purchase), "purchase")]
    [InlineData("review", typeof(Review), "review")]
    [InlineData("impression", typeof(Impression), "impression")]
    public void EveryNameOfATypeIsRead(string name, Type payload, string type)
    {
        var reading = Accepted($$"""{"eventId":"e1","eventType":"{{name}}","userId":"u1",{{Items}},"rating":3.5}""");
        Assert.IsType(payload, reading.Event!.payload);
        Assert.Equal(type, reading.Type);
    }

    [Fact]
    public void EveryFieldIsRead()
    {
        var read = Accepted(
            """
            {"eventId":"e1","eventType":"review","userId":"u1","sessionId":"s1","eventTime":"2026-01-31T12:59:00+01:00","rating":4,"reviewText":"Ünïcode 😀",
             "items":[{"itemId":"a/b","quantity":2.0,"price":0},{"itemId":"i2"}],"attributionToken":"t1","attributes":{"ageBand":"25-34","gender":null,"note":""},
             "currency":17,"pageUrl":{"deeply":["ignored"]}}
            """).Event!;
        Assert.Equal(("e1", "u1", "s1", "t1"), (read.eventId, read.userId, read.sessionId, read.attributionToken));
        Assert.Equal((Now.AddMinutes(-1).ToUnixTimeMilliseconds(), Now.ToUnixTimeMilliseconds()), (read.eventTime, read.receivedAt));
        Assert.Equal([("a/b", 2, 0d), ("i2", 1, null)], ((Review)read.payload).items.Select(item => (item.itemId, item.quantity, item.price)));
        Assert.Equal((4d, "Ünïcode 😀"), (((Review)read.payload).rating, ((Review)read.payload).text));
        Assert.Equal(new Dictionary<string, string> { ["ageBand"] = "25-34", ["note"] = "" }, read.attributes);
    }

    [Fact]
    public void OptionalFieldsMayBeLeftOutOrNull()
    {
        var read = Accepted($$"""{{{Click}},{{Items}},"sessionId":null,"eventTime":null,"attributes":null}""").Event!;
        Assert.Equal(Now.ToUnixTimeMilliseconds(), read.eventTime);
        Assert.Null(read.sessionId);
        Assert.Empty(read.attributes);
    }

    [Theory]
    [InlineData("[]", "/3", "must be an event object, not an array")]
    [InlineData("\"click\"", "/3", "must be an event object, not a string")]
    [InlineData("null", "/3", "must be an event object, not null")]
    [InlineData("{}", "/3/eventId", "'eventId' is required: give a string")]
    [InlineData("""{"eventId":7}""", "/3/eventId", "must be a string, not a number: put it in quotes")]
    [InlineData("""{"eventId":""}""", "/3/eventId", "must not be empty: give a value or leave it out")]
    [InlineData("""{"eventId":"  "}""", "/3/eventId", "must not be empty: give a value or leave it out")]
    [InlineData("""{"eventId":"\ud800"}""", "/3/eventId", "is not valid Unicode: send UTF-8 without unpaired surrogates")]
    [InlineData("""{"eventId":"e1"}""", "/3/userId", "'userId' is required: give a string, or a sessionId where the shopper is not known yet")]
    [InlineData("""{"eventId":"e1","userId":null}""", "/3/userId", "'userId' is required: give a string, or a sessionId where the shopper is not known yet")]
    [InlineData("""{"eventId":"e1","userId":"u1"}""", "/3/eventType", "'eventType' is required: give a string")]
    [InlineData("""{"eventId":"e1","userId":"u1","eventType":"Click"}""", "/3/eventType",
        "is not known: use one of add-to-cart, add_to_cart, click, detail-page-view, impression, purchase, purchase-complete, review, view_item")]
    [InlineData("{" + Click + "}", "/3/items", "'items' is required: give an array of 1 to 100 objects")]
    [InlineData("{" + Click + ",\"items\":{}}", "/3/items", "must be an array of objects, not an object")]
    [InlineData("{" + Click + ",\"items\":[]}", "/3/items", "has 0 entries: give 1 to 100")]
    [InlineData("{" + Click + ",\"items\":[\"i1\"]}", "/3/items/0", "must be an object, not a string")]
    [InlineData("{" + Click + ",\"items\":[{\"itemId\":\"i1\"},{}]}", "/3/items/1/itemId", "'itemId' is required: give a string")]
    [InlineData("{" + Click + ",\"items\":[{\"itemId\":\"i1\",\"quantity\":0}]}", "/3/items/0/quantity", "is out of range: give a whole number of at least 1")]
    [InlineData("{" + Click + ",\"items\":[{\"itemId\":\"i1\",\"quantity\":1.5}]}", "/3/items/0/quantity", "must be a whole number: give a whole number of at least 1")]
    [InlineData("{" + Click + ",\"items\":[{\"itemId\":\"i1\",\"quantity\":99999999999}]}", "/3/items/0/quantity", "is out of range: give a whole number of at least 1")]
    [InlineData("{" + Click + ",\"items\":[{\"itemId\":\"i1\",\"quantity\":\"2\"}]}", "/3/items/0/quantity", "must be a number without quotes: give a whole number of at least 1")]
    [InlineData("{" + Click + ",\"items\":[{\"itemId\":\"i1\",\"price\":-0.01}]}", "/3/items/0/price", "is out of range: give a unit price of at least 0")]
    [InlineData("{" + Click + ",\"items\":[{\"itemId\":\"i1\",\"price\":1e999}]}", "/3/items/0/price", "is out of range: give a unit price of at least 0")]
    [InlineData("{" + Click + ",\"items\":[{\"itemId\":\"i1\",\"price\":\"NaN\"}]}", "/3/items/0/price", "must be a number without quotes: give a unit price of at least 0")]
    [InlineData("{" + Click + "," + Items + ",\"sessionId\":true}", "/3/sessionId", "must be a string, not a boolean")]
    [InlineData("{" + Click + "," + Items + ",\"eventTime\":1769860800000}", "/3/eventTime", "must be an RFC 3339 time with a time zone, such as \"2026-01-31T12:00:00.000Z\"")]
    [InlineData("{" + Click + "," + Items + ",\"eventTime\":\"2026-01-31T12:00:00\"}", "/3/eventTime", "must be an RFC 3339 time with a time zone, such as \"2026-01-31T12:00:00.000Z\"")]
    [InlineData("{" + Click + "," + Items + ",\"sentAt\":\"yesterday\"}", "/3/sentAt", "must be an RFC 3339 time with a time zone, such as \"2026-01-31T12:00:00.000Z\"")]
    [InlineData("{" + Click + "," + Items + ",\"attributes\":[]}", "/3/attributes", "must be an object of strings, not an array")]
    [InlineData("{" + Click + "," + Items + ",\"attributes\":{\"a/b~c\":1}}", "/3/attributes/a~1b~0c", "must be a string, not a number: put it in quotes")]
    [InlineData("{" + Click + "," + Items + ",\"attributes\":{\"\\ud800\":\"x\"}}", "/3/attributes", "holds a name that is not valid Unicode")]
    [InlineData("{\"eventId\":\"e1\",\"eventType\":\"purchase\",\"userId\":\"u1\"," + Items + ",\"currency\":\"eur\"}", "/3/currency", "must be an ISO 4217 currency code of three upper-case letters, such as \"EUR\"")]
    [InlineData("{\"eventId\":\"e1\",\"eventType\":\"review\",\"userId\":\"u1\"," + Items + "}", "/3/rating", "'rating' is required for a review: give a number from 1 to 5")]
    [InlineData("{\"eventId\":\"e1\",\"eventType\":\"review\",\"userId\":\"u1\"," + Items + ",\"rating\":0.5}", "/3/rating", "is out of range: give a rating from 1 to 5")]
    [InlineData("{\"eventId\":\"e1\",\"eventType\":\"review\",\"userId\":\"u1\"," + Items + ",\"rating\":true}", "/3/rating", "must be a number, not a boolean: give a rating from 1 to 5")]
    public void ABadElementIsRejectedWithThePlaceAndTheFix(string json, string place, string reason)
    {
        var reading = Read(json, "/3");
        Assert.Null(reading.Event);
        Assert.Equal(new Rejection(place, reason), reading.Rejection);
        Assert.Equal(json, Encoding.UTF8.GetString(reading.Original));
    }

    [Fact]
    public void ASingleObjectsPointersStartAtItsFields() =>
        Assert.Equal("/items/0/itemId", Read($$"""{{{Click}},"items":[{"itemId":""}]}""", "").Rejection!.Pointer);

    [Fact]
    public void BytesThatAreNotUtf8CostOnlyTheirElement()
    {
        byte[] json = [.. "[{\"eventId\":\""u8, 0xFF, .. "\"},{"u8, .. Encoding.UTF8.GetBytes($"{Click},{Items}"), .. "}]"u8];
        using var body = RequestBody.Parse(json, 10);
        var readings = body.Elements.Select(element => Reader().Read(element.Element, element.Pointer, Now)).ToList();
        Assert.Equal("/0/eventId", readings[0].Rejection!.Pointer);
        Assert.NotNull(readings[1].Event);
    }

    [Theory]
    [InlineData("{\"\\ud800\":1," + Click + "," + Items + "}")]
    [InlineData("{" + Click + "," + Items + ",\"\\udc00-long-enough-to-be-looked-at\":{}}")]
    public void AFieldWithAnUnreadableNameIsIgnoredLikeEveryOther(string json) => Accepted(json);

    [Fact]
    public void OfAFieldGivenTwiceTheLastCounts() =>
        Assert.Equal("e2", Accepted("{\"\\ud800\":1," + Click + "," + Items + ",\"eventId\":\"e2\"}").EventId);

    [Theory]
    [InlineData(63, true)]
    [InlineData(64, false)]
    [InlineData(100_000, false)]
    public void AnElementThatNestsTooDeeplyIsRefusedByItself(int arrays, bool taken)
    {
        var deep = new string('[', arrays) + new string(']', arrays);
        using var body = RequestBody.Parse(Encoding.UTF8.GetBytes($$"""[{{{Click}},{{Items}},"extra":{{deep}}},{{{Click}},{{Items}}}]"""), 10);
        var readings = body.Elements.Select(element => Reader().Read(element.Element, element.Pointer, Now)).ToList();
        Assert.Equal(taken ? null : new Rejection("/0", "nests more than 64 levels of objects and arrays: at most 64 are taken"), readings[0].Rejection);
        Assert.NotNull(readings[1].Event);
    }

    [Fact]
    public void ManyOpeningsOneAfterTheOtherAreNotDeep() =>
        Accepted($$"""{{{Click}},{{Items}},"extra":[{{string.Join(',', Enumerable.Repeat("[{}]", 100))}}],"text":"{{new string('[', 100)}}"}""");

    [Fact]
    public void IdsAndTextsOverTheirLimitsAreRejected()
    {
        Assert.Equal(new Rejection("/userId", "is 257 characters long: at most 256 are taken"), Read($$"""{"eventId":"e1","userId":"{{new string('u', 257)}}"}""", "").Rejection);
        Assert.NotNull(Accepted($$"""{"eventId":"e1","eventType":"click","userId":"{{new string('u', 256)}}",{{Items}}}"""));
        var items = string.Join(',', Enumerable.Repeat("""{"itemId":"i1"}""", 101));
        Assert.Equal(new Rejection("/items", "has 101 entries: give 1 to 100"), Read($$"""{{{Click}},"items":[{{items}}]}""", "").Rejection);
        var attributes = string.Join(',', Enumerable.Range(0, 65).Select(i => $"\"a{i}\":\"x\""));
        Assert.Equal(new Rejection("/attributes", "has more than 64 entries"), Read($$$"""{{{{Click}}},{{{Items}}},"attributes":{{{{attributes}}}}}""", "").Rejection);
    }

    [Fact]
    public void AnElementTooLargeForOneRecordIsRejectedAndKeptCutOff()
    {
        var reading = Read($$"""{{{Click}},{{Items}},"extra":"{{new string('x', 300_000)}}"}""", "/0");
        Assert.Equal("/0", reading.Rejection!.Pointer);
        Assert.EndsWith("at most 262144 are taken for one event", reading.Rejection.Reason, StringComparison.Ordinal);
        Assert.Equal(262_144, reading.Original.Length);
        Assert.Equal("u1", reading.UserId);
    }

    [Fact]
    public void ARejectedElementKeepsItsUserIfThatCanBeRead()
    {
        Assert.Equal(("e1", "u1"), (Read($$"""{{{Click}}}""", "").EventId, Read($$"""{{{Click}}}""", "").UserId));
        Assert.Null(Read("""{"eventId":"e1","userId":5}""", "").UserId);
    }

    [Fact]
    public void AWrongClockIsCorrectedBySentAt()
    {
        // The sender is a day ahead: ten seconds passed between the event and the sending, whatever its clock says.
        var read = Accepted($$"""{{{Click}},{{Items}},"eventTime":"2026-02-01T12:00:00.250Z","sentAt":"2026-02-01T12:00:10.250Z"}""");
        Assert.Equal(Now.AddSeconds(-10).ToUnixTimeMilliseconds(), read.Event!.eventTime);
    }

    [Fact]
    public void SentAtAloneChangesNothing() =>
        Assert.Equal(Now.ToUnixTimeMilliseconds(), Accepted($$"""{{{Click}},{{Items}},"sentAt":"1999-01-01T00:00:00Z"}""").Event!.eventTime);

    [Theory]
    [InlineData("2026-01-24T12:00:00Z", true)]
    [InlineData("2026-01-24T11:59:59.999Z", false)]
    [InlineData("2026-01-31T12:05:00Z", true)]
    [InlineData("2026-01-31T12:05:00.001Z", false)]
    [InlineData("0001-01-01T00:00:00Z", false)]
    [InlineData("9999-12-31T23:59:59Z", false)]
    public void EventsOutsideTheTimeLimitsAreRejected(string time, bool accepted)
    {
        var reading = Read($$"""{{{Click}},{{Items}},"eventTime":"{{time}}"}""", "");
        Assert.Equal(accepted, reading.Event is not null);
        if (!accepted) Assert.Equal("/eventTime", reading.Rejection!.Pointer);
    }

    [Theory]
    [InlineData("2026-01-20T12:00:00Z", "is 11 days in the past: at most 7 days are taken. If the sender's clock may be wrong, send sentAt from the same clock")]
    [InlineData("2026-01-31T15:00:00Z", "is 3 hours in the future: at most 5 minutes are taken. If the sender's clock may be wrong, send sentAt from the same clock")]
    public void ATimeOutsideTheLimitsIsExplained(string time, string reason) =>
        Assert.Equal(new Rejection("/eventTime", reason), Read($$"""{{{Click}},{{Items}},"eventTime":"{{time}}"}""", "").Rejection);

    [Fact]
    public void LatenessIsMeasuredAfterTheCorrection()
    {
        Assert.NotNull(Accepted($$"""{{{Click}},{{Items}},"eventTime":"2001-01-01T00:00:00Z","sentAt":"2001-01-01T00:00:01Z"}"""));
        var late = Read($$"""{{{Click}},{{Items}},"eventTime":"0001-01-01T00:00:00Z","sentAt":"9999-01-01T00:00:00Z"}""", "");
        Assert.EndsWith("It was corrected by sentAt: take both times from the same clock", late.Rejection!.Reason, StringComparison.Ordinal);
    }

    private static EventReader Reader() => new(Options.Create(new IngestorOptions()), new Pseudonyms(Options.Create(new PrivacyOptions())));

    private static EventReading Read(string json, string place)
    {
        using var document = JsonDocument.Parse(json);
        return Reader().Read(document.RootElement, place, Now);
    }

    private static EventReading Accepted(string json)
    {
        var reading = Read(json, "");
        Assert.Null(reading.Rejection);
        return reading;
    }
}

using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Driftline.Cli.Kafka;
using Xunit;

namespace Driftline.Cli.Tests;

public sealed class OriginalEventTests
{
    private static readonly DateTimeOffset Refused = new(2026, 3, 4, 12, 0, 0, TimeSpan.Zero);
    private static readonly Dictionary<string, JsonNode?> Nothing = [];

    [Fact]
    public void AnOriginalKeepsItsIdAndTheTimeThatItHadThen()
    {
        var json = Read("""{"eventId":"e1","userId":"u1","eventTime":"2020-01-01T00:00:00Z","sentAt":"2020-01-01T00:00:05Z","rating":7}""");

        Assert.Equal("e1", json.GetProperty("eventId").GetString());
        Assert.Equal(7, json.GetProperty("rating").GetInt32());
        Assert.Equal(Refused.AddSeconds(-5), json.GetProperty("eventTime").GetDateTimeOffset());
        Assert.False(json.TryGetProperty("sentAt", out _));
    }

    [Theory]
    [InlineData("2026-03-04T12:00:00", null)]
    [InlineData("03/04/2026 10:00", null)]
    [InlineData("2026-03-04T12:00:00Z", "yesterday")]
    public void ATimeThatIsWhatIsWrongStaysAsItWas(string eventTime, string? sentAt)
    {
        var json = Read(JsonSerializer.Serialize(new { eventId = "e1", eventTime, sentAt }));

        Assert.Equal(eventTime, json.GetProperty("eventTime").GetString());
        Assert.Equal(sentAt, json.GetProperty("sentAt").GetString());
    }

    [Fact]
    public void AnOriginalWithoutATimeHappenedWhenItWasRefused() =>
        Assert.Equal(Refused, Read("""{"eventId":"e1"}""").GetProperty("eventTime").GetDateTimeOffset());

    [Fact]
    public void AnOriginalWithoutAnIdGetsTheSameOneEachTime() =>
        Assert.Equal("rejected-3-14", Read("""{"userId":"u1"}""").GetProperty("eventId").GetString());

    [Fact]
    public void FieldsThatAreSetReplaceTheOriginals()
    {
        var json = Read("""{"eventId":"e1","rating":7}""", new Dictionary<string, JsonNode?> { ["rating"] = 5, ["currency"] = "EUR" });

        Assert.Equal((5, "EUR"), (json.GetProperty("rating").GetInt32(), json.GetProperty("currency").GetString()));
    }

    /// <summary>Else the ingestor would file the event at the time of the replay.</summary>
    [Theory]
    [InlineData("""{"eventTime":"2026-03-04T12:00:00","sentAt":"2026-03-04T12:00:01Z"}""")]
    [InlineData("""{"eventTime":"2020-01-01T00:00:00Z","sentAt":"2020-01-01T00:00:05Z"}""")]
    public void ATimeThatIsSetIsWhenTheEventHappened(string original)
    {
        var json = Read(original, new Dictionary<string, JsonNode?> { ["eventTime"] = "2026-03-01T12:00:00Z" });

        Assert.Equal(Refused.AddDays(-3), json.GetProperty("eventTime").GetDateTimeOffset());
        Assert.False(json.TryGetProperty("sentAt", out _));
    }

    [Fact]
    public void AnOriginalWhoseTimeIsTakenOutHappenedWhenItWasRefused() =>
        Assert.Equal(Refused, Read("""{"eventTime":"yesterday","sentAt":"2026-03-04T12:00:01Z"}""", new Dictionary<string, JsonNode?> { ["eventTime"] = null }).GetProperty("eventTime").GetDateTimeOffset());

    [Fact]
    public void ATimeOfSendingThatIsSetCorrectsTheSendersClock() =>
        Assert.Equal(
            Refused.AddSeconds(-5),
            Read("""{"eventTime":"2020-01-01T00:00:00Z","sentAt":"yesterday"}""", new Dictionary<string, JsonNode?> { ["sentAt"] = "2020-01-01T00:00:05Z" }).GetProperty("eventTime").GetDateTimeOffset());

    [Theory]
    [InlineData("{\"eventId\":\"cut o", null)]
    [InlineData("[1]", null)]
    [InlineData("{\"eventId\":\"e1\",\"reviewText\":\"Warm \\ud83d\"}", null)] // half of a letter
    [InlineData("{\"eventId\":\"\\ud83d\"}", null)]
    [InlineData("{\"eventTime\":\"0001-01-01T00:00:00Z\",\"sentAt\":\"2026-03-04T12:00:01Z\"}", null)]
    [InlineData("\u0001", "storefront.events")]
    [InlineData("{}", "sequence.updates")]
    public void WhatIsNoEventIsNotSentAndSaysWhy(string original, string? topic)
    {
        var element = OriginalEvent.Read(Record(original, topic), null, Nothing);

        Assert.Null(element.Json);
        Assert.NotEmpty(element.Fault!);
        Assert.Equal("rejected 3/14", element.Where);
    }

    [Theory]
    [InlineData("90m", "2026-03-04T10:30:00Z")]
    [InlineData("7d", "2026-02-25T12:00:00Z")]
    [InlineData("2026-03-01", "2026-03-01T00:00:00Z")]
    [InlineData("03/04/2026", null)]
    [InlineData("7000000000d", null)]
    [InlineData("7", null)]
    public void TimesAreAgesOrIso8601(string text, string? expected) =>
        Assert.Equal(expected is null ? null : DateTimeOffset.Parse(expected, System.Globalization.CultureInfo.InvariantCulture), RejectedCommand.ReadTime(text, Refused));

    [Fact]
    public void AFilterLooksAtReasonStageUserAndTime()
    {
        var record = Record("{}", null) with { Error = "/0/rating is out of range", Key = "u1" };
        Assert.True(new RejectedFilter("RATING", "ingestor", "u1", Refused, Refused.AddSeconds(1)).Passes(record));
        Assert.False(new RejectedFilter("currency", null, null, null, null).Passes(record));
        Assert.False(new RejectedFilter(null, "predictor", null, null, null).Passes(record));
        Assert.False(new RejectedFilter(null, null, "u2", null, null).Passes(record));
        Assert.False(new RejectedFilter(null, null, null, Refused.AddSeconds(1), null).Passes(record));
        Assert.False(new RejectedFilter(null, null, null, null, Refused).Passes(record));
    }

    private static JsonElement Read(string original, IReadOnlyDictionary<string, JsonNode?>? set = null) =>
        JsonSerializer.Deserialize<JsonElement>(OriginalEvent.Read(Record(original, null), null, set ?? Nothing).Json);

    private static RejectedRecord Record(string original, string? topic) =>
        new(3, 14, Refused, "ingestor", "wrong", null, topic, null, null, Encoding.UTF8.GetBytes(original));
}

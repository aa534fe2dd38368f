using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;

namespace Driftline.Ingestor.Tests;

public sealed class ConsentTests
{
    private const string Fields = """
        "eventType":"click","userId":"u1","items":[{"itemId":"i1"}]
        """;

    [Fact]
    public async Task AnEventWithoutConsentIsCountedAndReachesNoTopic()
    {
        await using var service = new IngestorService();
        var counted = new List<string>();
        using var listener = Listen(service, counted);
        var results = await IngestorService.ResultsAsync(await service.PostAsync(
            $$"""[{"eventId":"e1","consent":false,{{Fields}}},{"eventId":"e2","consent":true,{{Fields}}},{"eventId":"e3","consent":null,{{Fields}}},{"eventId":"e4",{{Fields}}}]"""));

        Assert.Equal(["notStored", "accepted", "accepted", "accepted"], results.Select(result => result!["status"]!.GetValue<string>()));
        Assert.Equal("e1", results[0]!["eventId"]!.GetValue<string>());
        Assert.Equal(["e2", "e3", "e4"], service.Broker.Records.Select(record => record.Headers["ce_id"]));
        Assert.Equal(["click accepted", "click accepted", "click accepted", "click not_stored"], counted.Order());
    }

    [Theory]
    [InlineData("""{"eventId":"e1","consent":false,"eventType":"review","userId":"u1","items":[]}""", "notStored")]
    [InlineData("""{"consent":false}""", "notStored")]
    [InlineData("""{"eventId":"e1","consent":"no","eventType":"click","userId":"u1","items":[{"itemId":"i1"}]}""", "rejected")]
    [InlineData("""{"eventId":"e1","consent":0,"eventType":"dance","userId":"u1"}""", "rejected")]
    public async Task WhatMayNotBeStoredIsNotEvenKeptAsRejected(string json, string status)
    {
        await using var service = new IngestorService();
        var result = Assert.Single(await IngestorService.ResultsAsync(await service.PostAsync(json)))!;

        Assert.Equal(status, result["status"]!.GetValue<string>());
        Assert.Equal(status == "rejected" ? "/consent" : null, result["pointer"]?.GetValue<string>());
        Assert.Empty(service.Broker.Records);
    }

    /// <summary>An envelope that the API does not know, say: what is in it is not read, and must not be kept all the same.</summary>
    [Theory]
    [InlineData("""{"events":[{"eventId":"e1","consent":false,"eventType":"click","userId":"u1","items":[{"itemId":"i1"}]}]}""")]
    [InlineData("""[[{"eventId":"e1","consent":false,"eventType":"click","userId":"u1","items":[{"itemId":"i1"}]}]]""")]
    public async Task WhatARefusedElementHoldsWithoutConsentIsNotKept(string json)
    {
        await using var service = new IngestorService();
        Assert.Equal("rejected", Assert.Single(await IngestorService.ResultsAsync(await service.PostAsync(json)))!["status"]!.GetValue<string>());
        Assert.Empty(service.Broker.Records);
    }

    [Fact]
    public async Task ANameThatCannotBeReadCostsNobodyAnything()
    {
        await using var service = new IngestorService();
        var results = await IngestorService.ResultsAsync(await service.PostAsync($$"""[{"\ud800long":1,"con\ud800":2,"eventType":"click"},{"eventId":"e2",{{Fields}}}]"""));

        Assert.Equal(["rejected", "accepted"], results.Select(result => result!["status"]!.GetValue<string>()));
    }

    private static MeterListener Listen(IngestorService service, List<string> counted)
    {
        var meters = service.Services.GetRequiredService<IMeterFactory>();
        var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Name == "driftline.ingestor.events" && instrument.Meter.Scope == meters) listener.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((_, count, tags, _) =>
        {
            lock (counted) counted.AddRange(Enumerable.Repeat(string.Join(' ', tags.ToArray().Select(tag => tag.Value)), (int)count));
        });
        listener.Start();
        return listener;
    }
}

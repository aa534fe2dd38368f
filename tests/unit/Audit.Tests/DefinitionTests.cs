using Avro.IO;
using Avro.Specific;
using driftline.events;
using Driftline.Sequences;
using Xunit;

namespace Driftline.Audit.Tests;

/// <summary>The audit's own reading of the documents comes to the same bytes as the pipeline's.</summary>
public sealed class DefinitionTests
{
    public static TheoryData<string, SequenceEventType, int?, double?, int> Entries => new()
    {
        { "click", SequenceEventType.Click, null, null, 1 },
        { "view_item", SequenceEventType.Click, 2, 0.0, 2 },
        { "add-to-cart", SequenceEventType.AddToCart, 300, 9.90, 255 },
        { "purchase-complete", SequenceEventType.Purchase, 3, 199.99, 3 },
        { "review", SequenceEventType.Review, 7, 0.01, 4 },
    };

    [Theory]
    [MemberData(nameof(Entries))]
    public void AMemberIsTheOneThatTheSequenceLibraryPacks(string sent, SequenceEventType type, int? quantity, double? price, int weight)
    {
        var scene = new Scene();
        var item = new Dictionary<string, object> { ["itemId"] = "søkker/1" };
        if (quantity is { } count) item["quantity"] = count;
        if (price is { } paid) item["price"] = paid;
        scene.Add(new { eventId = "e-1", eventType = sent, userId = "u1", eventTime = "2026-01-01T12:00:00.000Z", rating = 4, items = new[] { item } });

        var (user, entries) = ExpectedEntry.Of(scene.Elements[0]);

        Assert.Equal("u1", user);
        var entry = Assert.Single(entries);
        Assert.Equal(Scene.Noon, entry.Earliest);
        Assert.Equal(
            PackedMember.Pack(new SequenceEntry(Scene.Noon, PackedMember.HashEventId("e-1"), type, (byte)weight, PriceBands.Of(price), "søkker/1")), entry.Member);
    }

    [Fact]
    public void ADigestIsTheOneThatTheSequenceLibrarySums()
    {
        var all = ExpectedState.Of(new Scene().With("u1", 20).Input).Users["u1"];
        var digest = new SequenceDigest();
        foreach (var entry in all) digest.Add(entry.Member);

        Assert.Equal(digest.Value, ExpectedState.Digest(all));
    }

    [Fact]
    public void AnItemThatAnEventNamesTwiceIsOneEntryOfBothQuantities()
    {
        var scene = new Scene();
        scene.Add(new
        {
            eventId = "e-1",
            eventType = "purchase",
            userId = "u1",
            eventTime = "2026-01-01T12:00:00.000Z",
            items = new object[] { new { itemId = "a", quantity = 2, price = 1.0 }, new { itemId = "b" }, new { itemId = "a", quantity = 3, price = 64.0 } },
        });

        var entries = ExpectedEntry.Of(scene.Elements[0]).Entries;

        Assert.Equal([(5, 32), (1, 0)], entries.Select(entry => ((int)entry.Member[9], (int)entry.Member[10])));
    }

    [Fact]
    public void AnImpressionIsNoEntry()
    {
        var scene = new Scene();
        scene.Add(new { eventId = "e", eventType = "impression", userId = "u1", eventTime = "2026-01-01T12:00:00.000Z", items = new[] { new { itemId = "a" } } });

        Assert.Empty(ExpectedState.Of(scene.Input).Users);
    }

    [Fact]
    public void AnUpdatesHeadIsReadAsAvroWritesIt()
    {
        var update = new InterestUpdated
        {
            userId = "üser-1",
            modelVersion = "v1",
            computedAt = 1,
            newestEventTime = long.MaxValue,
            newestReceivedAt = -1,
            sequenceLength = 256,
            sequenceDigest = long.MinValue + 5,
            interests = [],
            rising = [],
            falling = [],
            embedding = [0.5f],
            boosts = [],
        };
        using var stream = new MemoryStream();
        stream.Write([0, 0, 0, 0, 7]);
        new SpecificDefaultWriter(InterestUpdated._SCHEMA).Write(update, new BinaryEncoder(stream));

        var read = PublishedInterest.Read(stream.ToArray());

        Assert.Equal(("üser-1", 256, long.MinValue + 5), (read.UserId, read.SequenceLength, read.SequenceDigest));
        Assert.Throws<FormatException>(() => PublishedInterest.Read(stream.ToArray()[..20]));
    }

    [Fact]
    public void WhatIsRecordedIsReadAgain()
    {
        var path = Path.GetTempFileName();
        using (var recorder = new InputRecorder(path, TimeProvider.System))
        {
            recorder.Sending(0, [1, 2], null);
            recorder.Sending(1, [3], "/rating");
            recorder.Answered(0, "duplicate", null, 3);
            recorder.Corrupt("sequence.updates", [9]);
        }

        var input = RecordedInput.Read(path);
        File.Delete(path);

        Assert.Equal([[1, 2], [3]], input.Elements.Select(sent => sent.Element));
        Assert.True(input.Elements[0].IsTaken);
        Assert.Equal(3, input.Elements[0].Answer!.Attempts);
        Assert.Equal(("/rating", (GivenAnswer?)null), (input.Elements[1].RefusedAt, input.Elements[1].Answer));
        Assert.Equal("sequence.updates", Assert.Single(input.Corrupt).Topic);
    }
}

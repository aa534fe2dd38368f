using driftline.events;
using Driftline.Sequences;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Driftline.FeatureBuilder.Tests;

public sealed class ReadEventTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 31, 12, 0, 0, TimeSpan.Zero);
    private readonly ReadEvent _readEvent = new(Options.Create(new FeatureBuilderOptions()), new FakeTimeProvider(Now));

    [Fact]
    public void AClickBecomesOneEntryPerItem()
    {
        Assert.Null(_readEvent.TryRead("u1", Event(new Click { items = [Item("a"), Item("b", price: 9.9)] }), out var entries));

        var hash = PackedMember.HashEventId("e1");
        Assert.Equal(
            [
                new SequenceEntry(Now.ToUnixTimeMilliseconds(), hash, SequenceEventType.Click, 1, 0, "a"),
                new SequenceEntry(Now.ToUnixTimeMilliseconds(), hash, SequenceEventType.Click, 1, PriceBands.Of(9.9), "b"),
            ],
            entries);
    }

    [Fact]
    public void TheSameItemTwiceInAPurchaseIsOneEntryWithTheSummedQuantity()
    {
        Assert.Null(_readEvent.TryRead("u1", Event(new Purchase { items = [Item("a", 2), Item("a", 3)] }), out var entries));
        Assert.Equal(5, Assert.Single(entries).Weight);
    }

    [Fact]
    public void AQuantityBeyondAByteIsClampedNotWrapped()
    {
        Assert.Null(_readEvent.TryRead("u1", Event(new AddToCart { items = [Item("a", int.MaxValue), Item("a", int.MaxValue)] }), out var entries));
        Assert.Equal(255, Assert.Single(entries).Weight);
    }

    [Fact]
    public void AReviewWeighsItsRating()
    {
        Assert.Null(_readEvent.TryRead("u1", Event(new Review { items = [Item("a", 7)], rating = 4.4 }), out var entries));
        Assert.Equal(4, Assert.Single(entries).Weight);
    }

    [Fact]
    public void AnImpressionIsAcceptedButNeverPartOfASequence()
    {
        Assert.Null(_readEvent.TryRead("u1", Event(new Impression { items = [Item("a")] }), out var entries));
        Assert.Empty(entries);
    }

    public static TheoryData<string, string?, StorefrontEvent?> BadEvents => new()
    {
        { "no value", "u1", null },
        { "userId is empty", "", Event(new Click { items = [Item("a")] }, e => e.userId = "") },
        { "key is not its userId", "u2", Event(new Click { items = [Item("a")] }) },
        { "key is not its userId", null, Event(new Click { items = [Item("a")] }) },
        { "eventId is empty", "u1", Event(new Click { items = [Item("a")] }, e => e.eventId = "") },
        { "eventId is longer than 1024 bytes", "u1", Event(new Click { items = [Item("a")] }, e => e.eventId = new string('é', 600)) },
        { "eventTime is before 1970", "u1", Event(new Click { items = [Item("a")] }, e => e.eventTime = -1) },
        { "eventTime is more than 00:05:00 after receivedAt", "u1", Event(new Click { items = [Item("a")] }, e => e.eventTime += 301_000) },
        { "receivedAt is more than 00:10:00 in the future", "u1", Event(new Click { items = [Item("a")] }, e => e.receivedAt += 601_000) },
        { "receivedAt is before 1970", "u1", Event(new Click { items = [Item("a")] }, e => e.receivedAt = -1) },
        { "attributes has 1001 entries", "u1", Event(new Click { items = [Item("a")] }, e => e.attributes = Enumerable.Range(0, 1001).ToDictionary(i => $"{i}", _ => "")) },
        { "attributes holds a name or value", "u1", Event(new Click { items = [Item("a")] }, e => e.attributes = new Dictionary<string, string> { [new string('x', 16_385)] = "" }) },
        { "attributes holds a name or value", "u1", Event(new Click { items = [Item("a")] }, e => e.attributes = new Dictionary<string, string> { ["x"] = new string('x', 16_385) }) },
        { "eventTime is more than 7.00:00:00 before receivedAt", "u1", Event(new Click { items = [Item("a")] }, e => e.eventTime -= 8L * 86_400_000) },
        { "payload.items is empty", "u1", Event(new Click { items = [] }) },
        { "payload.items.itemId is empty", "u1", Event(new Click { items = [Item("")] }) },
        { "quantity must be at least 1", "u1", Event(new Purchase { items = [Item("a", 0)] }) },
        { "quantity must be at least 1", "u1", Event(new Purchase { items = [Item("a", 5), Item("a", -4)] }) },
        { "price must be a number", "u1", Event(new Purchase { items = [Item("a", price: double.NaN)] }) },
        { "price must be a number", "u1", Event(new Purchase { items = [Item("a", price: -0.01)] }) },
        { "rating must be between 1 and 5", "u1", Event(new Review { items = [Item("a")], rating = 5.5 }) },
        { "rating must be between 1 and 5", "u1", Event(new Review { items = [Item("a")], rating = double.NaN }) },
        { "userId is no session's", "u1", Event(new SessionMerged { intoUserId = "u2" }) },
        { "payload.intoUserId is a session's", "session:s1", Event(new SessionMerged { intoUserId = "session:s2" }, e => e.userId = "session:s1") },
        { "payload.intoUserId is empty", "session:s1", Event(new SessionMerged { intoUserId = "" }, e => e.userId = "session:s1") },
    };

    [Theory]
    [MemberData(nameof(BadEvents))]
    public void ABadEventIsRefusedWithTheFieldAndTheFix(string reason, string? key, StorefrontEvent? value)
    {
        Assert.Contains(reason, _readEvent.TryRead(key, value, out var entries), StringComparison.Ordinal);
        Assert.Empty(entries);
    }

    [Fact]
    public void AMergeOfASessionIsReadAndHasNoEntries()
    {
        Assert.Null(_readEvent.TryRead("session:s1", Event(new SessionMerged { intoUserId = "u1" }, e => e.userId = "session:s1"), out var entries));
        Assert.Empty(entries);
    }

    private static EventItem Item(string id, int quantity = 1, double? price = null) => new() { itemId = id, quantity = quantity, price = price };

    private static StorefrontEvent Event(object payload, Action<StorefrontEvent>? change = null)
    {
        var value = new StorefrontEvent
        {
            eventId = "e1",
            userId = "u1",
            eventTime = Now.ToUnixTimeMilliseconds(),
            receivedAt = Now.ToUnixTimeMilliseconds(),
            payload = payload,
            attributes = new Dictionary<string, string>(),
        };
        change?.Invoke(value);
        return value;
    }
}

using driftline.events;

namespace Driftline.Bench;

/// <summary>Records as long as usual ones.</summary>
internal static class SampleRecords
{
    public static StorefrontEvent Event() => new()
    {
        eventId = "01920000-0000-7000-8000-000000000000",
        userId = "shopper-12345",
        sessionId = "session-12345",
        eventTime = 1_700_000_000_000,
        receivedAt = 1_700_000_000_050,
        payload = new Purchase { items = [new EventItem { itemId = "sku-1", quantity = 2, price = 9.9 }, new EventItem { itemId = "sku-2", quantity = 1 }], currency = "EUR" },
        attributes = new Dictionary<string, string> { ["ageBand"] = "25-34" },
    };

    public static InterestUpdated Interests() => new()
    {
        userId = "shopper-12345",
        modelVersion = "0123456789ab",
        computedAt = 1_700_000_000_000,
        newestEventTime = 1_700_000_000_000,
        newestReceivedAt = 1_700_000_000_000,
        sequenceLength = 50,
        sequenceDigest = 42,
        interests = [.. Enumerable.Range(0, 30).Select(c => new CategoryInterest { category = $"Category {c}", current = 0.03f, next = 0.03f })],
        drift = 0.1f,
        driftKind = DriftKind.TREND,
        rising = [.. Enumerable.Range(0, 5).Select(c => new CategoryShift { category = $"Category {c}", delta = 0.01f })],
        falling = [.. Enumerable.Range(5, 5).Select(c => new CategoryShift { category = $"Category {c}", delta = -0.01f })],
        embedding = new float[64],
        boosts = [.. Enumerable.Range(0, 50).Select(i => new ItemBoost { itemId = $"sku-{i}", boost = 0.5f })],
    };
}

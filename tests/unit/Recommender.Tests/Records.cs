using Confluent.Kafka;
using driftline.events;
using Driftline.Schemas;
using Driftline.Streaming;

namespace Driftline.Recommender.Tests;

/// <summary>Records as a topic would bring them.</summary>
internal static class Records
{
    public static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static Received<T> Record<T>(string? key, T? value, long offset = 0, string topic = "topic") where T : class =>
        new(key, value, value is null ? null : [(byte)offset], [], new TopicPartitionOffset(topic, 0, offset));

    public static Received<CatalogItem> Item(string id, string category, bool available = true, double? price = 10, long updatedAt = 0, string kind = "product") => Record(id, new CatalogItem
    {
        itemId = id,
        title = $"Title of {id}",
        categories = [category],
        price = price,
        currency = "EUR",
        available = available,
        updatedAt = updatedAt,
        kind = kind,
        attributes = new Dictionary<string, string>(),
    });

    public static Received<ItemVector> Vector(string id, string version, params float[] vector) =>
        Record(id, new ItemVector { itemId = id, modelVersion = version, vector = vector }, topic: Topics.CatalogVectors.Name);

    public static Received<ItemVector> NoVector(string id, string topic) => Record<ItemVector>(id, null, topic: topic);

    public static Received<ModelReleased> Release(string name, string version, long releasedAt) =>
        Record(name, new ModelReleased { name = name, version = version, artifactUri = "file:///m", categories = [], metrics = new Dictionary<string, double>(), releasedAt = releasedAt });

    public static Received<StorefrontEvent> Event(string user, string eventId, DateTimeOffset at, object payload) => Record(user, new StorefrontEvent
    {
        eventId = eventId,
        userId = user,
        eventTime = at.ToUnixTimeMilliseconds(),
        receivedAt = at.ToUnixTimeMilliseconds() + 20,
        payload = payload,
        attributes = new Dictionary<string, string>(),
    });

    public static List<EventItem> Items(params string[] ids) => [.. ids.Select(id => new EventItem { itemId = id, quantity = 1 })];

    public static InterestUpdated InterestsOf(string user, string version, params float[] embedding) => new()
    {
        userId = user,
        modelVersion = version,
        computedAt = Start.ToUnixTimeMilliseconds() + 50,
        newestEventTime = Start.ToUnixTimeMilliseconds(),
        newestReceivedAt = Start.ToUnixTimeMilliseconds() + 20,
        sequenceLength = 4,
        sequenceDigest = long.MinValue,
        drift = 0.1f,
        interests =
        [
            new CategoryInterest { category = "tea", current = 0.2f, next = 0.5f },
            new CategoryInterest { category = "toys", current = 0.7f, next = 0.4f },
            new CategoryInterest { category = "art", current = 0.05f, next = 0.06f },
            new CategoryInterest { category = "garden", current = 0.05f, next = 0.04f },
        ],
        rising = [new CategoryShift { category = "tea", delta = 0.3f }],
        falling = [new CategoryShift { category = "toys", delta = -0.3f }],
        embedding = embedding,
        boosts = [],
    };
}

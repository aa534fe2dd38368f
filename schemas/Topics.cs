using Avro;
using driftline.events;

namespace Driftline.Schemas;

/// <summary>One topic: its name, what its key and value are, and how a broker must keep it.</summary>
/// <param name="Name">Topic name.</param>
/// <param name="Key">What the key holds, for people.</param>
/// <param name="Value">Avro schema of the value; null where values are the original bytes.</param>
/// <param name="Compacted">True for <c>cleanup.policy=compact</c>, else <c>delete</c>.</param>
/// <param name="Retention">How long a deleted topic keeps records; null for compacted topics.</param>
public sealed record Topic(string Name, string Key, Schema? Value, bool Compacted, TimeSpan? Retention)
{
    /// <summary>Schema Registry subject of the value (TopicNameStrategy).</summary>
    public string Subject => Name + "-value";

    /// <summary>
    /// The same for one model. A compacted topic holds one record a key, so a model that runs beside <see cref="Topics.DefaultModel"/>, as a challenger in an experiment does, writes to topics of its own:
    /// this one's name, a dot and the model's.
    /// </summary>
    public Topic Of(string model) => model == Topics.DefaultModel ? this : this with { Name = $"{Name}.{model}" };
}

/// <summary>
/// Every topic and its record type, in flow order. Topics keyed by user id must have equal partition counts,
/// so that a user's order survives every hop.
/// </summary>
public static class Topics
{
    /// <summary>Name of the model that serves; its topics have the plain names.</summary>
    public const string DefaultModel = "interest";

    public static readonly Topic StorefrontEvents = new("storefront.events", "user id", StorefrontEvent._SCHEMA, false, TimeSpan.FromDays(7));
    public static readonly Topic StorefrontEventsRejected = new("storefront.events.rejected", "user id or none", null, false, TimeSpan.FromDays(30));
    public static readonly Topic SequenceUpdates = new("sequence.updates", "user id", SequenceUpdated._SCHEMA, false, TimeSpan.FromDays(1));
    public static readonly Topic InterestUpdates = new("interest.updates", "user id", InterestUpdated._SCHEMA, true, null);
    public static readonly Topic CatalogItems = new("catalog.items", "item id", CatalogItem._SCHEMA, true, null);
    public static readonly Topic CatalogVectors = new("catalog.vectors", "item id", ItemVector._SCHEMA, true, null);
    public static readonly Topic ModelReleases = new("model.releases", "model name", ModelReleased._SCHEMA, true, null);
    public static readonly Topic PrivacyErasures = new("privacy.erasures", "user id", ErasureRequested._SCHEMA, false, TimeSpan.FromDays(30));

    /// <summary>What each model has for itself.</summary>
    public static readonly IReadOnlyList<Topic> ByModel = [InterestUpdates, CatalogVectors];

    public static readonly IReadOnlyList<Topic> All =
    [
        StorefrontEvents, StorefrontEventsRejected, SequenceUpdates, InterestUpdates,
        CatalogItems, CatalogVectors, ModelReleases, PrivacyErasures,
    ];

    /// <summary>All, and those of models that run beside the one that serves.</summary>
    public static IReadOnlyList<Topic> With(IEnumerable<string> challengers) => [.. All, .. challengers.SelectMany(model => ByModel.Select(topic => topic.Of(model)))];
}

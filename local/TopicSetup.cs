using System.Globalization;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Confluent.SchemaRegistry;
using Driftline.Schemas;

namespace Driftline.Local;

/// <summary>Makes a cluster ready for the services: topics with their retention, and registered schemas. Repeating it changes nothing.</summary>
public static class TopicSetup
{
    private static readonly TimeSpan MetadataTimeout = TimeSpan.FromSeconds(20);

    /// <summary>Creates the topics that are missing on a real cluster.</summary>
    /// <param name="partitions">Partitions of topics keyed by user or item id: all the same, so that order survives every hop.</param>
    /// <exception cref="KafkaException">The cluster is away, or refused a topic.</exception>
    public static async Task CreateAsync(ClientConfig client, IReadOnlyList<Topic> topics, int partitions, short replicationFactor)
    {
        using var admin = new AdminClientBuilder(client).Build();
        var there = admin.GetMetadata(MetadataTimeout).Topics.Select(topic => topic.Topic).ToHashSet(StringComparer.Ordinal);
        var missing = topics.Where(topic => !there.Contains(topic.Name)).Select(topic => Specification(topic, partitions, replicationFactor)).ToList();
        if (missing.Count > 0) await admin.CreateTopicsAsync(missing);
    }

    /// <summary>How a real cluster keeps a topic.</summary>
    public static TopicSpecification Specification(Topic topic, int partitions, short replicationFactor) => new()
    {
        Name = topic.Name,
        NumPartitions = partitions,
        ReplicationFactor = replicationFactor,
        Configs = topic.Retention is { } retention
            ? new() { ["cleanup.policy"] = "delete", ["retention.ms"] = retention.TotalMilliseconds.ToString("F0", CultureInfo.InvariantCulture) }
            : new() { ["cleanup.policy"] = "compact" },
    };

    /// <summary>Creates topics of the given names with the broker's own retention, on the embedded broker if there is one.</summary>
    public static async Task CreateAsync(TestBroker? embedded, ClientConfig client, IReadOnlyList<string> names, int partitions)
    {
        if (embedded is not null)
        {
            foreach (var name in names) embedded.CreateTopic(name, partitions);
            return;
        }

        using var admin = new AdminClientBuilder(client).Build();
        await admin.CreateTopicsAsync(names.Select(name => new TopicSpecification { Name = name, NumPartitions = partitions, ReplicationFactor = 1 }));
    }

    /// <summary>Registers the topics' schemas under BACKWARD_TRANSITIVE.</summary>
    /// <exception cref="SchemaRegistryException">The registry holds a version that a schema of ours cannot read.</exception>
    public static async Task RegisterSchemasAsync(SchemaRegistryConfig client, IReadOnlyList<Topic> topics)
    {
        using var registry = new CachedSchemaRegistryClient(client);
        foreach (var topic in topics)
        {
            if (topic.Value is null) continue;
            await registry.UpdateCompatibilityAsync(Compatibility.BackwardTransitive, topic.Subject);
            await registry.RegisterSchemaAsync(topic.Subject, new Schema(topic.Value.ToString(), SchemaType.Avro));
        }
    }
}

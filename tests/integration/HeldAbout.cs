using System.Text;
using Confluent.Kafka;
using Driftline.Local;
using Driftline.Schemas;
using StackExchange.Redis;

namespace Driftline.Integration.Tests;

/// <summary>Where a text, such as a user's id, is found: every Redis key and value, the newest state of every compacted topic, every log.</summary>
internal static class HeldAbout
{
    /// <summary>The Redis keys that hold it, in their name or their value.</summary>
    /// <param name="withoutExpiry">Only those that have no time to live.</param>
    public static async Task<IReadOnlyList<string>> RedisKeysAsync(string connection, string text, bool withoutExpiry = false)
    {
        await using var redis = await ConnectionMultiplexer.ConnectAsync(connection);
        var (database, sought) = (redis.GetDatabase(), Encoding.UTF8.GetBytes(text));
        var found = new List<string>();
        foreach (var key in redis.GetServers()[0].Keys())
        {
            if (withoutExpiry && await database.KeyTimeToLiveAsync(key) is not null) continue;
            var held = await ValuesAsync(database, key);
            if (held.Prepend((byte[])key!).Any(bytes => bytes.AsSpan().IndexOf(sought) >= 0)) found.Add(((string)key!).Replace(text, "ID", StringComparison.Ordinal));
        }

        return found;
    }

    /// <summary>The compacted topics whose newest record under some key holds it in its value, or has it as its key and is no tombstone.</summary>
    public static IReadOnlyList<string> CompactedTopics(string bootstrapServers, string text)
    {
        var sought = Encoding.UTF8.GetBytes(text);
        return [.. Topics.All.Where(topic => topic.Compacted && Newest(bootstrapServers, topic.Name)
            .Any(record => record.Value is { } value && (value.AsSpan().IndexOf(sought) >= 0 || record.Key.Contains(text, StringComparison.Ordinal)))).Select(topic => topic.Name)];
    }

    /// <summary>The topics of which any record holds it, in its key or its value.</summary>
    public static IReadOnlyList<string> AnyTopics(string bootstrapServers, string text)
    {
        var sought = Encoding.UTF8.GetBytes(text);
        return [.. Topics.All.Where(topic => Read(bootstrapServers, topic.Name)
            .Any(record => record.Key?.Contains(text, StringComparison.Ordinal) == true || record.Value?.AsSpan().IndexOf(sought) >= 0)).Select(topic => topic.Name)];
    }

    /// <summary>Records of a topic under a key, in order.</summary>
    public static IReadOnlyList<Message<string, byte[]?>> Records(string bootstrapServers, string topic, string key) => [.. Read(bootstrapServers, topic).Where(record => record.Key == key)];

    /// <summary>Every record of a topic, each partition's in order.</summary>
    public static IReadOnlyList<Message<string, byte[]?>> Records(string bootstrapServers, string topic) => [.. Read(bootstrapServers, topic)];

    /// <summary>The logs that hold it; all logs must be there.</summary>
    public static IReadOnlyList<string> Logs(Stack stack, string text) =>
    [
        .. LocalService.All.Select(service => Path.Combine(stack.RunFolder, service.Name + ".log")).Where(path =>
        {
            using var log = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
            return log.ReadToEnd().Contains(text, StringComparison.Ordinal);
        }).Select(path => Path.GetFileName(path)!),
    ];

    private static async Task<IEnumerable<byte[]>> ValuesAsync(IDatabase database, RedisKey key) => await database.KeyTypeAsync(key) switch
    {
        RedisType.String => [(byte[])(await database.StringGetAsync(key))! ?? []],
        RedisType.SortedSet => (await database.SortedSetRangeByRankAsync(key)).Select(member => (byte[])member!),
        RedisType.Hash => (await database.HashGetAllAsync(key)).SelectMany(field => new[] { (byte[])field.Name!, (byte[])field.Value! }),
        RedisType.Set => (await database.SetMembersAsync(key)).Select(member => (byte[])member!),
        RedisType.None => [], // expired since it was listed
        var type => throw new NotSupportedException($"The key {key} is a {type}: read it here too."),
    };

    private static Dictionary<string, Message<string, byte[]?>>.ValueCollection Newest(string bootstrapServers, string topic)
    {
        var newest = new Dictionary<string, Message<string, byte[]?>>(StringComparer.Ordinal);
        foreach (var record in Read(bootstrapServers, topic)) newest[record.Key] = record;
        return newest.Values;
    }

    private static List<Message<string, byte[]?>> Read(string bootstrapServers, string topic)
    {
        using var consumer = new ConsumerBuilder<string, byte[]?>(new ConsumerConfig
        {
            BootstrapServers = bootstrapServers,
            GroupId = $"test-{Guid.NewGuid():N}",
            EnablePartitionEof = true,
        }).Build();
        using var admin = new DependentAdminClientBuilder(consumer.Handle).Build();
        var partitions = admin.GetMetadata(topic, TimeSpan.FromSeconds(10)).Topics[0].Partitions;
        consumer.Assign(partitions.Select(partition => new TopicPartitionOffset(topic, partition.PartitionId, Offset.Beginning)));
        var records = new List<Message<string, byte[]?>>();
        for (var left = partitions.Count; left > 0;)
        {
            if (consumer.Consume(TimeSpan.FromSeconds(20)) is not { } record) throw new TimeoutException($"{topic} could not be read to its end.");
            if (record.IsPartitionEOF) left--;
            else records.Add(record.Message);
        }

        return records;
    }
}

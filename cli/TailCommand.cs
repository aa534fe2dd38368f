using System.CommandLine;
using System.Text;
using Driftline.Cli.Kafka;
using Driftline.Schemas;

namespace Driftline.Cli;

/// <summary><c>driftline tail</c>.</summary>
internal static class TailCommand
{
    public static Command Create()
    {
        var topic = new Argument<string>("topic") { Description = $"The topic: {string.Join(", ", Topics.All.Select(one => one.Name))}." };
        var beginning = new Option<bool>("--from-beginning") { Description = "Begin with the oldest record; else with the next that is written." };
        var noFollow = new Option<bool>("--no-follow") { Description = "End with what is there now; implies --from-beginning." };
        var key = new Option<string?>("--key") { Description = "Only records with this key, e.g. a user id." };
        var count = new Option<int?>("--count") { Description = "End after N records.", CustomParser = Bounds.AtLeastOne };
        topic.CompletionSources.Add([.. Topics.All.Select(one => one.Name)]);
        var tail = new Command("tail", "A topic's records as JSON lines, decoded.") { topic, beginning, noFollow, key, count, Connections.Kafka, Connections.Registry };
        tail.SetAction(async (parsed, stopping) =>
        {
            var name = parsed.GetRequiredValue(topic);
            using var decode = new DecodeValue(Connections.RegistryClient(parsed));
            using var reader = TopicReader.Open(Connections.KafkaClient(parsed), name, TimeSpan.FromSeconds(Math.Max(1, parsed.GetValue(Connections.Wait))));
            var follow = !parsed.GetValue(noFollow);
            var wanted = parsed.GetValue(key) is { } only ? Encoding.UTF8.GetBytes(only) : null;
            var left = parsed.GetValue(count) ?? int.MaxValue;
            foreach (var record in reader.Read(parsed.GetValue(beginning) || !follow, follow, stopping))
            {
                if (wanted is not null && !wanted.AsSpan().SequenceEqual(record.Message.Key)) continue;
                var value = await decode.WriterAsync(name, record.Message.Value);
                Shown.Line(json =>
                {
                    json.WriteStartObject();
                    json.WriteNumber("partition", record.Partition.Value);
                    json.WriteNumber("offset", record.Offset.Value);
                    json.WriteString("time", RecordTime.Of(record).UtcDateTime);
                    if (record.Message.Key is { } bytes) json.WriteString("key", bytes);
                    else json.WriteNull("key");
                    json.WriteStartObject("headers");
                    foreach (var header in record.Message.Headers) json.WriteString(header.Key, header.GetValueBytes());
                    json.WriteEndObject();
                    value(json);
                    json.WriteEndObject();
                });
                if (--left == 0) break;
            }

            return 0;
        });
        return tail;
    }
}

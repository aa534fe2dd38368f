using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Driftline.Cli.Delivery;
using Driftline.Cli.Kafka;
using Driftline.Schemas;

namespace Driftline.Cli;

/// <summary><c>driftline rejected list</c> and <c>driftline rejected replay</c>.</summary>
internal static class RejectedCommand
{
    private const int MostErrorChars = 100;

    private static readonly Option<string?> Reason = new("--reason") { Description = "Only records whose error holds this text." };
    private static readonly Option<string?> Stage = new("--stage") { Description = "Only records that this service refused, e.g. ingestor." };
    private static readonly Option<string?> User = new("--user") { Description = "Only records of this user." };
    private static readonly Option<string?> Since = new("--since") { Description = "Only records refused since then: a time such as 2026-01-31T12:00:00Z, or an age such as 90m, 24h or 7d." };
    private static readonly Option<string?> Until = new("--until") { Description = "Only records refused before then; as --since." };
    private static readonly Option<int?> Limit = new("--limit") { Description = "The newest N only." };
    private static readonly Option<bool> DryRun = new("--dry-run") { Description = "Show what would be sent, and send nothing." };
    private static readonly Option<string[]> Set = new("--set") { Description = "FIELD=VALUE, a field that is put right in every original before it is sent; VALUE is JSON or a text. May be repeated." };

    public static Command Create()
    {
        var list = new Command("list", "Show what was refused, and why.") { Reason, Stage, User, Since, Until, Limit, Connections.Kafka, Connections.Registry };
        list.SetAction(async (parsed, stopping) =>
        {
            using var decode = new DecodeValue(Connections.RegistryClient(parsed));
            var records = Read(parsed, stopping);
            if (parsed.GetValue(Shown.Json)) foreach (var record in records) await ShowJsonAsync(record, decode);
            else ShowTable(records);
            return 0;
        });
        var replay = new Command("replay", "Send refused events through the ingestor again, with the ids that they had: an event that is known already changes nothing.")
        {
            Reason, Stage, User, Since, Until, Limit, Set, DryRun, Connections.Kafka, Connections.Registry, Connections.Ingestor,
        };
        replay.SetAction(async (parsed, stopping) =>
        {
            var set = Fields(parsed.GetValue(Set) ?? []);
            using var decode = new DecodeValue(Connections.RegistryClient(parsed));
            var events = await EventsAsync(Read(parsed, stopping), decode, set);
            return parsed.GetValue(DryRun) ? ShowDryRun(parsed, events) : await Connections.WithIngestorAsync(parsed, ingestor => DeliverElements.Refused(ingestor).RunAsync(parsed, events, events.Count, "events", stopping));
        });
        return new Command("rejected", "Events that were refused, and are kept for 30 days.") { list, replay };
    }

    /// <summary>Each event once, in the place of its newest refusal.</summary>
    private static async Task<List<Element>> EventsAsync(IEnumerable<RejectedRecord> records, DecodeValue decode, IReadOnlyDictionary<string, JsonNode?> set)
    {
        var events = new List<Element>();
        foreach (var record in records)
        {
            var decoded = record is { Topic: "storefront.events", Original: { } original } ? await decode.AvroAsync(record.Topic, original) : null;
            events.Add(OriginalEvent.Read(record, decoded, set));
        }

        var seen = new HashSet<(string, string)>();
        return [.. events.AsEnumerable().Reverse().Where(one => OriginalEvent.Identity(one) is not { } identity || seen.Add(identity)).Reverse()];
    }

    private static List<RejectedRecord> Read(ParseResult parsed, CancellationToken stopping)
    {
        var now = DateTimeOffset.UtcNow;
        var filter = new RejectedFilter(parsed.GetValue(Reason), parsed.GetValue(Stage), parsed.GetValue(User), Time(parsed, Since, now), Time(parsed, Until, now));
        using var reader = TopicReader.Open(Connections.KafkaClient(parsed), Topics.StorefrontEventsRejected.Name, TimeSpan.FromSeconds(Math.Max(1, parsed.GetValue(Connections.Wait))));
        var records = reader.Read(fromBeginning: true, follow: false, stopping).Select(RejectedRecord.From).Where(filter.Passes).OrderBy(record => record.Time);
        return [.. records.TakeLast(parsed.GetValue(Limit) ?? int.MaxValue)];
    }

    private static void ShowTable(List<RejectedRecord> records)
    {
        Shown.Table(["refused", "place", "by", "user", "error", "came from"], records.Select(record => (IReadOnlyList<string?>)
        [
            record.Time.ToString("u", CultureInfo.InvariantCulture), record.Place, record.Stage, record.Key,
            record.Error.Length > MostErrorChars ? record.Error[..MostErrorChars] + "…" : record.Error, record.TopicPartition is null ? "HTTP" : $"{record.Topic} {record.TopicPartition}/{record.TopicOffset}",
        ]));
        Console.WriteLine($"{records.Count:N0} rejected. Send them again: driftline rejected replay --dry-run");
    }

    private static async Task ShowJsonAsync(RejectedRecord record, DecodeValue decode)
    {
        var avro = record is { Topic: { } topic, Original: { } value } ? await decode.AvroAsync(topic, value) : null;
        Shown.Line(json =>
        {
            json.WriteStartObject();
            json.WriteString("time", record.Time.UtcDateTime);
            json.WriteNumber("partition", record.Partition);
            json.WriteNumber("offset", record.Offset);
            json.WriteString("stage", record.Stage);
            json.WriteString("error", record.Error);
            json.WriteString("user", record.Key);
            json.WriteString("topic", record.Topic);
            json.WriteString("topicPartition", record.TopicPartition);
            json.WriteString("topicOffset", record.TopicOffset);
            if (avro is not null)
            {
                json.WritePropertyName("original");
                AvroJson.Write(json, avro);
            }
            else if (record.Original is { } original)
            {
                DecodeValue.WriteRaw(json, "original", original);
            }

            json.WriteEndObject();
        });
    }

    private static int ShowDryRun(ParseResult parsed, List<Element> events)
    {
        if (!parsed.GetValue(Shown.Json))
        {
            foreach (var one in events) Console.WriteLine($"{one.Where}: {(one.Json is { } json ? System.Text.Encoding.UTF8.GetString(json) : $"cannot be sent, {one.Fault}")}");
            Console.WriteLine($"{events.Count(one => one.Json is not null):N0} events would be sent, {events.Count(one => one.Json is null):N0} cannot be.");
            return 0;
        }

        foreach (var one in events)
        {
            Shown.Line(json =>
            {
                json.WriteStartObject();
                json.WriteString("where", one.Where);
                if (one.Json is { } sent) DecodeValue.WriteRaw(json, "event", sent);
                else json.WriteString("fault", one.Fault);
                json.WriteEndObject();
            });
        }

        return 0;
    }

    private static Dictionary<string, JsonNode?> Fields(string[] pairs)
    {
        var fields = new Dictionary<string, JsonNode?>(StringComparer.Ordinal);
        foreach (var pair in pairs)
        {
            if (pair.Split('=', 2) is not [{ Length: > 0 } name, var text]) throw new CommandException($"--set {pair}: give FIELD=VALUE, e.g. --set currency=EUR or --set rating=5.");
            fields[name] = Value(text);
        }

        return fields;
    }

    private static JsonNode? Value(string text)
    {
        try
        {
            return JsonNode.Parse(text);
        }
        catch (JsonException)
        {
            return JsonValue.Create(text);
        }
    }

    private static DateTimeOffset? Time(ParseResult parsed, Option<string?> option, DateTimeOffset now) => parsed.GetValue(option) is not { } text ? null
        : ReadTime(text, now) ?? throw new CommandException($"{option.Name} {text}: give a time such as 2026-01-31T12:00:00Z, or an age such as 90m, 24h or 7d.");

    internal static DateTimeOffset? ReadTime(string text, DateTimeOffset now)
    {
        if (text.Length > 1 && double.TryParse(text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var number) && "mhd".Contains(text[^1], StringComparison.Ordinal))
        {
            var days = number / (text[^1] switch { 'm' => 24 * 60, 'h' => 24, _ => 1 });
            return days < (now - DateTimeOffset.MinValue).TotalDays ? now - TimeSpan.FromDays(days) : null;
        }

        return text.Length >= 10 && text[4] == '-' && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;
    }
}

using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Driftline.Cli.Delivery;
using Driftline.Client;
using Driftline.Storefront;

namespace Driftline.Cli;

/// <summary>When a replayed event happened.</summary>
internal enum ReplayTimes
{
    /// <summary>When it is sent.</summary>
    Now,

    /// <summary>As in the folder, moved by the same amount so that the newest is now.</summary>
    Shifted,

    /// <summary>As in the folder.</summary>
    Original,
}

/// <summary><c>driftline replay</c>.</summary>
internal static class ReplayCommand
{
    public static readonly Option<double> Rate = new("--rate") { Description = "Events a second; 0 is as fast as they are taken.", CustomParser = Bounds.Between(0, 1e6) };

    public static Command Create()
    {
        var folder = new Argument<string>("folder") { Description = "A folder in the import format: events.csv[.gz], items.csv[.gz] and, where there is one, users.csv[.gz]." };
        var count = new Option<int?>("--count") { Description = "The first N events only.", CustomParser = Bounds.AtLeastOne };
        var times = new Option<ReplayTimes>("--times")
        {
            Description = "now: an event happens when it is sent, a shopper's in the folder's order. shifted: all times move so that the newest is now. original: as in the folder. The ingestor refuses what is older than Ingestor:MaxLateness, and the feature-builder later what is older than FeatureBuilder:MaxLateness (both 7 days): raise both for history.",
        };
        var ids = new Option<string?>("--ids") { Description = "What event ids begin with; the same ids again count as the same events. Default: the folder's name." };
        var dryRun = new Option<bool>("--dry-run") { Description = "Check the folder and send nothing." };
        var replay = new Command("replay", "Send the events of a folder in the import format, after checking all of it.") { folder, Rate, count, times, ids, dryRun, Connections.Ingestor };
        replay.SetAction((parsed, stopping) => Connections.WithIngestorAsync(parsed, async ingestor =>
        {
            var opened = ImportFolder.Open(parsed.GetRequiredValue(folder));
            var check = await ShownProgress.RunAsync("checking", null, progress => Task.FromResult(opened.Check(progress)));
            if (check.EventsOfUnknownItems > 0)
                Shown.Note($"{check.EventsOfUnknownItems:N0} of {check.Events:N0} events are of items that the folder does not describe. First: {check.FirstUnknownItem}");
            var total = Math.Min(check.Events, parsed.GetValue(count) ?? long.MaxValue);
            if (parsed.GetValue(dryRun))
            {
                if (parsed.GetValue(Shown.Json)) Shown.Line(new Delivered(total, 0, 0, 0, 0, 0, []), CliJson.Default.Delivered);
                else Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{total:N0} events would be sent."));
                return 0;
            }

            var events = Events(opened, parsed.GetValue(ids), parsed.GetValue(times), parsed.GetValue(count), DateTimeOffset.UtcNow);
            return await DeliverElements.Events(ingestor, parsed.GetValue(Rate), withSentAt: parsed.GetValue(times) == ReplayTimes.Now).RunAsync(parsed, events, total, "events", stopping);
        }));
        return replay;
    }

    internal static IEnumerable<Element> Events(ImportFolder folder, string? ids, ReplayTimes times, int? count, DateTimeOffset now)
    {
        ids ??= Path.GetFileName(Path.TrimEndingDirectorySeparator(folder.Path));
        var events = folder.ReadEvents().Take(count ?? int.MaxValue);
        var shift = times == ReplayTimes.Shifted ? now - events.Select(one => one.EventTime).DefaultIfEmpty(now).Max() : TimeSpan.Zero;
        var last = new Dictionary<string, DateTimeOffset>(StringComparer.Ordinal);
        var users = new Dictionary<string, IReadOnlyDictionary<string, string>>(folder.ReadUsers(), StringComparer.Ordinal);
        foreach (var (i, one) in events.Index())
        {
            var json = JsonSerializer.SerializeToUtf8Bytes(
                new StorefrontEvent
                {
                    EventId = string.Create(CultureInfo.InvariantCulture, $"{ids}-{i}"),
                    EventType = one.EventType,
                    UserId = one.UserId,
                    EventTime = times == ReplayTimes.Now ? NextOf(one.UserId) : one.EventTime + shift,
                    Items = [new EventItem(one.ItemId, one.Quantity, one.Price)],
                    Rating = one.Rating,
                    ReviewText = one.ReviewText,
                    Attributes = users.GetValueOrDefault(one.UserId),
                }, CliJson.Default.StorefrontEvent);
            yield return new Element(string.Create(CultureInfo.InvariantCulture, $"event {i + 1}"), json);
        }

        // Events of one time have no order, and a request's arrive at one time.
        DateTimeOffset NextOf(string userId)
        {
            var (next, before) = (DateTimeOffset.UtcNow, last.GetValueOrDefault(userId).AddMilliseconds(1));
            return last[userId] = next > before ? next : before;
        }
    }
}

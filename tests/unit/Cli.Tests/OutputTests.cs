using System.Text;
using System.Text.Json;
using Driftline.Cli.Kafka;
using Driftline.Storefront;
using Xunit;

namespace Driftline.Cli.Tests;

public sealed class OutputTests
{
    [Fact]
    public void AnOriginalThatWasPrintedOverManyLinesIsShownOnOne()
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            DecodeValue.WriteRaw(json, "original", "{\r\n  \"text\": \"a\\nb\"\n}"u8.ToArray());
            json.WriteEndObject();
        }

        var line = Encoding.UTF8.GetString(bytes.ToArray());
        Assert.DoesNotContain('\n', line);
        Assert.Equal("a\nb", JsonSerializer.Deserialize<JsonElement>(line).GetProperty("original").GetProperty("text").GetString());
    }

    [Fact]
    public void AFolderWithoutEventsIsReplayedAsNone()
    {
        var folder = Directory.CreateTempSubdirectory("driftline-empty-").FullName;
        File.WriteAllText(Path.Combine(folder, "events.csv"), "user_id,item_id,event_time,event_type\n");
        File.WriteAllText(Path.Combine(folder, "items.csv"), "item_id,title\ni1,Tea\n");

        Assert.Empty(ReplayCommand.Events(ImportFolder.Open(folder), null, ReplayTimes.Shifted, null, DateTimeOffset.UtcNow));
        Directory.Delete(folder, recursive: true);
    }
}

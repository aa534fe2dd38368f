using System.Text.Json;
using Driftline.Storefront;
using Xunit;

namespace Driftline.Local.Tests;

public sealed class ReplayEventTests
{
    [Fact]
    public void EventsCarryWhatTheFolderTellsOfTheirUsers()
    {
        var now = DateTimeOffset.UtcNow;
        var users = new Dictionary<string, IReadOnlyDictionary<string, string>> { ["u"] = new Dictionary<string, string> { ["ageBand"] = "18-25" } };
        var plan = ReplayPlan.Shifted([new ImportEvent("u", "i", now, "click"), new ImportEvent("v", "i", now, "click")], users, "r", now);
        var sent = JsonSerializer.Deserialize<JsonElement>(ReplayEvent.ToJson(plan.Events));

        Assert.Equal("""{"ageBand":"18-25"}""", sent[0].GetProperty("attributes").GetRawText());
        Assert.False(sent[1].TryGetProperty("attributes", out _));
    }
}

using System.Text;
using System.Text.Json;

namespace Driftline.Audit.Tests;

/// <summary>An input, and the state that it must end in; a test then spoils the one or the other.</summary>
internal sealed class Scene
{
    public const long Noon = 1_767_268_800_000; // 2026-01-01T12:00:00Z

    public List<SentElement> Elements { get; } = [];

    public List<(string Topic, byte[] Value)> Corrupt { get; } = [];

    public Dictionary<string, List<(byte[] Member, double Score)>> Sequences { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, PublishedInterest> Published { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, byte[]?> Interests { get; } = new(StringComparer.Ordinal);

    public List<RejectedRecord> Rejected { get; } = [];

    public RecordedInput Input => new(Elements, Corrupt);

    /// <summary>Sends click events, one a second, each taken.</summary>
    public Scene With(string user, int events)
    {
        for (var i = 0; i < events; i++) Add(Click(user, $"{user}-{i}", Noon + (i * 1_000)));
        return this;
    }

    public SentElement Add(object element, string? refusedAt = null, string status = "accepted")
    {
        var sent = new SentElement(Elements.Count, JsonSerializer.SerializeToUtf8Bytes(element), refusedAt, Noon) { Answer = new GivenAnswer(Noon + 50, status, refusedAt, 1) };
        Elements.Add(sent);
        return sent;
    }

    public static object Click(string user, string id, long at) => new
    {
        eventId = id,
        eventType = "click",
        userId = user,
        eventTime = DateTimeOffset.FromUnixTimeMilliseconds(at).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", null),
        items = new[] { new { itemId = "sku-1" } },
    };

    /// <summary>The state that the input must end in.</summary>
    public Scene Settle()
    {
        foreach (var (user, all) in ExpectedState.Of(Input).Users)
        {
            var window = ExpectedState.Newest(all);
            Sequences[user] = [.. window.Select(entry => (entry.Member, (double)entry.Earliest))];
            Interests[user] = Encoding.UTF8.GetBytes($"update of {user}");
            Published[user] = new PublishedInterest(user, window.Count, ExpectedState.Digest(window), Interests[user]!);
        }

        Rejected.AddRange(Elements.Where(sent => sent.RefusedAt is not null).Select(sent => new RejectedRecord("ingestor", null, "why", sent.Element)));
        Rejected.AddRange(Corrupt.Select(record => new RejectedRecord("predictor", record.Topic, "why", record.Value)));
        return this;
    }

    public Verdict Judge() => Comparison.Of(Input, new ObservedState(
        Sequences.ToDictionary(user => user.Key, user => new ObservedUser(user.Value, Interests.GetValueOrDefault(user.Key)), StringComparer.Ordinal), Published, Rejected));
}

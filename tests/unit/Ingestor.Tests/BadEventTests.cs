using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Driftline.Hosting;
using Microsoft.Extensions.Options;

namespace Driftline.Ingestor.Tests;

/// <summary>
/// <c>bad-events.jsonl</c> holds events that storefronts get wrong, one kind of fault a line, written by hand: <c>name</c>, what is to be told (<c>pointer</c>,
/// <c>reason</c>) and the <c>event</c>, byte for byte as the reader gets it.
/// </summary>
public sealed class BadEventTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 31, 12, 0, 0, TimeSpan.Zero);

    private static readonly EventReader Reader = new(Options.Create(new IngestorOptions()), new Pseudonyms(Options.Create(new PrivacyOptions())));

    [Fact]
    public void EveryBadEventIsRefusedWithItsPlaceAndReason()
    {
        var differences = new List<string>();
        foreach (var (name, pointer, reason, element) in Corpus())
        {
            var reading = Reader.Read(element, "", Now);
            if (reading.Event is not null || reading.Rejection != new Rejection(pointer, reason)) differences.Add($"{name}: {reading.Rejection?.ToString() ?? "taken"}, not {pointer} {reason}");
            if (reading.Consent && !reading.Original.AsSpan().SequenceEqual(JsonMarshal.GetRawUtf8Value(element))) differences.Add($"{name}: is not kept as it came");
        }

        Assert.True(differences.Count == 0, string.Join('\n', differences));
    }

    [Fact]
    public void NoBadEventCostsItsNeighbours()
    {
        const string good = """{"eventId":"good","eventType":"click","userId":"u1","items":[{"itemId":"i1"}]}""";
        var corpus = Corpus().ToList();
        using var body = RequestBody.Parse(Encoding.UTF8.GetBytes($"[{string.Join(',', corpus.Select(one => $"{one.Event.GetRawText()},{good}"))}]"), corpus.Count * 2);

        var readings = body.Elements.Select(element => Reader.Read(element.Element, element.Pointer, Now)).ToList();

        for (var i = 0; i < corpus.Count; i++)
        {
            Assert.Equal($"/{2 * i}{corpus[i].Pointer}", readings[2 * i].Rejection!.Pointer);
            Assert.NotNull(readings[(2 * i) + 1].Event);
        }
    }

    [Fact]
    public void TheCorpusHoldsAtLeastTwoHundredKindsOfFault()
    {
        var names = Corpus().Select(one => one.Name).ToList();
        Assert.True(names.Count >= 200);
        Assert.Equal(names.Count, names.Distinct(StringComparer.Ordinal).Count());
    }

    private static IEnumerable<(string Name, string Pointer, string Reason, JsonElement Event)> Corpus() =>
        File.ReadLines(Path.Combine(Checkout.Root, "tests", "unit", "Ingestor.Tests", "bad-events.jsonl")).Select(line =>
        {
            var one = JsonDocument.Parse(line, new JsonDocumentOptions { MaxDepth = 1_000 }).RootElement;
            return (one.GetProperty("name").GetString()!, one.GetProperty("pointer").GetString()!, one.GetProperty("reason").GetString()!, one.GetProperty("event"));
        });
}

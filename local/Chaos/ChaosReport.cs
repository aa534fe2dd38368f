using System.Globalization;
using System.Text;
using System.Text.Json;
using Driftline.Audit;

namespace Driftline.Local.Chaos;

/// <summary>What a run did and found: a page for people, and one line for programs.</summary>
internal sealed record ChaosReport
{
    public required int Seed { get; init; }

    public required TimeSpan Length { get; init; }

    public required int Events { get; init; }

    public required int Unavailable { get; init; }

    public required int Broken { get; init; }

    public required int SkewedClocks { get; init; }

    public required int Users { get; init; }

    public required long InterestUpdates { get; init; }

    public required TimeSpan SettledAfter { get; init; }

    public required IReadOnlyList<Fault> Faults { get; init; }

    public required Verdict Verdict { get; init; }

    public string ToJson()
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteNumber("events", Events);
            foreach (var (name, count) in Counts()) json.WriteNumber(name, count);
            json.WriteStartObject("faults");
            foreach (var kind in Enum.GetValues<FaultKind>()) json.WriteNumber(FaultNames.Of(kind), Faults.Count(fault => fault.Kind == kind));
            json.WriteNumber("skewedClock", SkewedClocks);
            json.WriteEndObject();
            json.WriteNumber("seed", Seed);
            json.WriteNumber("minutes", Length.TotalMinutes);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }

    public string ToMarkdown()
    {
        var page = new StringBuilder();
        page.Append(CultureInfo.InvariantCulture, $"# Chaos run, seed {Seed}, {Length.TotalMinutes:0.##} minutes\n\n");
        page.Append(CultureInfo.InvariantCulture, $"{Events:N0} elements sent and answered; {Users:N0} users; {InterestUpdates:N0} interest updates; {Unavailable:N0} answers 503 and {Broken:N0} ");
        page.Append(CultureInfo.InvariantCulture, $"broken or unanswered requests, all sent again. ");
        page.Append(CultureInfo.InvariantCulture, $"{(Verdict.Total == 0 ? "The last difference was gone" : "Differences were left")} {SettledAfter.TotalSeconds:F0} s after the last event.\n\n");
        page.Append("| found | |\n|---|---|\n");
        foreach (var (name, count) in Counts()) page.Append(CultureInfo.InvariantCulture, $"| {name} | {count} |\n");
        page.Append("\n| fault | times | where |\n|---|---|---|\n");
        foreach (var kind in Faults.GroupBy(fault => fault.Kind).OrderBy(kind => kind.Key))
        {
            var where = kind.Where(fault => fault.Target.Length > 0).GroupBy(fault => fault.Target, StringComparer.Ordinal).OrderBy(target => target.Key, StringComparer.Ordinal)
                .Select(target => string.Create(CultureInfo.InvariantCulture, $"{target.Key} {target.Count()}"));
            page.Append(CultureInfo.InvariantCulture, $"| {FaultNames.Of(kind.Key)} | {kind.Count()} | {string.Join(", ", where)} |\n");
        }

        page.Append(CultureInfo.InvariantCulture, $"| skewedClock | {SkewedClocks} | events |\n");
        if (Verdict.Examples.Count > 0) page.Append("\nThe first of each kind:\n\n");
        foreach (var example in Verdict.Examples) page.Append(CultureInfo.InvariantCulture, $"- {example}\n");
        return page.ToString();
    }

    private IEnumerable<(string Name, int Count)> Counts() =>
    [
        ("lost", Verdict.Lost), ("duplicated", Verdict.Duplicated), ("outOfOrder", Verdict.OutOfOrder), ("wronglyRejected", Verdict.WronglyRejected),
        ("wronglyAccepted", Verdict.WronglyAccepted), ("staleInterests", Verdict.StaleInterests),
    ];
}

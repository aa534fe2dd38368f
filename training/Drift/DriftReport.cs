using System.Globalization;
using System.Text.Json;

namespace Driftline.Training;

/// <summary>The tables and plots of <c>drift</c>.</summary>
internal sealed class DriftReport(DriftFigures figures, IReadOnlyList<DateTimeOffset> times, double horizonDays, string command)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    private static readonly string[] KindColumns = ["accuracy", "macro-f1", "seasonal.f1", "trend.f1", "personal.f1"];
    private static readonly string[] DetailColumns =
        ["seasonal.precision", "seasonal.recall", "trend.precision", "trend.recall", "personal.precision", "personal.recall"];

    private readonly ResultsTable _kinds = Kinds(figures, "all"), _begun = Kinds(new DriftFigures([.. figures.Cases.Where(one => one.Begun)]), "begun");
    private readonly ResultsTable _directions = Directions(figures);

    private string Protocol => string.Create(CultureInfo.InvariantCulture,
        $"{figures.Cases.Count} cases: users of the simulated store, active in the {DriftCase.ActiveDays} days before the test time, whose true interest migrates in the {horizonDays} days after it, at {times.Count} test times ({string.Join(", ", times.Select(time => time.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)))}). The true kind is that of the migration that moves most in those days. Network and population model know the events before the test time and nothing else.");

    public void Print(TextWriter output)
    {
        output.WriteLine(Protocol);
        output.WriteLine(_kinds.Plain(KindColumns));
        output.WriteLine(_kinds.Plain(DetailColumns));
        output.WriteLine(figures.Confusion());
        output.WriteLine(_directions.Plain());
    }

    public void Write(string folder)
    {
        Directory.CreateDirectory(folder);
        Plots.Bars(Path.Combine(folder, "kinds.png"), _kinds, "macro-f1", "macro F1 (higher is better)", "Kind of drift, simulated store");
        Plots.Bars(Path.Combine(folder, "directions.png"), _directions, "direction", "accuracy (higher is better)", "Direction of drift, simulated store");
        File.WriteAllText(Path.Combine(folder, "results.json"), JsonSerializer.Serialize(new
        {
            protocol = Protocol,
            command,
            cases = figures.Cases.Count,
            kinds = _kinds.ByRow(),
            begun = _begun.ByRow(),
            directions = _directions.ByRow(),
            confusion = figures.Cases.GroupBy(one => DriftFigures.Name(one.Truth.Drift)).ToDictionary(
                truth => truth.Key, truth => truth.GroupBy(one => one.Kind is { } kind ? DriftFigures.Name(kind) : "none").ToDictionary(told => told.Key, told => told.Count())),
        }, Json) + "\n");
        File.WriteAllText(Path.Combine(folder, "results.md"), string.Create(CultureInfo.InvariantCulture, $"""
            # Drift on a simulated store

            SIMULATED DATA. {Protocol}

            ```
            {command}
            ```

            ## Kinds

            {_kinds.Markdown(KindColumns)}
            {_kinds.Markdown(DetailColumns)}
            ![Macro F1](kinds.png)

            Truth by row, what was told by column:

            {figures.Confusion()}
            Of the {figures.Cases.Count(one => one.Begun)} cases whose migration had begun by the test time, so that the events could tell of it:

            {_begun.Markdown(KindColumns)}
            {_begun.Markdown(DetailColumns)}
            ## Directions

            rising, falling: whether the category that truly gains (loses) most was told to gain (lose); direction: their mean; among-top-rising: whether the
            former is among the rising categories that a prediction lists.

            {_directions.Markdown()}
            ![Direction](directions.png)

            """));
    }

    private static ResultsTable Kinds(DriftFigures figures, string title)
    {
        var table = new ResultsTable(title);
        if (figures.Cases.Count == 0) return table;
        var majority = figures.Majority;
        table.Add("model", figures.OfKinds(one => one.Kind));
        table.Add($"majority ({DriftFigures.Name(majority)})", figures.OfKinds(_ => majority));
        table.Add("persistence (no drift)", figures.OfKinds(_ => null));
        return table;
    }

    private static ResultsTable Directions(DriftFigures figures)
    {
        var table = new ResultsTable("directions");
        table.Add("model", DriftFigures.OfDirection(figures.Cases.Select(one => (one.Rises, one.Falls, one.Listed))));
        foreach (var kind in figures.Cases.Select(one => one.Truth.Drift).Distinct().Order())
        {
            table.Add($"model, {DriftFigures.Name(kind)} only", DriftFigures.OfDirection(
                figures.Cases.Where(one => one.Truth.Drift == kind).Select(one => (one.Rises, one.Falls, one.Listed))));
        }

        table.Add("everybody goes to the population's mean", DriftFigures.OfDirection(figures.Cases.Select(one => (one.PopulationRises, one.PopulationFalls, (bool?)null)))
            .Where(figure => figure.Key != "among-top-rising"));
        table.Add("persistence (no drift)", DriftFigures.OfDirection([((bool?)false, (bool?)false, (bool?)false)]));
        return table;
    }
}

using System.Text;

namespace Driftline.Training;

/// <summary>Figures by row (a model or baseline) and metric; each may have several values, one a seed. Rows and metrics keep the order in which they came.</summary>
public sealed class ResultsTable(string title, string rowHeader = "model")
{
    private readonly List<string> _rows = [];
    private readonly List<string> _metrics = [];
    private readonly Dictionary<(string Row, string Metric), List<double>> _values = [];

    /// <summary>Heading.</summary>
    public string Title { get; } = title;

    /// <summary>Names of the rows.</summary>
    public IReadOnlyList<string> Rows => _rows;

    /// <summary>Names of the metrics.</summary>
    public IReadOnlyList<string> Metrics => _metrics;

    /// <summary>A figure, or null where the row has no such metric.</summary>
    public Figure? this[string row, string metric] => _values.TryGetValue((row, metric), out var values) ? new Figure(values) : null;

    /// <summary>Adds a value; another of the same row and metric is another seed's.</summary>
    public void Add(string row, string metric, double value)
    {
        if (!_rows.Contains(row)) _rows.Add(row);
        if (!_metrics.Contains(metric)) _metrics.Add(metric);
        if (!_values.TryGetValue((row, metric), out var values)) _values.Add((row, metric), values = []);
        values.Add(value);
    }

    /// <summary>Adds one seed's figures.</summary>
    public void Add(string row, IEnumerable<KeyValuePair<string, double>> figures)
    {
        foreach (var (metric, value) in figures) Add(row, metric, value);
    }

    /// <summary>A Markdown table.</summary>
    /// <param name="metrics">The columns; all metrics where none are named.</param>
    public string Markdown(params IReadOnlyList<string> metrics)
    {
        var cells = Cells(metrics);
        var text = new StringBuilder();
        for (var row = 0; row < cells.Count; row++)
        {
            text.Append("| ").AppendJoin(" | ", cells[row].Select(cell => cell.Replace("|", "\\|", StringComparison.Ordinal))).Append(" |\n");
            if (row == 0) text.Append("|---").Append(string.Concat(Enumerable.Repeat("|---:", cells[0].Length - 1))).Append("|\n");
        }

        return text.ToString();
    }

    /// <summary>Columns of equal width for a terminal.</summary>
    /// <param name="metrics">The columns; all metrics where none are named.</param>
    public string Plain(params IReadOnlyList<string> metrics)
    {
        var cells = Cells(metrics);
        var widths = Enumerable.Range(0, cells[0].Length).Select(column => cells.Max(row => row[column].Length)).ToArray();
        return string.Concat(cells.Select(row => string.Concat(row.Select((cell, column) =>
            column == 0 ? cell.PadRight(widths[0]) : "  " + cell.PadLeft(widths[column]))).TrimEnd() + "\n"));
    }

    /// <summary>Row, then metric, then the values with their mean and deviation: for serialisation.</summary>
    public IReadOnlyDictionary<string, IReadOnlyDictionary<string, Figure>> ByRow() => _rows.ToDictionary(
        row => row,
        row => (IReadOnlyDictionary<string, Figure>)_metrics.Where(metric => _values.ContainsKey((row, metric))).ToDictionary(metric => metric, metric => this[row, metric]!));

    private List<string[]> Cells(IReadOnlyList<string> named)
    {
        var metrics = named.Count == 0 ? _metrics : [.. named.Where(_metrics.Contains)];
        List<string[]> cells = [[rowHeader, .. metrics]];
        cells.AddRange(_rows.Select(row => (string[])[row, .. metrics.Select(metric => this[row, metric]?.ToString() ?? "")]));
        return cells;
    }
}

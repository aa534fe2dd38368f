using System.Globalization;

namespace Driftline.Local.Dashboards;

/// <summary>How a panel draws.</summary>
internal enum PanelKind
{
    /// <summary>Lines over time.</summary>
    Lines,

    /// <summary>The last value, large.</summary>
    Number,

    /// <summary>A histogram over time.</summary>
    Heatmap,
}

/// <summary>One query of a panel.</summary>
/// <param name="Expression">PromQL.</param>
/// <param name="Legend">Grafana's legend, with labels in double braces.</param>
internal sealed record Query(string Expression, string Legend);

/// <summary>One panel of a dashboard.</summary>
/// <param name="Unit">Grafana's name of the unit.</param>
/// <param name="Description">What it shows and what is good; ends with "May be empty: ..." where that is no fault.</param>
internal sealed record Panel(string Title, string Unit, string Description, params Query[] Queries)
{
    /// <summary>Selects what our services measure under names that others use too.</summary>
    public const string Ours = "job=~\"ingestor|feature-builder|predictor|recommender\"";

    public PanelKind Kind { get; init; } = PanelKind.Lines;

    /// <summary>Of the dashboard's 24 columns.</summary>
    public int Width { get; init; } = 8;

    /// <summary>From here on yellow, and red.</summary>
    public (double Warn, double Bad)? Thresholds { get; init; }

    /// <summary>The entry of docs/runbook.md to turn to.</summary>
    public string? Runbook { get; init; }

    /// <summary>Quantiles of a histogram over the chart's rate window.</summary>
    /// <param name="histogram">Its name in Prometheus, with a selector where only some series count.</param>
    /// <param name="by">The label to tell series apart by; empty for one series.</param>
    /// <param name="quantiles">0 to 1.</param>
    public static Query[] Quantiles(string histogram, string by, params double[] quantiles) => [.. quantiles.Select(quantile => new Query(
        string.Create(CultureInfo.InvariantCulture, $"histogram_quantile({quantile}, sum by ({(by.Length == 0 ? "le" : by + ", le")}) (rate({Bucket(histogram)}[$__rate_interval])))"),
        string.Create(CultureInfo.InvariantCulture, $"{(by.Length == 0 ? "" : $"{{{{{by}}}}} ")}p{100 * quantile:0.#}")))];

    private static string Bucket(string histogram) => histogram.Split('{', 2) is [var name, var selector] ? $"{name}_bucket{{{selector}" : histogram + "_bucket";
}

/// <summary>A row of panels under one heading.</summary>
internal sealed record Row(string Title, params Panel[] Panels);

/// <summary>A value to choose at the head of a dashboard, from the values of a label.</summary>
internal sealed record Choice(string Name, string Label, string Values, bool All);

/// <summary>One dashboard.</summary>
/// <param name="Name">Its file's name and the end of its uid.</param>
internal sealed record Dashboard(string Name, string Title, string Description, IReadOnlyList<Choice> Choices, params Row[] Rows);

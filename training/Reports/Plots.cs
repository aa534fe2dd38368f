using ScottPlot;

namespace Driftline.Training;

/// <summary>A line of a chart.</summary>
/// <param name="Name">In the legend.</param>
/// <param name="X">Ascending.</param>
/// <param name="Y">One for each of X.</param>
/// <param name="Deviations">Half the length of the error bar at each of X; null for none.</param>
public sealed record Series(string Name, IReadOnlyList<double> X, IReadOnlyList<double> Y, IReadOnlyList<double>? Deviations = null);

/// <summary>Charts as PNG files.</summary>
public static class Plots
{
    private const int Width = 1000;
    private const int BarHeight = 48;
    private const int LinesHeight = 620;

    private static bool s_toldOfFonts;

    /// <summary>Horizontal bars, the first row on top, with error bars where a figure has several values.</summary>
    /// <param name="path">File to write.</param>
    /// <param name="table">Rows without the metric are left out.</param>
    /// <param name="metric">What the bars show.</param>
    /// <param name="axis">Text of the axis.</param>
    /// <param name="title">Text above.</param>
    public static void Bars(string path, ResultsTable table, string metric, string axis, string title)
    {
        var rows = table.Rows.Where(row => table[row, metric] is not null).ToArray();
        using var plot = Empty(title);
        for (var i = 0; i < rows.Length; i++)
        {
            var figure = table[rows[i], metric]!;
            plot.Add.Bar(new Bar
            {
                Position = rows.Length - 1 - i,
                Value = figure.Mean,
                Error = figure.Deviation,
                Orientation = Orientation.Horizontal,
                FillColor = Colors.C0.WithAlpha(0.75),
                LineWidth = 1.5f,
                Size = 0.6,
            });
            var label = plot.Add.Text(figure.ToString(), figure.Mean + figure.Deviation, rows.Length - 1 - i);
            label.LabelAlignment = Alignment.MiddleLeft;
            label.LabelFontSize = 14;
            label.OffsetX = 8;
        }

        plot.Axes.Left.TickGenerator = new ScottPlot.TickGenerators.NumericManual(
            [.. Enumerable.Range(0, rows.Length).Select(i => (double)i)], [.. rows.Reverse()]);
        plot.Axes.Left.MajorTickStyle.Length = 0;
        plot.HideGrid();
        plot.XLabel(axis);
        var most = rows.Length == 0 ? 1 : rows.Max(row => table[row, metric]!.Mean + table[row, metric]!.Deviation);
        plot.Axes.SetLimits(0, Math.Max(most, 1e-6) * 1.25, -0.6, Math.Max(0, rows.Length - 1) + 0.6);
        plot.SavePng(path, Width, 130 + BarHeight * Math.Max(1, rows.Length));
    }

    /// <summary>Lines with markers and, where given, error bars.</summary>
    /// <param name="path">File to write.</param>
    /// <param name="series">The lines, in the order of the legend.</param>
    /// <param name="xAxis">Text of the axis.</param>
    /// <param name="yAxis">Text of the axis.</param>
    /// <param name="title">Text above.</param>
    /// <param name="logX">Whether x is drawn by its logarithm; its values must then be positive. The ticks are the values of x.</param>
    /// <param name="logY">The same of y, without error bars; the ticks are powers of ten.</param>
    /// <exception cref="ArgumentException">A logarithm is asked for of a number that has none.</exception>
    public static void Lines(string path, IReadOnlyList<Series> series, string xAxis, string yAxis, string title, bool logX = false, bool logY = false)
    {
        if (series.Any(line => (logX && line.X.Any(x => x <= 0)) || (logY && line.Y.Any(y => y <= 0)))) throw new ArgumentException("A logarithmic axis takes positive numbers only.", nameof(series));
        using var plot = Empty(title);
        foreach (var line in series)
        {
            var x = line.X.Select(value => Place(value, logX)).ToArray();
            var scatter = plot.Add.Scatter(x, line.Y.Select(value => Place(value, logY)).ToArray());
            scatter.LegendText = line.Name;
            scatter.LineWidth = 2;
            scatter.MarkerSize = 8;
            if (line.Deviations is not { } deviations) continue;
            var bars = plot.Add.ErrorBar(x, line.Y.ToArray(), deviations.ToArray());
            bars.Color = scatter.Color;
        }

        if (logX)
        {
            var ticks = series.SelectMany(line => line.X).Distinct().Order().ToArray();
            plot.Axes.Bottom.TickGenerator = new ScottPlot.TickGenerators.NumericManual(
                [.. ticks.Select(Math.Log10)], [.. ticks.Select(x => x.ToString("0.###", System.Globalization.CultureInfo.InvariantCulture))]);
        }

        if (logY)
        {
            var powers = series.SelectMany(line => line.Y).Select(Math.Log10).ToArray();
            var (lowest, highest) = ((int)Math.Floor(powers.Min()), (int)Math.Ceiling(powers.Max()));
            double[] ticks = [.. Enumerable.Range(lowest, highest - lowest + 1)];
            plot.Axes.Left.TickGenerator = new ScottPlot.TickGenerators.NumericManual(
                ticks, [.. ticks.Select(power => Math.Pow(10, power).ToString("#,0.###", System.Globalization.CultureInfo.InvariantCulture))]);
            plot.Axes.SetLimitsY(lowest, highest);
        }

        plot.XLabel(xAxis);
        plot.YLabel(yAxis);
        plot.Axes.Left.MinimumSize = 90;
        plot.Legend.FontSize = 14;
        plot.ShowLegend(Edge.Right);
        plot.SavePng(path, Width, LinesHeight);

        static double Place(double value, bool log) => log ? Math.Log10(value) : value;
    }

    private static Plot Empty(string title)
    {
        if (SkiaSharp.SKTypeface.Default.GlyphCount == 0 && !Interlocked.Exchange(ref s_toldOfFonts, true))
            Console.Error.WriteLine("No font is installed here, so charts have no text: install one (Debian and Ubuntu: fonts-dejavu-core) and run this again.");
        var plot = new Plot();
        plot.Title(title);
        plot.Axes.Title.Label.FontSize = 18;
        plot.Axes.Bottom.TickLabelStyle.FontSize = 14;
        plot.Axes.Left.TickLabelStyle.FontSize = 14;
        plot.Axes.Bottom.Label.FontSize = 15;
        plot.Axes.Left.Label.FontSize = 15;
        return plot;
    }
}

using System.Globalization;
using System.Text;
using Driftline.InterestModel;

namespace Driftline.Training;

/// <summary>How well kinds and directions were told. A case of which no kind was told, or an unknown one, is a wrong one.</summary>
internal sealed class DriftFigures(IReadOnlyList<DriftCase> cases)
{
    private static readonly DriftKind[] Kinds = [DriftKind.Seasonal, DriftKind.Trend, DriftKind.Personal];

    public IReadOnlyList<DriftCase> Cases { get; } = cases;

    /// <summary>The kind that most cases truly are of.</summary>
    public DriftKind Majority => Kinds.MaxBy(kind => Cases.Count(one => one.Truth.Drift == kind));

    /// <summary>Accuracy, macro F1, and precision, recall and F1 of each kind.</summary>
    /// <param name="told">The kind that is told of a case.</param>
    public Dictionary<string, double> OfKinds(Func<DriftCase, DriftKind?> told)
    {
        var figures = new Dictionary<string, double> { ["accuracy"] = Cases.Average(one => told(one) == one.Truth.Drift ? 1.0 : 0), ["macro-f1"] = 0 };
        foreach (var kind in Kinds)
        {
            double right = Cases.Count(one => told(one) == kind && one.Truth.Drift == kind);
            var (precision, recall) = (Ratio(right, Cases.Count(one => told(one) == kind)), Ratio(right, Cases.Count(one => one.Truth.Drift == kind)));
            var f1 = Ratio(2 * precision * recall, precision + recall);
            figures["macro-f1"] += f1 / Kinds.Length;
            var name = Name(kind);
            (figures[name + ".precision"], figures[name + ".recall"], figures[name + ".f1"]) = (precision, recall, f1);
        }

        return figures;
    }

    /// <summary>Share of the cases in which the rising and the falling category were told to move so.</summary>
    public static Dictionary<string, double> OfDirection(IEnumerable<(bool? Rises, bool? Falls, bool? Listed)> told)
    {
        var all = told.ToArray();
        var (rises, falls, listed) = (Share(all.Select(one => one.Rises)), Share(all.Select(one => one.Falls)), Share(all.Select(one => one.Listed)));
        return new Dictionary<string, double> { ["direction"] = (rises + falls) / 2, ["rising"] = rises, ["falling"] = falls, ["among-top-rising"] = listed };
    }

    /// <summary>Truth by row, told by column.</summary>
    public string Confusion()
    {
        var text = new StringBuilder("| truth | seasonal | trend | personal | none or unknown |\n|---|---:|---:|---:|---:|\n");
        foreach (var kind in Kinds)
        {
            var row = Cases.Where(one => one.Truth.Drift == kind).ToArray();
            text.Append(CultureInfo.InvariantCulture, $"| {Name(kind)} | ").AppendJoin(" | ", Kinds.Select(told => row.Count(one => one.Kind == told)))
                .Append(CultureInfo.InvariantCulture, $" | {row.Count(one => one.Kind is null or DriftKind.Unknown)} |\n");
        }

        return text.ToString();
    }

    public static string Name(DriftKind kind) => kind.ToString().ToLowerInvariant();

    private static double Share(IEnumerable<bool?> told) => told.OfType<bool>().Select(right => right ? 1.0 : 0).DefaultIfEmpty(0).Average();

    private static double Ratio(double part, double whole) => whole > 0 ? part / whole : 0;
}

using Driftline.InterestModel;

namespace Driftline.Training;

/// <summary>
/// Fits a <see cref="PopulationModel"/> from training events; an event counts once, whatever its type. With n_ck the events of category c in week
/// k (weeks are counted back from the end), p_c its share of all, and <see cref="PseudoEvents"/> = a:
/// <c>L_ck = log((n_ck + a p_c) / (N_k + a) / p_c)</c>.
/// The season is what the years agree on in L, smoothed over the weeks: of two years the smaller movement where their signs agree, else none; of
/// more their median; of one year, that year. The level is L less the season; its slope at the end is the change of the last two weeks, shrunk
/// by its own noise v = 1 / n_c0 + 1 / n_c1 to <c>d max(0, 1 - v / d^2)</c> (James and Stein 1961).
/// </summary>
internal static class FitPopulation
{
    /// <summary>Events added to each week, spread as all events are, so that thin weeks say little.</summary>
    public const double PseudoEvents = 20;

    private const int MaxWeeks = 10 * PopulationModel.SeasonWeeks;
    private const int KeptWeeks = 2 * PopulationModel.SeasonWeeks;
    private const double Day = 86_400_000;
    private const double Week = PopulationModel.StepDays * Day;
    private const double Year = 365.25 * Day;
    private const int LeastOverlap = 4;
    private static readonly double[] Smoothing = [0.4, 0.24, 0.06];

    public static PopulationModel Of(TrainingData data, double horizonDays)
    {
        var categories = data.Vocabulary.Categories.Count;
        var times = data.Users.SelectMany(user => user.Events.Take(user.TrainingEvents)).Select(e => e.Time).ToArray();
        var (first, end) = (times.Min(), times.Max() + 1);
        var weeks = (int)Math.Clamp(Math.Ceiling((end - first) / Week), 1, MaxWeeks);
        var counts = new double[weeks][];
        for (var k = 0; k < weeks; k++) counts[k] = new double[categories];
        var share = new double[categories];
        foreach (var e in data.Users.SelectMany(user => user.Events.Take(user.TrainingEvents)))
        {
            var category = data.Vocabulary.CategoryOf(e.Item - ItemRows.First);
            share[category]++;
            var k = (int)((end - e.Time) / Week);
            if (k < weeks) counts[k][category]++;
        }

        var total = share.Sum();
        for (var c = 0; c < categories; c++) share[c] = (share[c] + 0.5) / (total + (categories * 0.5));
        var level = Logs(counts, share);
        var season = end - first >= Year ? Season(Logs(Smooth(counts), share), end) : [];
        if (season.Length > 0)
        {
            for (var k = 0; k < weeks; k++)
            {
                var at = PopulationMovement.WeekOfYear(end - ((k + 0.5) * Week)) - 0.5 + PopulationModel.SeasonWeeks;
                var (low, part) = ((int)at, at - (int)at);
                for (var c = 0; c < categories; c++)
                {
                    level[k][c] -= (season[low % PopulationModel.SeasonWeeks][c] * (1 - part))
                        + (season[(low + 1) % PopulationModel.SeasonWeeks][c] * part);
                }
            }
        }

        return new PopulationModel
        {
            HorizonDays = horizonDays,
            End = end,
            Share = Array.ConvertAll(share, value => (float)value),
            Season = [.. season.Select(Rounded)],
            Level = [.. level.Take(KeptWeeks).Select(Rounded)],
            Slope = Rounded(Slope(level, counts, share)),
        };
    }

    private static double[] Slope(double[][] level, double[][] counts, double[] share)
    {
        var slope = new double[share.Length];
        if (level.Length < 2) return slope;
        for (var c = 0; c < slope.Length; c++)
        {
            var change = level[0][c] - level[1][c];
            var noise = (1 / (counts[0][c] + (PseudoEvents * share[c]))) + (1 / (counts[1][c] + (PseudoEvents * share[c])));
            slope[c] = change == 0 ? 0 : change * Math.Max(0, 1 - (noise / (change * change))) / PopulationModel.StepDays;
        }

        return slope;
    }

    private static double[][] Logs(double[][] counts, double[] share) => [.. counts.Select(week =>
    {
        var all = week.Sum() + PseudoEvents;
        return week.Select((n, c) => Math.Log((n + (PseudoEvents * share[c])) / all / share[c])).ToArray();
    })];

    private static double[][] Smooth(double[][] counts) => [.. counts.Select((week, k) => week.Select((_, c) =>
    {
        double sum = 0, weights = 0;
        for (var other = Math.Max(0, k - Smoothing.Length + 1); other < Math.Min(counts.Length, k + Smoothing.Length); other++)
        {
            sum += Smoothing[Math.Abs(other - k)] * counts[other][c];
            weights += Smoothing[Math.Abs(other - k)];
        }

        return sum / weights;
    }).ToArray())];

    // [52][C]: cycles are the years back from the end; each is centred, the last and incomplete one by what it shares with the others.
    private static double[][] Season(double[][] logs, long end)
    {
        const int Weeks = PopulationModel.SeasonWeeks;
        var categories = logs[0].Length;
        var start = end - (logs.Length * Week);
        var cycles = (int)Math.Ceiling((end - start) / Year);
        var season = new double[Weeks][];
        for (var w = 0; w < Weeks; w++) season[w] = new double[categories];
        var values = new double[cycles, Weeks];
        for (var c = 0; c < categories; c++)
        {
            var complete = 0;
            var mean = new double[Weeks];
            for (var cycle = 0; cycle < cycles; cycle++)
            {
                for (var w = 0; w < Weeks; w++) values[cycle, w] = At(c, cycle, w);
                var covered = Enumerable.Range(0, Weeks).Where(w => !double.IsNaN(values[cycle, w])).ToArray();
                var whole = covered.Length == Weeks;
                var centre = covered.Length < (whole ? 1 : LeastOverlap) ? double.NaN
                    : covered.Average(w => values[cycle, w] - (whole || complete == 0 ? 0 : mean[w] / complete));
                for (var w = 0; w < Weeks; w++) values[cycle, w] -= centre;
                if (!whole) continue;
                complete++;
                for (var w = 0; w < Weeks; w++) mean[w] += values[cycle, w];
            }

            for (var w = 0; w < Weeks; w++)
                season[w][c] = Agreed([.. Enumerable.Range(0, cycles).Select(cycle => values[cycle, w]).Where(value => !double.IsNaN(value)).Order()]);
        }

        return season;

        double At(int c, int cycle, int w)
        {
            var since = (PopulationMovement.WeekOfYear(end) - w - 0.5 + Weeks) % Weeks / Weeks * Year; // back from the end, 0 to a year
            var k = ((since + (cycle * Year)) / Week) - 0.5;
            if (k > logs.Length - 0.5) return double.NaN;
            var low = Math.Clamp((int)Math.Floor(k), 0, logs.Length - 1);
            var part = Math.Clamp(k - low, 0, 1);
            return (logs[low][c] * (1 - part)) + (logs[Math.Min(low + 1, logs.Length - 1)][c] * part);
        }
    }

    private static double Agreed(double[] ordered) => ordered.Length switch
    {
        0 => 0,
        1 => ordered[0],
        2 => ordered[0] > 0 ? ordered[0] : ordered[1] < 0 ? ordered[1] : 0,
        _ => ordered.Length % 2 == 1 ? ordered[ordered.Length / 2] : (ordered[(ordered.Length / 2) - 1] + ordered[ordered.Length / 2]) / 2,
    };

    private static float[] Rounded(double[] values) => Array.ConvertAll(values, value => (float)Math.Round(value, 4));
}

using Driftline.InterestModel;

namespace Driftline.Training;

/// <summary>
/// Fits a <see cref="PopulationModel"/> from training events. What is counted is a user's day with a category, once, for the events of one visit
/// depend on each other. With n_ck such days in week k (weeks are counted back from the end; smoothed over five weeks, at the end over
/// the last three), N_k their sum, p_c the category's share of all and a = <see cref="PseudoDays"/>:
/// <c>L_ck = log((n_ck + a p_c) / (N_k + a) / p_c)</c>, whose noise is v_ck = q / (n_ck + a p_c), with q the sum of the squared weights of
/// the smoothing. A deviation d is shrunk by its noise to <c>d max(0, 1 - v / d^2)</c> (the positive part of James and Stein 1961).
/// The season is what the years agree on in L, each year centred: of two years the smaller deviation where their signs agree, else none; of
/// more their median; of one year, that year's. The level is L less the season; its slope is its change over the last two weeks.
/// </summary>
internal static class FitPopulation
{
    /// <summary>User-days added to each week, spread as all are, so that thin weeks say little.</summary>
    public const double PseudoDays = 10;

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
        foreach (var (category, day) in data.Users.SelectMany(user => user.Events.Take(user.TrainingEvents)
            .Select(e => (Category: data.Vocabulary.CategoryOf(e.Item - ItemRows.First), Day: (long)((end - e.Time) / Day))).Distinct()))
        {
            share[category]++;
            if (day / PopulationModel.StepDays < weeks) counts[day / PopulationModel.StepDays][category]++;
        }

        var total = share.Sum();
        for (var c = 0; c < categories; c++) share[c] = (share[c] + 0.5) / (total + (categories * 0.5));
        var (level, noise) = Logs(counts, share);
        var season = end - first >= Year ? Season(level, noise, end) : [];
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

        var slope = Slope(level, noise);
        // Only ratios of levels matter, so each is taken from its own middle before it is shrunk.
        for (var c = 0; c < categories; c++)
        {
            var middle = level.Average(week => week[c]);
            for (var k = 0; k < weeks; k++) level[k][c] = Shrunk(level[k][c] - middle, noise[k][c]);
        }

        return new PopulationModel
        {
            HorizonDays = horizonDays,
            End = end,
            Share = Array.ConvertAll(share, value => (float)value),
            Season = [.. season.Select(Rounded)],
            Level = [.. level.Take(KeptWeeks).Select(Rounded)],
            Slope = Rounded(slope),
        };
    }

    private static double[] Slope(double[][] level, double[][] noise)
    {
        const int Steps = 2;
        if (level.Length <= Steps) return new double[level[0].Length];
        return [.. level[0].Select((now, c) => Shrunk(now - level[Steps][c], noise[0][c] + noise[Steps][c]) / (Steps * PopulationModel.StepDays))];
    }

    private static double Shrunk(double deviation, double noise) =>
        deviation == 0 ? 0 : deviation * Math.Max(0, 1 - (noise / (deviation * deviation)));

    // L and its noise, both [weeks][C].
    private static (double[][] Logs, double[][] Noise) Logs(double[][] counts, double[] share)
    {
        var (logs, noise) = (new double[counts.Length][], new double[counts.Length][]);
        for (var k = 0; k < counts.Length; k++)
        {
            var near = Enumerable.Range(k - Smoothing.Length + 1, (2 * Smoothing.Length) - 1).Where(other => other >= 0 && other < counts.Length)
                .Select(other => (Week: counts[other], Weight: Smoothing[Math.Abs(other - k)])).ToArray();
            var weights = near.Sum(one => one.Weight);
            var squares = near.Sum(one => one.Weight * one.Weight) / (weights * weights);
            var smooth = share.Select((_, c) => near.Sum(one => one.Weight * one.Week[c]) / weights).ToArray();
            var all = smooth.Sum() + PseudoDays;
            logs[k] = [.. smooth.Select((n, c) => Math.Log((n + (PseudoDays * share[c])) / all / share[c]))];
            noise[k] = [.. smooth.Select((n, c) => squares / (n + (PseudoDays * share[c])))];
        }

        return (logs, noise);
    }

    // [52][C]: cycles are the years back from the end; each is centred, the last and incomplete one by what it shares with the others.
    private static double[][] Season(double[][] logs, double[][] noise, long end)
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
                for (var w = 0; w < Weeks; w++) values[cycle, w] = At(logs, c, cycle, w);
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
            {
                double[] years = [.. Enumerable.Range(0, cycles).Select(cycle => values[cycle, w]).Where(value => !double.IsNaN(value)).Order()];
                var variance = At(noise, c, 0, w);
                season[w][c] = Shrunk(Agreed(years), years.Length < 2 || double.IsNaN(variance) ? variance : variance / years.Length);
            }
        }

        return season;

        double At(double[][] rows, int c, int cycle, int w)
        {
            var since = (PopulationMovement.WeekOfYear(end) - w - 0.5 + Weeks) % Weeks / Weeks * Year; // back from the end, 0 to a year
            var k = ((since + (cycle * Year)) / Week) - 0.5;
            if (k > rows.Length - 0.5) return double.NaN;
            var low = Math.Clamp((int)Math.Floor(k), 0, rows.Length - 1);
            var part = Math.Clamp(k - low, 0, 1);
            return (rows[low][c] * (1 - part)) + (rows[Math.Min(low + 1, rows.Length - 1)][c] * part);
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

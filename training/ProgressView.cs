using System.Globalization;
using Spectre.Console;

namespace Driftline.Training;

/// <summary>Shows training: a bar on a terminal, else a line an epoch and one at least every ten seconds.</summary>
internal static class ProgressView
{
    private const double LineEverySeconds = 10;

    /// <exception cref="InputException">There is no such mode.</exception>
    public static void Check(string? mode)
    {
        if (mode is not (null or "plain" or "bar")) throw new InputException($"--progress {mode}: use plain or bar.");
    }

    /// <summary>Runs training and shows it.</summary>
    /// <param name="mode"><c>bar</c>, <c>plain</c>, or null to choose by whether the output is a terminal.</param>
    /// <param name="settings">What ends training.</param>
    /// <param name="work">Training, given where to report.</param>
    public static T Run<T>(string? mode, TrainingSettings settings, Func<Action<TrainingProgress>, T> work)
    {
        if (mode == "plain" || (mode is null && (Console.IsOutputRedirected || !AnsiConsole.Profile.Capabilities.Interactive))) return work(Lines());
        return AnsiConsole.Progress()
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn())
            .Start(context =>
            {
                var task = context.AddTask("training", maxValue: 1);
                var best = 0.0;
                var result = work(p =>
                {
                    if (p.Validation is { } v && p.Best) best = v.Ndcg;
                    task.Value = Done(p, settings);
                    task.Description = Line($"epoch {p.Epoch}, loss {p.Loss:F3}, best NDCG@10 {best:F4}");
                });
                task.Value = 1;
                return result;
            });
    }

    private static Action<TrainingProgress> Lines()
    {
        var last = 0.0;
        return p =>
        {
            if (p.Validation is null && p.Seconds - last < LineEverySeconds) return;
            last = p.Seconds;
            var end = p.Validation is { } v ? Line($"validation HR@10 {v.HitRate:F4} NDCG@10 {v.Ndcg:F4}{(p.Best ? " best" : "")}") : Line($"{p.EpochFraction:P0}");
            Console.WriteLine(Line($"epoch {p.Epoch,3}  {p.Seconds,6:F1} s  loss {p.Loss:F4}  {end}"));
        };
    }

    private static double Done(TrainingProgress p, TrainingSettings settings) =>
        Math.Min(1, Math.Max((p.Epoch - 1 + p.EpochFraction) / settings.MaxEpochs, p.Seconds / settings.MaxSeconds));

    private static string Line(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

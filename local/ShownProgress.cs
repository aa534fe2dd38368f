using System.Diagnostics;
using Spectre.Console;

namespace Driftline.Local;

/// <summary>A bar on a terminal, a line every two seconds elsewhere.</summary>
internal static class ShownProgress
{
    private static readonly TimeSpan LineEvery = TimeSpan.FromSeconds(2);

    public static Task RunAsync(string title, int total, Func<IProgress<int>, Task> work) =>
        Console.IsOutputRedirected ? work(new Lines(title, total)) : AnsiConsole.Progress()
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn(), new SpinnerColumn())
            .StartAsync(context =>
            {
                var task = context.AddTask(Markup.Escape(title), maxValue: Math.Max(1, total));
                return work(new Bar(task));
            });

    private sealed class Bar(ProgressTask task) : IProgress<int>
    {
        public void Report(int value) => task.Value = value;
    }

    private sealed class Lines(string title, int total) : IProgress<int>
    {
        private long _last = Stopwatch.GetTimestamp();

        public void Report(int value)
        {
            if (value < total && Stopwatch.GetElapsedTime(_last) < LineEvery) return;
            _last = Stopwatch.GetTimestamp();
            Console.WriteLine($"{title}: {value:N0} of {total:N0}");
        }
    }
}

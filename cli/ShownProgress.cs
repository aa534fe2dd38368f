using System.Diagnostics;
using Spectre.Console;

namespace Driftline.Cli;

/// <summary>A bar on a terminal, a line every two seconds elsewhere; always on the error stream.</summary>
internal static class ShownProgress
{
    private static readonly TimeSpan LineEvery = TimeSpan.FromSeconds(2);

    /// <param name="total">Null where it is not known.</param>
    public static async Task<T> RunAsync<T>(string title, long? total, Func<IProgress<long>, Task<T>> work)
    {
        if (Console.IsErrorRedirected) return await work(new Lines(title, total));
        return await Shown.Notes.Progress().AutoClear(true)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn(), new SpinnerColumn())
            .StartAsync(async context =>
            {
                var task = context.AddTask(Markup.Escape(title), maxValue: Math.Max(1, total ?? 1));
                task.IsIndeterminate = total is null;
                return await work(new Bar(task, title, total));
            });
    }

    private sealed class Bar(ProgressTask task, string title, long? total) : IProgress<long>
    {
        public void Report(long value)
        {
            if (total is null) task.Description = Markup.Escape($"{title}: {value:N0}");
            else task.Value = value;
        }
    }

    private sealed class Lines(string title, long? total) : IProgress<long>
    {
        private long _last = Stopwatch.GetTimestamp();

        public void Report(long value)
        {
            if (Stopwatch.GetElapsedTime(_last) < LineEvery) return;
            _last = Stopwatch.GetTimestamp();
            Console.Error.WriteLine(total is null ? $"{title}: {value:N0}" : $"{title}: {value:N0} of {total:N0}");
        }
    }
}

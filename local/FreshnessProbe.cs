using System.Collections.Concurrent;
using System.Diagnostics;

namespace Driftline.Local;

/// <summary>
/// Measures freshness: from the ingestor's 202 to the first answer of the recommender that reflects the event. Of each batch one event is
/// followed by asking until the answer shows it, as a shop would see it; what is reported includes that asking.
/// </summary>
/// <param name="atOnce">
/// Events that are followed at a time, further ones are passed over: far more than wait while answers come late, for to pass over those would leave the late ones out.
/// </param>
/// <param name="published">
/// Where given, completes when the update that an event of a user at a position leads to is on its topic: no answer can show the event before, and asking costs the recommender what
/// it would answer shoppers with.
/// </param>
public sealed class FreshnessProbe(RecommenderClient recommender, Ledger ledger, CancellationToken stopping, int atOnce = 256, Func<string, int, Task>? published = null)
{
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(2);

    /// <summary>What has taken long is asked after less often, to within this part of the time: many such would otherwise ask the recommender to death.</summary>
    private const double PauseOfElapsed = 0.1;

    private static readonly TimeSpan GiveUp = TimeSpan.FromSeconds(60);
    private readonly ConcurrentBag<double> _milliseconds = [];
    private readonly ConcurrentDictionary<Task, byte> _running = new();

    public int Samples => _milliseconds.Count;

    /// <summary>Forgets the samples so far: they were the warm-up's.</summary>
    public void Reset() => _milliseconds.Clear();

    /// <summary>Starts to follow one of the batch's events, unless enough are followed already.</summary>
    public void Follow(IReadOnlyList<(ReplayEvent Event, int Position)> accepted, long answered)
    {
        if (accepted.Count == 0 || _running.Count >= atOnce) return;
        var (one, position) = accepted[^1];
        var task = FollowAsync(one.Source.UserId, position, answered);
        _running.TryAdd(task, 0);
        _ = task.ContinueWith(done => _running.TryRemove(done, out _), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
    }

    /// <summary>Waits for the events that are still followed.</summary>
    public Task FinishAsync() => Task.WhenAll(_running.Keys);

    /// <summary>A percentile of the samples, nearest rank, in milliseconds; null without samples.</summary>
    public double? Percentile(double share)
    {
        var sorted = _milliseconds.Order().ToArray();
        return sorted.Length == 0 ? null : Math.Round(sorted[Math.Clamp((int)Math.Ceiling(share * sorted.Length) - 1, 0, sorted.Length - 1)], 1);
    }

    private async Task FollowAsync(string userId, int position, long answered)
    {
        try
        {
            if (published is not null) await published(userId, position).WaitAsync(GiveUp, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            while (Stopwatch.GetElapsedTime(answered) < GiveUp)
            {
                if (await recommender.DigestAsync(userId, stopping) is { } digest && ledger.Reflects(userId, digest, position))
                {
                    _milliseconds.Add(Stopwatch.GetElapsedTime(answered).TotalMilliseconds);
                    return;
                }

                var pause = Stopwatch.GetElapsedTime(answered) * PauseOfElapsed;
                await Task.Delay(pause > ShortestPause ? pause : ShortestPause, stopping);
            }

            _milliseconds.Add(GiveUp.TotalMilliseconds); // at least
        }
        catch (OperationCanceledException) { }
    }
}

using System.Collections.Concurrent;
using Microsoft.Extensions.Time.Testing;

namespace Driftline.Ingestor.Tests;

/// <summary>A clock that a test moves, and that tells which timers run by it.</summary>
public sealed class TestClock(DateTimeOffset now) : FakeTimeProvider(now)
{
    private readonly ConcurrentQueue<TimeSpan> _set = new();

    /// <summary>Waits until a timer of just this length is set.</summary>
    public async Task UntilTimerAsync(TimeSpan length)
    {
        var deadline = DateTime.UtcNow + IngestorService.Patience;
        while (!_set.Contains(length))
        {
            Assert.True(DateTime.UtcNow < deadline, $"No timer of {length} was set, but {string.Join(", ", _set)}.");
            await Task.Delay(20);
        }
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = base.CreateTimer(callback, state, dueTime, period);
        _set.Enqueue(dueTime);
        return timer;
    }
}

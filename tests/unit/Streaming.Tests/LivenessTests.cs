using Microsoft.Extensions.Diagnostics.HealthChecks;
using Xunit;

namespace Driftline.Streaming.Tests;

/// <summary>A supervisor ends a process whose loop is stuck, and none whose loop waits.</summary>
public sealed class LivenessTests
{
    private static readonly TimeSpan AlmostStuck = TimeSpan.FromSeconds(119);

    private readonly LoopUnderTest _loop = new(new ConsumerLoopOptions { MinBackoff = TimeSpan.FromMinutes(5), MaxBackoff = TimeSpan.FromMinutes(5) });

    [Fact]
    public async Task ALoopThatWaitsLongForItsNextTryIsAlive()
    {
        _loop.Assigned(0, "a");
        _loop.FailFirst(1, () => new TimeoutException("Redis is away"));
        var alive = new List<bool>();
        _loop.Consumer.OnPoll = _ => alive.Add(_loop.Health.Alive);
        var started = _loop.Time.GetUtcNow();

        await _loop.TurnAsync();

        Assert.InRange(_loop.Time.GetUtcNow() - started, TimeSpan.FromMinutes(2.5), TimeSpan.FromMinutes(6));
        Assert.All(alive, Assert.True);
    }

    [Fact]
    public async Task AHandlerThatDoesNotReturnIsToldByItsLoopsName()
    {
        _loop.Assigned(0, "a");
        _loop.Consumer.OnPoll = _ => _loop.Time.Advance(TimeSpan.FromSeconds(1));
        var answers = new List<HealthCheckResult>();
        _loop.Handle = async (batch, _) =>
        {
            foreach (var passed in new[] { AlmostStuck, TimeSpan.FromSeconds(1) })
            {
                _loop.Time.Advance(passed);
                answers.Add(await AliveAsync());
            }

            return await LoopUnderTest.Done(batch);
        };

        await _loop.TurnAsync();

        Assert.Equal([HealthStatus.Healthy, HealthStatus.Unhealthy], answers.Select(answer => answer.Status));
        Assert.Equal("stuck: loop", answers[1].Description);
        await _loop.TurnAsync(); // it did return
        Assert.Equal(HealthStatus.Healthy, (await AliveAsync()).Status);
    }

    [Fact]
    public async Task RecordsThatAreHandledOneByOneAreEachBoundedNotAllOfThemTogether()
    {
        _loop.Assigned(0, "a", "b", "bug", "c");
        var alive = new List<bool>();
        _loop.Handle = (batch, _) =>
        {
            if (batch.Count == 1) _loop.Time.Advance(TimeSpan.FromSeconds(50));
            alive.Add(_loop.Health.Alive);
            return batch.Any(record => record.Value == "bug") ? throw new KeyNotFoundException("no such band") : LoopUnderTest.Done(batch);
        };

        await _loop.TurnAsync();

        Assert.Equal(["handle a", "handle b", "handle bug", "handle c"], _loop.Handled.Skip(3));
        Assert.All(alive, Assert.True);
    }

    [Fact]
    public async Task AProcessIsReadyOnceEachOfItsLoopsWasAssignedPartitionsAndNamesThoseThatWait()
    {
        var other = new LoopHealth("other", _loop.Time);
        var ready = new LoopsReady([_loop.Health, other]);
        await _loop.TurnAsync();
        Assert.Equal("waiting for partitions or for the end of the table: loop, other", (await ready.CheckHealthAsync(new())).Description);

        _loop.Assigned(0);
        await _loop.TurnAsync();
        var waiting = await ready.CheckHealthAsync(new());
        Assert.Equal((HealthStatus.Unhealthy, "waiting for partitions or for the end of the table: other"), (waiting.Status, waiting.Description));

        other.Ready = true;
        Assert.Equal(HealthStatus.Healthy, (await ready.CheckHealthAsync(new())).Status);
    }

    private Task<HealthCheckResult> AliveAsync() => new LoopsAlive([new LoopHealth("another", TimeProvider.System), _loop.Health]).CheckHealthAsync(new());
}

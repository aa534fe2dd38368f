using System.Diagnostics;
using Xunit;

namespace Driftline.Streaming.Tests;

/// <summary>Loops wait for records without taking the threads that requests are answered on.</summary>
[CollectionDefinition(nameof(ThreadTests), DisableParallelization = true)]
[Collection(nameof(ThreadTests))]
public sealed class ThreadTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(2);

    [Fact]
    public async Task WorkStartsAtOnceWhileManyLoopsWaitForRecords()
    {
        using var release = new ManualResetEventSlim();
        using var waiting = new CountdownEvent(Environment.ProcessorCount + 16);
        var loops = Enumerable.Range(0, waiting.InitialCount).Select(_ => new LoopUnderTest()).ToList();
        foreach (var loop in loops)
        {
            loop.Consumer.OnPoll = poll =>
            {
                if (poll == 1) waiting.Signal();
                release.Wait();
            };
            await loop.Loop.StartAsync(CancellationToken.None);
        }

        var started = Stopwatch.GetTimestamp();
        await Task.Run(() => { });
        var waited = Stopwatch.GetElapsedTime(started);
        var all = waiting.Wait(Soon);
        release.Set();
        foreach (var loop in loops) await loop.Loop.StopAsync(CancellationToken.None);

        Assert.InRange(waited, TimeSpan.Zero, Soon);
        Assert.True(all, $"{waiting.CurrentCount} loops had no thread");
    }
}

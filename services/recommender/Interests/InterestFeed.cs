using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Threading.Channels;
using driftline.events;
using Driftline.Recommender.Api;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Driftline.Recommender.Interests;

/// <summary>
/// Streams of one user's interests, fed through Redis so that any replica hears of every update. The state now comes first, then each update.
/// A reader that is slower than the updates gets the newest and misses those between.
/// </summary>
internal sealed class InterestFeed(
    InterestStore store, IOptions<RecommenderOptions> options, RecommenderMetrics metrics, TimeProvider time, IHostApplicationLifetime lifetime, ILogger<InterestFeed> log)
{
    private int _open;

    /// <summary>Null when as many streams are open as are allowed.</summary>
    public IAsyncEnumerable<SseItem<string>>? Open(string userId, CancellationToken closed)
    {
        if (Interlocked.Increment(ref _open) <= options.Value.MaxStreams) return StreamAsync(userId, closed);
        Interlocked.Decrement(ref _open);
        return null;
    }

    private async IAsyncEnumerable<SseItem<string>> StreamAsync(string userId, [EnumeratorCancellation] CancellationToken closed)
    {
        metrics.StreamOpened();
        try
        {
            using var ending = CancellationTokenSource.CreateLinkedTokenSource(closed, lifetime.ApplicationStopping);
            var updates = Channel.CreateBounded<byte[]?>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });
            // Subscribing before reading: an update between the two is seen twice rather than never.
            await using var subscription = await store.SubscribeAsync(userId, bytes => updates.Writer.TryWrite(bytes));
            var shown = await store.ReadAsync(userId);
            yield return Item(userId, shown);
            while (!ending.IsCancellationRequested)
            {
                var arrived = await WaitAsync(updates.Reader, ending.Token);
                if (ending.IsCancellationRequested) yield break;
                var now = !arrived ? await StoredAsync(userId, shown) : updates.Reader.TryRead(out var bytes) ? await DecodeAsync(bytes, shown) : shown;
                if (!ReferenceEquals(now, shown)) yield return Item(userId, shown = now);
                else if (!arrived) yield return new SseItem<string>("{}", "heartbeat");
            }
        }
        finally
        {
            Interlocked.Decrement(ref _open);
            metrics.StreamClosed();
        }
    }

    /// <summary>False after a heartbeat's time without an update, and at the end.</summary>
    private async Task<bool> WaitAsync(ChannelReader<byte[]?> updates, CancellationToken ending)
    {
        using var heartbeat = new CancellationTokenSource(options.Value.StreamHeartbeat, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ending, heartbeat.Token);
        try
        {
            return await updates.WaitToReadAsync(either.Token);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    // Redis keeps no message for a subscriber whose connection is down: what came meanwhile is read. What was shown, where that is still so or cannot be read.
    private async Task<InterestUpdated?> StoredAsync(string userId, InterestUpdated? shown)
    {
        try
        {
            var stored = await store.ReadAsync(userId);
            return (stored?.computedAt, stored?.modelVersion, stored?.sequenceDigest) == (shown?.computedAt, shown?.modelVersion, shown?.sequenceDigest) ? shown : stored;
        }
        catch (Exception e) when (e is RedisException or TimeoutException)
        {
            return shown; // the next heartbeat asks again
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            Log.MessageUnreadable(log, e);
            return shown;
        }
    }

    private async ValueTask<InterestUpdated?> DecodeAsync(byte[]? bytes, InterestUpdated? shown)
    {
        try
        {
            return bytes is null ? null : await store.DecodeAsync(bytes);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            Log.MessageUnreadable(log, e); // the next update replaces it
            return shown;
        }
    }

    private SseItem<string> Item(string userId, InterestUpdated? update)
    {
        var answer = update is null ? InterestsAnswer.Unknown(userId) : InterestsAnswer.From(update, time.GetUtcNow());
        return new SseItem<string>(JsonSerializer.Serialize(answer, RecommenderJson.Default.InterestsAnswer), "interests");
    }
}

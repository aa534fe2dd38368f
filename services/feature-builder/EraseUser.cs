using driftline.events;
using Driftline.Hosting;
using Driftline.Streaming;
using Microsoft.Extensions.Options;

namespace Driftline.FeatureBuilder;

/// <summary>
/// ErasureRequested in; the user's keys are gone, and the erasure goes on to the next stages on the way of the user's own events
/// (docs/adr/0005-an-erasure-travels-the-way-of-the-events.md).
/// </summary>
public sealed class EraseUser(
    ErasedUsers erased, SuppressErased suppress, ErasureProgress progress, MergeSessions merge, AnnounceSequence announce, IOptions<FeatureBuilderOptions> options, TimeProvider time, ILogger<EraseUser> log)
    : IBatchHandler<ErasureRequested>
{
    public async Task<IReadOnlyList<Outcome>> HandleAsync(IReadOnlyList<Received<ErasureRequested>> batch, CancellationToken stopping)
    {
        // Events that have not happened yet cannot be erased; an erasure that was asked for by a clock which is ahead is carried out all the same, up to where events of such a clock are taken.
        var latest = (time.GetUtcNow() + (options.Value.MaxFuture > ReadEvent.MostSkew ? options.Value.MaxFuture : ReadEvent.MostSkew)).ToUnixTimeMilliseconds();
        var faults = batch.Select(record => Fault(record.Key, record.Value)).ToArray();
        var requested = batch.Where((_, i) => faults[i] is null).ToList();
        var done = await progress.AreCompleteAsync(ErasureProgress.FeatureBuilder, requested.Select(record => record.Value!.erasureId));
        // Also of those that are done: Redis may have lost the mark and kept that. Marking again changes nothing.
        if (requested.Count > 0) await erased.MarkAsync(requested.Select(record => (record.Key!, Math.Min(latest, record.Value!.requestedAt))));
        // One that comes again is left alone else: the user may have come back meanwhile.
        var open = requested.Where((_, i) => !done[i]).ToList();
        if (open.Count > 0)
        {
            await Task.WhenAll(open.Select(record => EraseAsync(record, Math.Min(latest, record.Value!.requestedAt))));
            await progress.CompleteAsync(ErasureProgress.FeatureBuilder, open.Select(record => record.Value!.erasureId));
            Log.Erased(log, open.Count);
        }

        return Array.ConvertAll(faults, fault => fault is null ? Outcome.Done : Outcome.Rejected(fault));
    }

    private async Task EraseAsync(Received<ErasureRequested> record, long erasedAt)
    {
        var request = record.Value!;
        await merge.ForgetAsync(request.userId, erasedAt);
        var state = await suppress.RemoveAsync(request.userId, erasedAt);
        await announce.ErasedAsync(request.userId, state, erasedAt, request.erasureId, TraceHeaders.Extract(record.Headers));
    }

    internal static string? Fault(string? key, ErasureRequested? request)
    {
        if (request is null) return "the record has no value: an erasure names its user and its id";
        if (request.userId.Length == 0) return "userId is empty";
        if (key != request.userId) return "the record's key is not its userId: key erasures by user id";
        return request.erasureId.Length == 0 ? "erasureId is empty" : null;
    }
}

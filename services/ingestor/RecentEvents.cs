using System.Buffers.Binary;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Extensions.Options;

namespace Driftline.Ingestor;

/// <summary>
/// Tells duplicates: the (user id, event id) pairs that Kafka has acknowledged to this process lately, and those on their way. Kept as
/// 128-bit hashes in two generations: when the young one is full it becomes the old one and the old one is forgotten, so at least half of the
/// window's newest pairs are known, and never more than all of it. A pair that is on its way claims its place, so of two requests with the
/// same pair one sends it and the other waits for the outcome. Other replicas and earlier runs are not known: a duplicate that slips
/// through changes nothing downstream, for sequences are idempotent. Thread-safe.
/// </summary>
internal sealed class RecentEvents(IOptions<IngestorOptions> options)
{
    private const int MaxStack = 512;

    private readonly int _generation = Math.Max(1, options.Value.DuplicateWindowEvents / 2);
    private readonly Lock _lock = new();
    private readonly Dictionary<UInt128, TaskCompletionSource<ResultStatus?>?> _inFlight = []; // null until a twin waits
    private HashSet<UInt128> _young = [];
    private HashSet<UInt128> _old = [];

    public static UInt128 Hash(string userId, string eventId)
    {
        var (user, id) = (Encoding.UTF8.GetByteCount(userId), Encoding.UTF8.GetByteCount(eventId));
        var length = sizeof(int) + user + id;
        Span<byte> bytes = length <= MaxStack ? stackalloc byte[length] : new byte[length];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, user); // keeps ("ab", "c") apart from ("a", "bc")
        Encoding.UTF8.GetBytes(userId, bytes[sizeof(int)..]);
        Encoding.UTF8.GetBytes(eventId, bytes[(sizeof(int) + user)..]);
        return XxHash128.HashToUInt128(bytes);
    }

    /// <returns>
    /// Null if the pair is new: the caller sends it and then calls <see cref="Settle"/>. Else a task that yields what the pair was settled with.
    /// </returns>
    public Task<ResultStatus?>? Claim(UInt128 pair)
    {
        lock (_lock)
        {
            if (_young.Contains(pair) || _old.Contains(pair)) return Task.FromResult<ResultStatus?>(ResultStatus.Accepted);
            ref var claim = ref CollectionsMarshal.GetValueRefOrAddDefault(_inFlight, pair, out var isTwin);
            return isTwin ? (claim ??= new TaskCompletionSource<ResultStatus?>(TaskCreationOptions.RunContinuationsAsynchronously)).Task : null;
        }
    }

    /// <summary>Ends a claim.</summary>
    /// <param name="status">Accepted once Kafka has the pair, rejected if it never will, null if it could not be sent.</param>
    public void Settle(UInt128 pair, ResultStatus? status)
    {
        TaskCompletionSource<ResultStatus?>? claim;
        lock (_lock)
        {
            _inFlight.Remove(pair, out claim);
            if (status == ResultStatus.Accepted) Remember(pair);
        }

        claim?.SetResult(status);
    }

    private void Remember(UInt128 pair)
    {
        if (_young.Count >= _generation)
        {
            (_young, _old) = (_old, _young);
            _young.Clear();
        }

        _young.Add(pair);
    }
}

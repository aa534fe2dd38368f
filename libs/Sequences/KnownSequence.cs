using System.IO.Hashing;
using StackExchange.Redis;

namespace Driftline.Sequences;

/// <summary>
/// What a reader remembers of a stored sequence: the hash of each member, in order. A store only adds members, cuts off the oldest by rank, removes
/// the oldest by time, and moves all that are there to another user. So where the oldest member is the one that must be the oldest now, and there are as
/// many as there must be, nothing has happened but appending at the end, and the rest need not be read again.
/// </summary>
public sealed class KnownSequence
{
    private readonly Queue<ulong> _hashes;
    private SequenceDigest _digest;
    private ulong _newest;

    private KnownSequence(int capacity) => _hashes = new Queue<ulong>(capacity);

    /// <summary>Bytes that it takes, about.</summary>
    public int Size => 120 + (_hashes.Capacity * sizeof(ulong));

    /// <param name="members">All that is stored, in order.</param>
    public static KnownSequence Of(ReadOnlySpan<SortedSetEntry> members)
    {
        var known = new KnownSequence(members.Length + 4);
        foreach (var member in members) known.Add(member);
        return known;
    }

    /// <summary>Members.</summary>
    public int Count => _hashes.Count;

    /// <summary>See <see cref="SequenceDigest"/>.</summary>
    public long Digest => _digest.Value;

    /// <summary>Event time of the newest member; 0 of an empty sequence.</summary>
    public long NewestEventTime { get; private set; }

    /// <summary>Takes up what was appended.</summary>
    /// <param name="end">The stored members of <see cref="NewestEventTime"/> and later.</param>
    /// <param name="oldest">The oldest stored member.</param>
    /// <param name="stored">How many there are.</param>
    /// <param name="most">How many a sequence keeps.</param>
    /// <returns>How many of the members of <paramref name="end"/> were appended; null where that is not all that has happened, and nothing is taken up.</returns>
    public int? Append(SortedSetEntry[] end, RedisValue oldest, long stored, int most)
    {
        var place = Array.FindIndex(end, member => Hash(member.Element) == _newest);
        if (place < 0) return null;
        var appended = end.Length - place - 1;
        var left = Math.Max(0, Count + appended - most);
        var cutOff = Count + appended - stored; // none yet, where the writer has still to cut off
        if (left >= Count || cutOff < 0 || cutOff > left || _hashes.ElementAt((int)cutOff) != Hash(oldest)) return null;
        for (var i = 0; i < left; i++) _digest.Remove(_hashes.Dequeue());
        foreach (var member in end.AsSpan(place + 1)) Add(member);
        return appended;
    }

    private static ulong Hash(RedisValue member) => XxHash64.HashToUInt64(((ReadOnlyMemory<byte>)member).Span);

    private void Add(SortedSetEntry member)
    {
        _newest = Hash(member.Element);
        NewestEventTime = (long)member.Score;
        _hashes.Enqueue(_newest);
        _digest.Add(_newest);
    }
}

using System.IO.Hashing;

namespace Driftline.Sequences;

/// <summary>
/// An order-free fingerprint of a sequence: the sum modulo 2^64 of its members' XXH64 hashes. Whoever knows which events were sent can tell
/// from it exactly which of them an interest update was computed from.
/// </summary>
public struct SequenceDigest
{
    private ulong _sum;

    public void Add(ReadOnlySpan<byte> member) => Add(XxHash64.HashToUInt64(member));

    internal void Add(ulong hash) => _sum = unchecked(_sum + hash);

    internal void Remove(ulong hash) => _sum = unchecked(_sum - hash);

    /// <summary>The digest as Avro's signed long carries it.</summary>
    public readonly long Value => unchecked((long)_sum);
}

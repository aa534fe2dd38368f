namespace Driftline.Sequences;

/// <summary>A user's newest entries, oldest first, and the digest of the whole stored window.</summary>
public sealed record UserSequence(IReadOnlyList<SequenceEntry> Entries, long Digest)
{
    public static readonly UserSequence Empty = new([], 0);
}

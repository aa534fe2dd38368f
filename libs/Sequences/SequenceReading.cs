namespace Driftline.Sequences;

/// <summary>A sequence as it was stored at one moment, read whole or as far as it was not known.</summary>
/// <param name="Entries">Oldest first: all, or those that were appended to what was known.</param>
/// <param name="Appended">Whether the entries are only those that were appended.</param>
/// <param name="Length">Stored entries.</param>
/// <param name="Digest">Of the whole stored window, see <see cref="SequenceDigest"/>.</param>
/// <param name="NewestEventTime">In milliseconds since the Unix epoch; 0 of an empty sequence.</param>
/// <param name="Known">What to read on from the next time.</param>
public sealed record SequenceReading(IReadOnlyList<SequenceEntry> Entries, bool Appended, int Length, long Digest, long NewestEventTime, KnownSequence Known)
{
    internal static SequenceReading Of(IReadOnlyList<SequenceEntry> entries, bool appended, KnownSequence known) =>
        new(entries, appended, known.Count, known.Digest, known.NewestEventTime, known);
}

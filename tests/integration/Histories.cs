using Driftline.Sequences;
using FsCheck;
using FsCheck.Fluent;

namespace Driftline.Integration.Tests;

/// <summary>One event: its number is its id, and it may hold several items.</summary>
public sealed record Shopped(int Number, int User, long Time, SequenceEventType Type, int Items)
{
    public IEnumerable<SequenceEntry> Entries() => Enumerable.Range(0, Items).Select(item =>
        new SequenceEntry(Time, PackedMember.HashEventId($"e{Number}"), Type, (byte)(1 + item), PriceBands.Of(item * 9.9), $"sku-{Number % 7}-{item}-é"));
}

/// <summary>A set of events, and one way in which they may be delivered: in any order, some of them again, in batches.</summary>
public sealed record History(IReadOnlyList<Shopped> Events, IReadOnlyList<Shopped[]> Batches)
{
    public override string ToString() => $"{Events.Count} events in {Batches.Count} batches of {string.Join(',', Batches.Select(batch => batch.Length))}";
}

/// <summary>Histories of few and of many events (a user then has far more than 256 entries), with many ties on the time.</summary>
public static class Histories
{
    private const long Start = 1_767_225_600_000; // 2026-01-01

    public static Arbitrary<History> Any() => (
        from count in Gen.OneOf(Gen.Choose(1, 12), Gen.Choose(200, 600))
        from span in Gen.Elements(0, 5, 100_000)
        from events in Gen.CollectToArray(Enumerable.Range(0, count), number => Event(number, span))
        from again in Gen.SubListOf(events)
        from replayFrom in Gen.Choose(0, count)
        from delivered in Gen.Shuffle([.. events, .. again])
        from size in Gen.Choose(1, 200)
        select new History(events, [.. delivered.Concat(delivered.Skip(replayFrom)).Chunk(size)])).ToArbitrary();

    private static Gen<Shopped> Event(int number, int span) =>
        from user in Gen.Frequency((5, Gen.Constant(0)), (1, Gen.Choose(1, 3)))
        from time in Gen.Choose(0, span)
        from type in Gen.Elements(Enum.GetValues<SequenceEventType>())
        from items in Gen.Frequency((3, Gen.Constant(1)), (1, Gen.Choose(2, 4)))
        select new Shopped(number, user, Start + time, type, items);
}

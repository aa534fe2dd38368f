using StackExchange.Redis;
using Xunit;

namespace Driftline.Sequences.Tests;

/// <summary>From a sequence's end, its oldest member and its length a reader tells whether it was only appended to.</summary>
public sealed class KnownSequenceTests
{
    private const int Most = 8;

    [Fact]
    public void WhateverHappensToASequenceWhatIsKnownOfItIsRightOrIsGivenUp()
    {
        var random = new Random(1);
        var (kept, givenUp) = (0, 0);
        for (var run = 0; run < 400; run++)
        {
            var stored = new Stored();
            for (var i = random.Next(1, 12); i > 0; i--) stored.Add(random.Next(40));
            var known = stored.Known();
            for (var turn = 0; turn < 12; turn++)
            {
                for (var change = random.Next(4); change > 0; change--) Change(stored, random);
                if (stored.Count == 0) break;
                if (stored.TakenUpBy(known) is null)
                {
                    known = stored.Known();
                    givenUp++;
                }
                else
                {
                    kept++;
                }

                Assert.Equal((stored.Count, stored.Digest, stored.Newest), (known.Count, known.Digest, known.NewestEventTime));
            }
        }

        Assert.True(kept > 1000 && givenUp > 200, $"{kept} kept, {givenUp} given up");
    }

    [Fact]
    public void AppendingIsTakenUpThoughTheOldestLeave()
    {
        var stored = new Stored();
        stored.Add(1);
        var known = stored.Known();
        for (var time = 2; time < 3 * Most; time++)
        {
            stored.Add(time);
            Assert.Equal(1, stored.TakenUpBy(known));
            Assert.Equal(0, stored.TakenUpBy(known)); // nothing new
        }

        for (var time = 100; time < 100 + Most - 1; time++) stored.Add(time);
        Assert.Equal(Most - 1, stored.TakenUpBy(known));
        Assert.Equal((stored.Count, stored.Digest), (known.Count, known.Digest));
    }

    [Fact]
    public void ALateEventAForgottenOneAndAnotherSequenceAreNoticed()
    {
        var stored = new Stored();
        for (var time = 10; time < 10 + (2 * Most); time += 2) stored.Add(time);
        var (late, forgotten, tied) = (stored.Known(), stored.Known(), stored.Known());
        stored.Add(13);
        Assert.Null(stored.TakenUpBy(late));
        stored = new Stored();
        for (var time = 10; time < 10 + (2 * Most); time += 2) stored.Add(time);
        stored.Forget(12);
        Assert.Null(stored.TakenUpBy(forgotten));
        Assert.Null(new Stored().TakenUpBy(tied));
    }

    private static void Change(Stored stored, Random random)
    {
        stored.CutsOff = random.Next(2) == 0;
        switch (random.Next(8))
        {
            case 0: stored.Add(random.Next(40)); break; // often late, or there already
            case 1: stored.Forget(random.Next(20)); break;
            default: stored.Add(stored.Newest + random.Next(3)); break;
        }
    }

    /// <summary>A sorted set as the store keeps it: members are added once and in order, the oldest are cut off or forgotten.</summary>
    private sealed class Stored
    {
        private readonly SortedSet<(long Time, string Item)> _members = [];
        private int _items;

        /// <summary>Whether a writer cuts off at once, or a little later.</summary>
        public bool CutsOff { get; set; } = true;

        public int Count => Math.Min(_members.Count, Most);

        public long Newest => _members.Count == 0 ? 0 : _members.Max.Time;

        public long Digest => Known().Digest;

        public void Add(long time)
        {
            _members.Add((time, $"item {(_items++ * 7) % 100:00}")); // so that ties are not in the order of arrival
            while (CutsOff && _members.Count > Most) _members.Remove(_members.Min);
        }

        public void Forget(long upTo) => _members.RemoveWhere(member => member.Time <= upTo);

        public KnownSequence Known() => KnownSequence.Of(Members(long.MinValue).AsSpan()[^Count..]);

        public int? TakenUpBy(KnownSequence known) =>
            _members.Count == 0 ? known.Append([], RedisValue.Null, 0, Most) : known.Append(Members(known.NewestEventTime), Members(long.MinValue)[0].Element, _members.Count, Most);

        private SortedSetEntry[] Members(long from) => [.. _members.Where(member => member.Time >= from).Select(member =>
            new SortedSetEntry(PackedMember.Pack(new SequenceEntry(member.Time, 1, SequenceEventType.Click, 1, 0, member.Item)), member.Time))];
    }
}

using System.Text;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Xunit;

namespace Driftline.Sequences.Tests;

public sealed class PackedMemberTests
{
    private static readonly byte[] Header = [1, 2, 3, 4, 5, 6, 7, 8, (byte)SequenceEventType.Click, 1, 0];

    [Property]
    public Property AnyEntrySurvivesPacking(UnicodeString text, ulong hash, byte weight, byte band, long time)
    {
        var itemId = "é😀" + new string([.. text.Get.Where(character => !char.IsSurrogate(character))]);
        var types = Gen.Elements(Enum.GetValues<SequenceEventType>()).ToArbitrary();
        return Prop.ForAll(types, type =>
        {
            var entry = new SequenceEntry(time, hash, type, weight, band, itemId);
            return PackedMember.Unpack(PackedMember.Pack(entry), time) == entry;
        });
    }

    [Theory]
    [InlineData(1)]
    [InlineData(53)]
    public void AnItemIdOfUpTo53BytesStaysWithinTheCompactEncoding(int length) => Assert.True(Packed(new string('x', length)).Length <= 64);

    [Fact]
    public void ALongerItemIdCostsMemoryOnly()
    {
        var itemId = string.Concat(Enumerable.Repeat("длинный-", 500));

        Assert.Equal(11 + Encoding.UTF8.GetByteCount(itemId), Packed(itemId).Length);
        Assert.Equal(itemId, PackedMember.Unpack(Packed(itemId), 0).ItemId);
    }

    [Fact]
    public void TheLayoutIsWhatTheStoredSequencesHold() => Assert.Equal(
        "0102030405060708" + "03" + "02" + "20" + "736B75",
        Convert.ToHexString(PackedMember.Pack(new SequenceEntry(0, 0x0102030405060708, SequenceEventType.Purchase, 2, 32, "sku"))));

    [Fact]
    public void EventIdsAreHashedByXxh64() => Assert.Equal(0xEF46DB3751D8E999UL, PackedMember.HashEventId("")); // XXH64's published value for no input, seed 0

    [Fact]
    public void AnItemIdThatNoReaderCouldUnpackIsNotPacked()
    {
        Assert.ThrowsAny<ArgumentException>(() => Packed(""));
        Assert.ThrowsAny<ArgumentException>(() => Packed("half a pair \uD800")); // here, for an attribute would replace it
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    public void AnUnknownEventTypeIsNotPacked(byte type) =>
        Assert.Throws<ArgumentException>(() => PackedMember.Pack(new SequenceEntry(0, 0, (SequenceEventType)type, 1, 0, "sku")));

    [Property(MaxTest = 1_000)]
    public void UnpackingGarbageGivesAnEntryThatPacksBackOrAFormatException(byte[] garbage, bool plausible)
    {
        byte[] member = plausible ? [.. Header, .. garbage] : garbage;
        try
        {
            Assert.Equal(member, PackedMember.Pack(PackedMember.Unpack(member, 0)));
        }
        catch (FormatException e)
        {
            Assert.Contains($"{member.Length} bytes", e.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("0102030405060708010100")]
    [InlineData("0102030405060708000100AA")]
    [InlineData("0102030405060708050100AA")]
    [InlineData("0102030405060708010100FF")]
    public void WhatPackDidNotWriteIsRefused(string hex) => Assert.Throws<FormatException>(() => PackedMember.Unpack(Convert.FromHexString(hex), 0));

    private static byte[] Packed(string itemId) => PackedMember.Pack(new SequenceEntry(0, 1, SequenceEventType.Click, 1, 0, itemId));
}

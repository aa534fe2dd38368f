using FsCheck.Xunit;
using Xunit;

namespace Driftline.Sequences.Tests;

public sealed class SequenceDigestTests
{
    [Fact]
    public void NothingHasTheDigestZero() => Assert.Equal(0, new SequenceDigest().Value);

    [Property]
    public void TheOrderOfMembersDoesNotMatter(byte[][] members, int seed)
    {
        var shuffled = members.ToArray();
        new Random(seed).Shuffle(shuffled);

        Assert.Equal(Digest(members), Digest(shuffled));
    }

    [Property]
    public void OneMemberMoreOrLessIsSeen(byte[][] members, byte[] more) => Assert.NotEqual(Digest(members), Digest([.. members, more]));

    private static long Digest(byte[][] members)
    {
        var digest = new SequenceDigest();
        foreach (var member in members) digest.Add(member);
        return digest.Value;
    }
}

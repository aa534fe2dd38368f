using System.Diagnostics;
using Driftline.Local.Endurance;
using Driftline.Sequences;
using Xunit;

namespace Driftline.Local.Tests;

public sealed class HonouredTests(GarnetFixture garnet) : IClassFixture<GarnetFixture>
{
    [Fact]
    public async Task TheLookForCertaintyIsNotThePipelinesTime()
    {
        var accepted = new Dictionary<string, List<ulong>> { ["honoured-1"] = [1], ["honoured-2"] = [2] };
        Write("honoured-1", 1);
        var started = Stopwatch.GetTimestamp();
        var wait = Honoured.WaitAsync(accepted, garnet.Redis, KafkaClients.Patience, CancellationToken.None);
        Write("honoured-2", 2); // behind the first look on the same connection

        var (missing, behind, after) = await wait;

        var waited = Stopwatch.GetElapsedTime(started);
        Assert.Equal((0, 0), (missing, behind));
        Assert.InRange(after, TimeSpan.FromSeconds(0.9), waited - TimeSpan.FromSeconds(0.9)); // of three looks a second apart, the one in the middle
    }

    private void Write(string user, ulong hash)
    {
        var member = PackedMember.Pack(new SequenceEntry(1, hash, SequenceEventType.Click, 1, 0, "sku"));
        var digest = new SequenceDigest();
        digest.Add(member);
        var database = garnet.Redis.GetDatabase();
        _ = database.SortedSetAddAsync("seq:" + user, member, 1);
        byte[] upToTheDigest = [0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 2]; // the registry's five bytes; user, version and three times empty, one entry
        _ = database.StringSetAsync("interest:" + user, (byte[])[.. upToTheDigest, .. ZigZag(digest.Value)]);
    }

    private static IEnumerable<byte> ZigZag(long value)
    {
        for (var left = (ulong)((value << 1) ^ (value >> 63)); ; left >>= 7)
        {
            if (left < 0x80)
            {
                yield return (byte)left;
                yield break;
            }

            yield return (byte)(left | 0x80);
        }
    }
}

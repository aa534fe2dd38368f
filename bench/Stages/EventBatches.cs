using System.Text;
using Driftline.Bench.EndToEnd;

namespace Driftline.Bench.Stages;

/// <summary>
/// Requests of many events whose bytes are made once: for each request only the digits of ids are written over, so that what makes the load costs little
/// beside what takes it. Users and items are drawn by Zipf's law. Not thread-safe.
/// </summary>
internal sealed class EventBatches
{
    private const int Users = 50_000, Items = 10_000;
    private static readonly ZipfLaw UserLaw = new(Users), ItemLaw = new(Items);
    private static readonly byte[] NumberMark = "N0000000000"u8.ToArray(), UserMark = "U00000"u8.ToArray(), ItemMark = "I00000"u8.ToArray();

    private readonly Random _random;
    private readonly List<(int At, byte Kind)> _digits = [];
    private long _number;

    /// <param name="lane">Keeps the event ids of several apart.</param>
    public EventBatches(int lane, int count)
    {
        _random = new Random(lane);
        var one = $$"""{"eventId":"bench-{{lane:00}}-N0000000000","eventType":"click","userId":"shopper-U00000","items":[{"itemId":"sku-I00000","quantity":1,"price":19.90}]}""";
        Body = Encoding.UTF8.GetBytes($"[{string.Join(',', Enumerable.Repeat(one, count))}]");
        foreach (var mark in new[] { NumberMark, UserMark, ItemMark })
            for (var at = 0; Body.AsSpan(at).IndexOf(mark) is >= 0 and var next; at += next + 1) _digits.Add((at + next + 1, mark[0]));
    }

    /// <summary>The request's bytes as of the last <see cref="Next"/>.</summary>
    public byte[] Body { get; }

    public void Next()
    {
        foreach (var (at, kind) in _digits)
        {
            var (value, length) = kind == (byte)'N' ? (_number++, NumberMark.Length - 1) : kind == (byte)'U' ? (UserLaw.Draw(_random), UserMark.Length - 1) : (ItemLaw.Draw(_random), ItemMark.Length - 1);
            for (var i = at + length - 1; i >= at; i--, value /= 10) Body[i] = (byte)('0' + value % 10);
        }
    }
}

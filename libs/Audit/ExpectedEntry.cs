using System.Buffers.Binary;
using System.Globalization;
using System.IO.Hashing;
using System.Text;
using System.Text.Json;

namespace Driftline.Audit;

/// <summary>
/// A sequence entry that a sent event must become. Recomputed from the event's JSON by the documented layout (docs/reliability.md): 8 bytes XXH64
/// of the event id (big endian), type (click 1, add-to-cart 2, purchase 3, review 4), weight (a review's rating rounded, else the quantity, at
/// most 255), price band (half octaves, 1.00 is 32, 0 unknown), item id in UTF-8; the event time is the score.
/// </summary>
/// <param name="Earliest">The event time, milliseconds since the Unix epoch. Where <c>sentAt</c> asks for a correction of the clock, the first that is right.</param>
/// <param name="Latest">The same, or the last that is right.</param>
internal sealed record ExpectedEntry(byte[] Member, long Earliest, long Latest)
{
    private static readonly Dictionary<string, byte> Types = new(StringComparer.Ordinal)
    {
        ["click"] = 1,
        ["detail-page-view"] = 1,
        ["view_item"] = 1,
        ["add-to-cart"] = 2,
        ["add_to_cart"] = 2,
        ["purchase"] = 3,
        ["purchase-complete"] = 3,
        ["review"] = 4,
    };

    /// <summary>The digest's share of this entry: XXH64 of the member.</summary>
    public ulong Hash { get; } = XxHash64.HashToUInt64(Member);

    /// <returns>The user, and the entries: one for each distinct item, none for an impression.</returns>
    public static (string UserId, IReadOnlyList<ExpectedEntry> Entries) Of(SentElement sent)
    {
        using var json = JsonDocument.Parse(sent.Element);
        var root = json.RootElement;
        var user = root.GetProperty("userId").GetString()!;
        if (!Types.TryGetValue(root.GetProperty("eventType").GetString()!, out var type)) return (user, []);
        var (earliest, latest) = Times(root, sent);
        var id = XxHash64.HashToUInt64(Encoding.UTF8.GetBytes(root.GetProperty("eventId").GetString()!));
        var entries = new List<ExpectedEntry>();
        var quantities = new Dictionary<string, (int Place, long Quantity, double? Price)>(StringComparer.Ordinal);
        foreach (var item in root.GetProperty("items").EnumerateArray())
        {
            var name = item.GetProperty("itemId").GetString()!;
            var quantity = item.TryGetProperty("quantity", out var given) ? given.GetInt64() : 1;
            quantities[name] = quantities.TryGetValue(name, out var before)
                ? before with { Quantity = before.Quantity + quantity }
                : (quantities.Count, quantity, item.TryGetProperty("price", out var price) ? price.GetDouble() : null);
        }

        foreach (var (name, (_, quantity, price)) in quantities.OrderBy(item => item.Value.Place))
        {
            var text = Encoding.UTF8.GetBytes(name);
            var member = new byte[11 + text.Length];
            BinaryPrimitives.WriteUInt64BigEndian(member, id);
            member[8] = type;
            member[9] = type == 4 ? (byte)Math.Round(root.GetProperty("rating").GetDouble()) : (byte)Math.Min(255, quantity);
            member[10] = Band(price);
            text.CopyTo(member, 11);
            entries.Add(new ExpectedEntry(member, earliest, latest));
        }

        return (user, entries);
    }

    /// <summary>With <c>sentAt</c> the event happened as long before its receipt as the sender's clock says; the receipt lies between the first sending and the answer.</summary>
    private static (long Earliest, long Latest) Times(JsonElement root, SentElement sent)
    {
        var stated = Milliseconds(root.GetProperty("eventTime"));
        if (!root.TryGetProperty("sentAt", out var sentAt)) return (stated, stated);
        var age = Milliseconds(sentAt) - stated;
        return (sent.SentAt - sent.ClockOff - age - 1, (sent.Answer?.At ?? long.MaxValue / 2) + sent.ClockOff - age + 1);
    }

    private static long Milliseconds(JsonElement time) =>
        DateTimeOffset.Parse(time.GetString()!, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal).ToUnixTimeMilliseconds();

    private static byte Band(double? price) => price is not > 0 ? (byte)0 : (byte)Math.Clamp(32 + Math.Floor(2 * Math.Log2(price.Value)), 1, 63);
}

using System.Globalization;
using System.Text.Json;

namespace Driftline.Local.Chaos;

/// <summary>An element to send.</summary>
/// <param name="RefusedAt">Where the ingestor must find it wrong; null if it must be taken.</param>
internal readonly record struct Element(byte[] Json, string? RefusedAt);

/// <summary>
/// One lane's events. A lane has users of its own, a few of them with far more events than a sequence keeps. Most happen now; others are late,
/// out of order, tied with others on the second, sent again though they were taken, stated by a clock that is hours off, or wrong in one place.
/// The choices follow from the seed; times follow the clock.
/// </summary>
/// <param name="steady">The same users to the end, so that what is kept of them stops growing; no clocks that are off, which need ever new ones.</param>
internal sealed class EventStream(int seed, int lane, IReadOnlyList<string> items, TimeProvider time, bool steady = false)
{
    private const int Users = 100;
    private const int BusyUsers = 3;
    private const int EventsPerBusyUsers = 3_000; // 400 each: more than a sequence holds
    private const int EventsPerSkewedUser = 50;
    private static readonly string[] Types = ["click", "click", "detail-page-view", "view_item", "add-to-cart", "add_to_cart", "purchase", "purchase-complete", "review", "impression"];

    private readonly Random _random = new((seed * 31) + lane);
    private readonly Queue<Element> _recent = new();
    private int _number;
    private int _skewed;

    /// <summary>Good events stated by a clock that is off, with <c>sentAt</c> by the same clock.</summary>
    public int Skewed => _skewed;

    public Element Next() => _random.Next(100) switch
    {
        < 4 => Bad(),
        < 7 when _recent.Count > 0 => _recent.ElementAt(_random.Next(_recent.Count)),
        < 10 when !steady => SkewedClock(),
        _ => Remembered(new Element(Good(User(), Time()), null)),
    };

    private Element Remembered(Element element)
    {
        _recent.Enqueue(element);
        if (_recent.Count > 500) _recent.Dequeue();
        return element;
    }

    private string User() => _random.Next(10) < 4
        ? string.Create(CultureInfo.InvariantCulture, $"u{seed}-{lane}-busy-{(steady ? 0 : _number / EventsPerBusyUsers * BusyUsers) + _random.Next(BusyUsers)}")
        : string.Create(CultureInfo.InvariantCulture, $"u{seed}-{lane}-{_random.Next(Users)}");

    private DateTimeOffset Time()
    {
        var now = time.GetUtcNow();
        return _random.Next(20) switch
        {
            0 => now - (TimeSpan.FromDays(6) * _random.NextDouble()), // late; a week is taken
            < 4 => now - TimeSpan.FromMilliseconds(_random.Next(60_000)), // out of order
            < 7 => DateTimeOffset.FromUnixTimeSeconds(now.ToUnixTimeSeconds()), // tied
            _ => now,
        };
    }

    private byte[] Good(string user, DateTimeOffset at, DateTimeOffset? sentAt = null) => Write(json =>
    {
        var type = Types[_random.Next(Types.Length)];
        Head(json, type, user, at);
        if (sentAt is { } sent) json.WriteString("sentAt", Stated(sent));
        Items(json, _random.Next(10) < 8 ? 1 : _random.Next(2, 5));
        if (type == "review") json.WriteNumber("rating", _random.Next(1, 6));
        if (type.StartsWith("purchase", StringComparison.Ordinal)) json.WriteString("currency", "EUR");
    });

    private Element SkewedClock()
    {
        // Its exact time depends on when the ingestor receives it: its users stay below what a sequence keeps, so that no trim depends on it.
        var user = string.Create(CultureInfo.InvariantCulture, $"u{seed}-{lane}-skewed-{_skewed++ / EventsPerSkewedUser}");
        var skew = TimeSpan.FromMinutes(_random.Next(-600, 601));
        var now = time.GetUtcNow() + skew;
        return new Element(Good(user, now - TimeSpan.FromMilliseconds(_random.Next(30_000)), now), null);
    }

    private Element Bad()
    {
        var now = time.GetUtcNow();
        return _random.Next(10) switch
        {
            0 => new(Event("review", now, json => Items(json, 1)), "/rating"),
            1 => new(Event("review", now, json => { Items(json, 1); json.WriteNumber("rating", 9); }), "/rating"),
            2 => new(Event("swipe", now, json => Items(json, 1)), "/eventType"),
            3 => new(Event("click", now - TimeSpan.FromDays(8), json => Items(json, 1)), "/eventTime"),
            4 => new(Event("click", now + TimeSpan.FromHours(3), json => Items(json, 1)), "/eventTime"),
            5 => new(Event("click", now, json => { json.WriteStartArray("items"); json.WriteEndArray(); }), "/items"),
            6 => new(Event("purchase", now, json => Item(json, 0, 5)), "/items/0/quantity"),
            7 => new(Event("purchase", now, json => Item(json, 1, -5)), "/items/0/price"),
            8 => new(Event("purchase", now, json => { Items(json, 1); json.WriteString("currency", "euro"); }), "/currency"),
            _ => new(Write(json => { json.WriteString("eventId", Id()); json.WriteString("eventType", "click"); Items(json, 1); }), "/userId"),
        };
    }

    private byte[] Event(string type, DateTimeOffset at, Action<Utf8JsonWriter> rest) => Write(json =>
    {
        Head(json, type, User(), at);
        rest(json);
    });

    private void Head(Utf8JsonWriter json, string type, string user, DateTimeOffset at)
    {
        json.WriteString("eventId", Id());
        json.WriteString("eventType", type);
        json.WriteString("userId", user);
        json.WriteString("eventTime", Stated(at));
    }

    private string Id() => string.Create(CultureInfo.InvariantCulture, $"chaos-{seed}-{lane}-{_number++}");

    private static string Stated(DateTimeOffset at) => at.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private void Items(Utf8JsonWriter json, int count)
    {
        json.WriteStartArray("items");
        for (var i = 0; i < count; i++)
        {
            json.WriteStartObject();
            json.WriteString("itemId", _random.Next(50) == 0 ? $"not-in-the-catalogue-{_random.Next(20)}" : items[_random.Next(items.Count)]);
            if (_random.Next(2) == 0) json.WriteNumber("quantity", _random.Next(20) == 0 ? 300 : _random.Next(1, 6));
            if (_random.Next(3) > 0) json.WriteNumber("price", _random.Next(1, 20_000) / 100m);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Item(Utf8JsonWriter json, int quantity, int price)
    {
        json.WriteStartArray("items");
        json.WriteStartObject();
        json.WriteString("itemId", "any");
        json.WriteNumber("quantity", quantity);
        json.WriteNumber("price", price);
        json.WriteEndObject();
        json.WriteEndArray();
    }

    private static byte[] Write(Action<Utf8JsonWriter> write)
    {
        using var stream = new MemoryStream(256);
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        return stream.ToArray();
    }
}

using System.Globalization;
using Driftline.Local;
using Driftline.Storefront;

namespace Driftline.Bench.EndToEnd;

/// <summary>One event of the load.</summary>
/// <param name="Lane">Which lane sends it: all events of one user take the same.</param>
/// <param name="Due">When it arrives at the shop, in seconds since the load began.</param>
internal sealed record Arrival(int Lane, double Due, ReplayEvent Event);

/// <summary>
/// Shoppers' events as a Poisson process: exponential gaps, users and items by Zipf's law with exponent 1. Equal seeds give equal users, items and gaps.
/// </summary>
internal sealed class Arrivals(int seed, double rate, int users, IReadOnlyList<string> items, int lanes, TimeProvider time)
{
    private static readonly string[] Types = ["click", "click", "click", "click", "click", "click", "click", "add-to-cart", "purchase", "click"];

    private readonly Random _random = new(seed);
    private readonly ZipfLaw _users = new(users);
    private readonly ZipfLaw _items = new(items.Count);
    private readonly string _prefix = $"load-{Guid.NewGuid():N}"[..13];
    private double _due;
    private long _number;

    /// <summary>The next arrival. Its event time is now: call this when it is due.</summary>
    public Arrival Next()
    {
        var user = _users.Draw(_random);
        var item = items[_items.Draw(_random)];
        var type = Types[_random.Next(Types.Length)];
        var now = time.GetUtcNow();
        var due = _due;
        _due += -Math.Log(1 - _random.NextDouble()) / rate;
        var source = new ImportEvent(string.Create(CultureInfo.InvariantCulture, $"shopper-{user}"), item, now, type);
        return new Arrival(user % lanes, due, new ReplayEvent(string.Create(CultureInfo.InvariantCulture, $"{_prefix}-{_number++}"), now.ToUnixTimeMilliseconds(), source));
    }

    /// <summary>When the next one is due, in seconds since the load began.</summary>
    public double NextDue => _due;
}

/// <summary>Zipf's law over ranks 0 to n - 1: rank r has weight 1 / (r + 1).</summary>
internal sealed class ZipfLaw
{
    private readonly double[] _cumulative;

    public ZipfLaw(int n)
    {
        _cumulative = new double[n];
        double sum = 0;
        for (var i = 0; i < n; i++) _cumulative[i] = sum += 1.0 / (i + 1);
    }

    public int Draw(Random random)
    {
        var at = Array.BinarySearch(_cumulative, random.NextDouble() * _cumulative[^1]);
        return Math.Min(at < 0 ? ~at : at, _cumulative.Length - 1);
    }
}

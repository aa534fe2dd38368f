using System.Globalization;

namespace Driftline.Storefront.Simulation;

/// <summary>One shopper on the site: makes visits, a visit at a time, and remembers what a next visit starts from.</summary>
internal sealed class Visitor(Shopper shopper, Catalog catalog, Interests interests, SimulatorOptions options)
{
    private const double StopAfterClick = 0.2;
    private const double CartAfterClick = 0.22;
    private const double Checkout = 0.62;
    private const double Reviewed = 0.25;
    private const double FollowCompanion = 0.45;
    private const double StayInCategory = 0.4;
    private const double ResumeLast = 0.35;
    private const double BuyAgain = 0.5;

    private readonly Draw _draw = Draw.For(options.Seed, Purpose.Visit, shopper.Index);
    private readonly List<ImportEvent> _visit = [];
    private readonly List<(Product Product, int Quantity)> _cart = [];
    private readonly Dictionary<int, Product> _lastBought = [];
    private Product? _last;
    private DateTime _lastTime;
    private int _orders;
    private int _next;

    /// <summary>Whether the visit under way has more events.</summary>
    public bool InVisit => _next < _visit.Count;

    /// <summary>Time of the next event of the visit under way.</summary>
    public DateTimeOffset NextTime => _visit[_next].EventTime;

    public ImportEvent Next() => _visit[_next++];

    /// <summary>When they come back.</summary>
    public DateTime NextVisit(DateTime after) => Rhythm.NextVisit(after, shopper.VisitsPerDay, _draw);

    /// <summary>Makes a whole visit; reviews of what it bought go to <paramref name="reviews"/>, days later.</summary>
    public void Visit(DateTime start, Action<ImportEvent> reviews)
    {
        _visit.Clear();
        _cart.Clear();
        _next = 0;
        Span<double> shares = stackalloc double[Vocabulary.CategoryCount];
        interests.Fill(shopper, Causes.At((start - options.Start.UtcDateTime).TotalDays), shares);

        var time = start;
        var product = First(shares, start);
        while (true)
        {
            Add("click", product, time);
            if (_draw.Chance(CartAfterClick) && _cart.TrueForAll(line => line.Product != product))
            {
                time = Later(time, 25);
                var quantity = Vocabulary.Categories[product.Category].Consumable ? 1 + _draw.Below(3) : 1;
                _cart.Add((product, quantity));
                Add("add-to-cart", product, time, quantity);
            }

            if (_draw.Chance(StopAfterClick)) break;
            time = Later(time, 45);
            product = Following(product, shares);
        }

        if (_cart.Count > 0 && _draw.Chance(Checkout)) Buy(Later(time, 60), reviews);
        (_last, _lastTime) = (product, time);
    }

    private void Buy(DateTime time, Action<ImportEvent> reviews)
    {
        var order = $"{shopper.Id}-{(++_orders).ToString("D4", CultureInfo.InvariantCulture)}";
        foreach (var (product, quantity) in _cart)
        {
            Add("purchase", product, time, quantity, order);
            if (Vocabulary.Categories[product.Category].Consumable) _lastBought[product.Category] = product;
            if (_draw.Chance(Reviewed)) reviews(Review(product, time, order));
        }
    }

    private ImportEvent Review(Product product, DateTime bought, string order)
    {
        var rating = (int)Math.Clamp(Math.Round(product.Quality + (0.8 * _draw.Normal())), 1, 5);
        var when = Later(bought.AddDays(_draw.Uniform(2, 14)), 3_600);
        return new ImportEvent(shopper.Id, product.Item.ItemId, when, "review", null, null, order, rating, ReviewText.Compose(product, rating, _draw));
    }

    private void Add(string type, Product product, DateTime time, int? quantity = null, string? order = null) => _visit.Add(new ImportEvent(
        shopper.Id, product.Item.ItemId, new DateTimeOffset(time, TimeSpan.Zero), type, quantity, quantity is null ? null : product.Item.Price, order));

    private Product First(ReadOnlySpan<double> shares, DateTime now)
    {
        if (_last is not null && now - _lastTime < TimeSpan.FromDays(7) && _draw.Chance(ResumeLast)) return _draw.Chance(0.5) ? _last : Companion(_last);
        var category = _draw.Weighted(shares);
        return _lastBought.TryGetValue(category, out var bought) && _draw.Chance(BuyAgain) ? bought : Liked(category);
    }

    private Product Following(Product product, ReadOnlySpan<double> shares)
    {
        var u = _draw.Uniform();
        if (u < FollowCompanion) return Companion(product);
        return Liked(u < FollowCompanion + StayInCategory ? product.Category : _draw.Weighted(shares));
    }

    /// <summary>The first companion in half of the cases, the second in a quarter, and so on.</summary>
    private Product Companion(Product product)
    {
        var companions = product.Companions;
        if (companions.Length == 0) return product;
        var i = 0;
        while (i + 1 < companions.Length && _draw.Chance(0.5)) i++;
        return companions[i];
    }

    /// <summary>Of two popular products, in two cases of three the one whose price suits.</summary>
    private Product Liked(int category)
    {
        var (one, other) = (catalog.Popular(category, _draw), catalog.Popular(category, _draw));
        return Math.Abs(one.Tier - shopper.Tier) <= Math.Abs(other.Tier - shopper.Tier) == _draw.Chance(2.0 / 3) ? one : other;
    }

    private DateTime Later(DateTime time, double medianSeconds) => time.AddSeconds(Math.Ceiling(medianSeconds * Math.Exp(0.8 * _draw.Normal())));
}

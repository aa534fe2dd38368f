namespace Driftline.Storefront.Simulation;

/// <summary>
/// A storefront that does not exist: a catalogue, shoppers whose interests move by season, trend, life stage and hobby, and the endless
/// stream of their events. Everything follows from the options. What it makes is simulated data and must be called so wherever it is shown.
/// </summary>
public sealed class Simulator
{
    private readonly SimulatorOptions _options;
    private readonly Catalog _catalog;
    private readonly Shopper[] _shoppers;

    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range; the message says which and what it may be.</exception>
    public Simulator(SimulatorOptions options)
    {
        options.Validate();
        _options = options;
        _catalog = Simulation.Catalog.Compose(options);
        _shoppers = [.. Enumerable.Range(0, options.Shoppers).Select(i => new Shopper(options, i))];
        Catalog = [.. _catalog.Products.Select(product => product.Item)];
        Truth = new Truth(options, _shoppers);
    }

    /// <summary>The options that all of it follows from.</summary>
    public SimulatorOptions Options => _options;

    /// <summary>The products, each with a main category, its department, a description and a price.</summary>
    public IReadOnlyList<ImportItem> Catalog { get; }

    /// <summary>What moved whom, and when. The shop does not know it.</summary>
    public Truth Truth { get; }

    /// <summary>What the shop knows of its shoppers: <c>age_band</c> and <c>region</c>, when it opened.</summary>
    public IEnumerable<KeyValuePair<string, IReadOnlyDictionary<string, string>>> Users() => _shoppers.Select(shopper =>
        new KeyValuePair<string, IReadOnlyDictionary<string, string>>(
            shopper.Id, new Dictionary<string, string>(StringComparer.Ordinal) { ["age_band"] = shopper.AgeBand, ["region"] = shopper.Region }));

    /// <summary>
    /// Clicks, additions to the cart (<c>add-to-cart</c>), purchases and reviews by event time, without an end. Each enumeration starts
    /// again from the opening and gives the same events; it needs memory for the shoppers and their reviews to come, not for the past.
    /// </summary>
    public IEnumerable<ImportEvent> Events()
    {
        var interests = new Interests(_options);
        var queue = new PriorityQueue<(Visitor? Visitor, ImportEvent? Review), (long Ticks, long Number)>(_shoppers.Length * 2);
        long number = 0;
        foreach (var shopper in _shoppers)
        {
            var visitor = new Visitor(shopper, _catalog, interests, _options);
            queue.Enqueue((visitor, null), (visitor.NextVisit(_options.Start.UtcDateTime).Ticks, number++));
        }

        while (true)
        {
            var (visitor, review) = queue.Peek();
            if (visitor is null)
            {
                queue.Dequeue();
                yield return review!;
                continue;
            }

            queue.TryPeek(out _, out var priority);
            if (!visitor.InVisit)
            {
                visitor.Visit(new DateTime(priority.Ticks, DateTimeKind.Utc),
                    later => queue.Enqueue((null, later), (later.EventTime.UtcTicks, number++)));
            }

            var next = visitor.Next();
            var after = visitor.InVisit ? visitor.NextTime.UtcDateTime : visitor.NextVisit(next.EventTime.UtcDateTime);
            queue.DequeueEnqueue((visitor, null), (after.Ticks, number++));
            yield return next;
        }
    }
}

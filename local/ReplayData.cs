using Driftline.Storefront;
using Driftline.Storefront.Simulation;

namespace Driftline.Local;

/// <summary>What a run trains on, loads into the catalogue and sends.</summary>
/// <param name="Folder">The model's training data.</param>
/// <param name="Items">The catalogue.</param>
/// <param name="Plan">The events to send.</param>
/// <param name="Label">What a person must know about where the events come from.</param>
internal sealed record ReplayData(ImportFolder Folder, IReadOnlyList<ImportItem> Items, IReadOnlyDictionary<string, double> Prices, ReplayPlan Plan, string Label)
{
    private const int DefaultSimulatedEvents = 20_000;

    /// <summary>Days of simulated history that the model is trained on before the events that are sent.</summary>
    private const int HistoryDays = 60;

    public static async Task<ReplayData> OpenAsync(RunOptions options, string cacheFolder, DateTimeOffset now, CancellationToken stopping) =>
        options.DataFolder is { } folder ? Real(folder, options.Events, now) : await SimulatedAsync(options, cacheFolder, now, stopping);

    private static ReplayData Real(string path, int? count, DateTimeOffset now)
    {
        var folder = ImportFolder.Open(path);
        var events = folder.ReadEvents().Take(count ?? int.MaxValue).ToList();
        if (events.Count == 0) throw new ImportException($"{path}: events.csv holds no event.");
        var name = Path.GetFileName(folder.Path.TrimEnd(Path.DirectorySeparatorChar));
        return new ReplayData(folder, [.. folder.ReadItems()], LastPrices(events), ReplayPlan.Shifted(events, Users(folder.ReadUsers()), name, now), $"Replay of {name}");
    }

    private static async Task<ReplayData> SimulatedAsync(RunOptions options, string cacheFolder, DateTimeOffset now, CancellationToken stopping)
    {
        var simulator = new Simulator(new SimulatorOptions { Seed = options.Seed });
        var history = TimeSpan.FromDays(HistoryDays);
        var path = Path.Combine(cacheFolder, "simulated", $"seed-{options.Seed}-days-{HistoryDays}");
        using (await CacheLock.TakeAsync(path + ".lock", "writes the simulated history", stopping))
        {
            if (!Directory.Exists(path)) SimulatedFolder.Write(simulator, path, history);
        }

        var live = new Simulator(simulator.Options).Events().SkipWhile(one => one.EventTime < simulator.Options.Start + history)
            .Take(options.Events ?? DefaultSimulatedEvents).ToList();
        var folder = ImportFolder.Open(path);
        return new ReplayData(
            folder, simulator.Catalog, new Dictionary<string, double>(), ReplayPlan.Shifted(live, Users(simulator.Users()), $"sim{options.Seed}", now),
            "Simulated shoppers and products: no real person's data");
    }

    private static Dictionary<string, IReadOnlyDictionary<string, string>> Users(IEnumerable<KeyValuePair<string, IReadOnlyDictionary<string, string>>> users) => new(users, StringComparer.Ordinal);

    private static Dictionary<string, double> LastPrices(List<ImportEvent> events)
    {
        var prices = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var one in events)
        {
            if (one.Price is { } price) prices[one.ItemId] = price;
        }

        return prices;
    }
}

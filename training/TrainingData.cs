using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Driftline.Catalog;
using Driftline.InterestModel;
using Driftline.Sequences;
using Driftline.Storefront;

namespace Driftline.Training;

/// <summary>A user's events, oldest first, rows with equal times in file order.</summary>
/// <param name="UserId">The storefront's user id.</param>
/// <param name="Events">All events.</param>
/// <param name="TrainingEvents">How many of them, from the oldest, are for training.</param>
public sealed record UserHistory(string UserId, EncodedEvent[] Events, int TrainingEvents)
{
    /// <summary>The events before the validation event, and that event; null where the user has fewer than three events.</summary>
    public (ArraySegment<EncodedEvent> Before, EncodedEvent Target)? Validation => Events.Length >= 3 ? At(Events.Length - 2) : null;

    /// <summary>The events before the test event, and that event; null where the user has one event.</summary>
    public (ArraySegment<EncodedEvent> Before, EncodedEvent Target)? Test => Events.Length >= 2 ? At(Events.Length - 1) : null;

    private (ArraySegment<EncodedEvent>, EncodedEvent) At(int index) => (new(Events, 0, index), Events[index]);
}

/// <summary>
/// A data folder made ready: items, categories, and every user's events split leave-one-out. The last event of each user is the test, the one
/// before it the validation; a user of two events has a test only. Nothing else is held back, and nothing is filtered.
/// </summary>
public sealed class TrainingData
{
    private TrainingData(IReadOnlyList<CatalogEntry> items, IReadOnlyList<UserHistory> users, string dataHash)
    {
        Items = items;
        Users = users;
        DataHash = dataHash;
        Vocabulary = new Vocabulary([.. items.Select(item => KeyValuePair.Create(item.ItemId, item.MainCategory))]);
        TrainingCounts = new int[items.Count];
        foreach (var user in users)
        {
            foreach (var e in user.Events.AsSpan(0, user.TrainingEvents)) TrainingCounts[e.Item - ItemRows.First]++;
        }

        SplitHash = HashSplit();
    }

    /// <summary>Items in index order: the catalogue's, then those that only events name.</summary>
    public IReadOnlyList<CatalogEntry> Items { get; }

    /// <summary>Ids and categories of <see cref="Items"/>.</summary>
    public Vocabulary Vocabulary { get; }

    /// <summary>Users in the order of their first event.</summary>
    public IReadOnlyList<UserHistory> Users { get; }

    /// <summary>Training events of each item.</summary>
    public int[] TrainingCounts { get; }

    /// <summary>SHA-256 of the folder's files.</summary>
    public string DataHash { get; }

    /// <summary>SHA-256 of which event of which user is training, validation and test.</summary>
    public string SplitHash { get; }

    /// <summary>Reads a folder in the import format.</summary>
    /// <exception cref="ImportException">The folder cannot be read.</exception>
    /// <exception cref="InputException">It holds nothing to learn from.</exception>
    public static TrainingData Read(string folder)
    {
        var import = ImportFolder.Open(folder);
        var items = new List<CatalogEntry>();
        var rows = new Dictionary<string, int>(StringComparer.Ordinal);
        // An item that is listed twice is what its first row says.
        foreach (var item in import.ReadItems())
        {
            if (rows.TryAdd(item.ItemId, items.Count + ItemRows.First))
                items.Add(new CatalogEntry(item.ItemId, item.Title, item.Categories, item.Description));
        }

        var events = new Dictionary<string, List<EncodedEvent>>(StringComparer.Ordinal);
        var order = new List<string>();
        foreach (var e in import.ReadEvents())
        {
            if (Entry(e) is not { } entry) continue;
            if (rows.TryAdd(e.ItemId, items.Count + ItemRows.First)) items.Add(new CatalogEntry(e.ItemId, "", []));
            if (!events.TryGetValue(e.UserId, out var history))
            {
                events.Add(e.UserId, history = []);
                order.Add(e.UserId);
            }

            history.Add(Featuriser.Encode(entry, id => rows[id]));
        }

        var users = order.Select(id => new UserHistory(id, [.. events[id]], events[id].Count switch { >= 3 => events[id].Count - 2, 2 => 1, _ => events[id].Count }));
        return Of(items, [.. users], HashFiles(import.Files), folder);
    }

    /// <summary>Puts data in memory in the same form.</summary>
    public static TrainingData Of(IReadOnlyList<CatalogEntry> items, IReadOnlyList<UserHistory> users, string dataHash, string source)
    {
        if (!users.Any(user => user.TrainingEvents >= 2))
            throw new InputException($"{source}: no user has four or more events (two to learn from, one to validate, one to test): there is nothing to learn a sequence from.");
        return new TrainingData(items, users, dataHash);
    }

    /// <summary>The sequence entry of an import row; null for an impression, which is no part of a sequence.</summary>
    /// <exception cref="InputException">The row's type is not known.</exception>
    private static SequenceEntry? Entry(ImportEvent e)
    {
        SequenceEventType type;
        switch (e.EventType)
        {
            case "click" or "detail-page-view" or "view_item": type = SequenceEventType.Click; break;
            case "add-to-cart" or "add_to_cart": type = SequenceEventType.AddToCart; break;
            case "purchase" or "purchase-complete": type = SequenceEventType.Purchase; break;
            case "review": type = SequenceEventType.Review; break;
            case "impression": return null;
            default: throw new InputException($"events: event_type '{e.EventType}' of user '{e.UserId}' is not known. Known: click, add-to-cart, purchase, review, impression.");
        }

        var weight = type == SequenceEventType.Review ? Math.Clamp(Math.Round(e.Rating ?? 1), 1, 5) : Math.Clamp(e.Quantity ?? 1, 1, 255);
        return new SequenceEntry(e.EventTime.ToUnixTimeMilliseconds(), 0, type, (byte)weight, PriceBands.Of(e.Price), e.ItemId);
    }

    private static string HashFiles(IEnumerable<string> files)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var path in files)
        {
            using var file = File.OpenRead(path);
            hash.AppendData(SHA256.HashData(file));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private string HashSplit()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var user in Users)
        {
            string Id(EncodedEvent e) => Items[e.Item - ItemRows.First].ItemId;
            var line = string.Create(CultureInfo.InvariantCulture,
                $"{user.UserId}\t{user.TrainingEvents}\t{(user.Validation is { } v ? Id(v.Target) : "")}\t{(user.Test is { } t ? Id(t.Target) : "")}\n");
            hash.AppendData(Encoding.UTF8.GetBytes(line));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}

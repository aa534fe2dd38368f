using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Driftline.Catalog;
using Driftline.InterestModel;
using Driftline.Sequences;
using Driftline.Storefront;

namespace Driftline.Training;

/// <summary>
/// A data folder made ready: items, categories, and every user's events, divided by a <see cref="Training.Split"/>. Nothing is filtered.
/// </summary>
public sealed class TrainingData
{
    private TrainingData(IReadOnlyList<CatalogEntry> items, IReadOnlyList<UserHistory> users, Split split, string dataHash, AttributeVocabulary attributes, Vocabulary? vocabulary = null)
    {
        Attributes = attributes;
        if (users.FirstOrDefault(user => user.Attributes.Length != attributes.Count) is { } odd)
            throw new ArgumentException($"User '{odd.UserId}' has {odd.Attributes.Length} attributes; the vocabulary has {attributes.Count}.", nameof(users));
        Items = items;
        Users = users;
        Split = split;
        DataHash = dataHash;
        Vocabulary = vocabulary ?? new Vocabulary([.. items.Select(item => KeyValuePair.Create(item.ItemId, item.MainCategory))]);
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

    /// <summary>How the users' events are divided.</summary>
    public Split Split { get; }

    /// <summary>The attributes of <see cref="Users"/>.</summary>
    public AttributeVocabulary Attributes { get; }

    /// <summary>Training events of each item.</summary>
    public int[] TrainingCounts { get; }

    /// <summary>SHA-256 of the folder's files.</summary>
    public string DataHash { get; }

    /// <summary>SHA-256 of the split's name and of which events of which user are training, validation and test.</summary>
    public string SplitHash { get; }

    /// <summary>Reads a folder in the import format, split leave-one-out.</summary>
    /// <exception cref="ImportException">The folder cannot be read.</exception>
    /// <exception cref="InputException">It holds nothing to learn from.</exception>
    public static TrainingData Read(string folder) => Read(folder, Split.LeaveOneOut);

    /// <summary>Reads a folder in the import format.</summary>
    /// <exception cref="ImportException">The folder cannot be read.</exception>
    /// <exception cref="InputException">It holds nothing to learn from.</exception>
    public static TrainingData Read(string folder, Split split)
    {
        var import = ImportFolder.Open(folder);
        var items = new List<CatalogEntry>();
        var rows = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var item in import.ReadItems())
        {
            rows.Add(item.ItemId, items.Count + ItemRows.First);
            items.Add(new CatalogEntry(item.ItemId, item.Title, item.Categories, item.Description));
        }

        var users = new Dictionary<string, HistoryReader>(StringComparer.Ordinal);
        var times = new List<long>();
        foreach (var e in import.ReadEvents())
        {
            if (Entry(e) is not { } entry) continue;
            if (rows.TryAdd(e.ItemId, items.Count + ItemRows.First)) items.Add(new CatalogEntry(e.ItemId, "", []));
            if (!users.TryGetValue(e.UserId, out var history)) users.Add(e.UserId, history = new HistoryReader(e.UserId));
            history.Add(Featuriser.Encode(entry, id => rows[id]), e.OrderId);
            times.Add(entry.EventTime);
        }

        var resolved = split.Resolve(times);
        UserHistory[] divided = [.. users.Values.Select(user => user.Divide(resolved))];
        var told = import.ReadUsers().ToDictionary(user => user.Key, user => user.Value, StringComparer.Ordinal);
        var attributes = AttributeVocabulary.Of(told.Values);
        foreach (var user in divided) user.Attributes = attributes.Encode(told.GetValueOrDefault(user.UserId));
        return Of(items, divided, resolved, HashFiles(import.Files), folder, attributes);
    }

    /// <summary>Puts data in memory in the same form.</summary>
    public static TrainingData Of(IReadOnlyList<CatalogEntry> items, IReadOnlyList<UserHistory> users, Split split, string dataHash, string source, AttributeVocabulary? attributes = null)
    {
        if (!users.Any(user => user.TrainingEvents >= 2))
            throw new InputException($"{source}: no user has two or more training events under {split.Name} (leave-one-out needs four or more events of a user: two to learn from, one to validate, one to test): there is nothing to learn a sequence from.");
        return new TrainingData(items, users, split, dataHash, attributes ?? AttributeVocabulary.None);
    }

    /// <summary>The same catalogue with some of the users; there may be none, and nothing to learn from.</summary>
    internal TrainingData Only(IReadOnlyList<UserHistory> users) => new(Items, users, Split, DataHash, Attributes, Vocabulary);

    /// <summary>The sequence entry of an import row; null for an impression, which is no part of a sequence.</summary>
    private static SequenceEntry? Entry(ImportEvent e)
    {
        if (e.EventType == "impression") return null;
        var type = e.EventType switch
        {
            "add-to-cart" => SequenceEventType.AddToCart,
            "purchase" => SequenceEventType.Purchase,
            "review" => SequenceEventType.Review,
            _ => SequenceEventType.Click,
        };
        var weight = type == SequenceEventType.Review ? Math.Clamp(Math.Round(e.Rating!.Value), 1, 5) : Math.Clamp(e.Quantity ?? 1, 1, 255);
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
        hash.AppendData(Encoding.UTF8.GetBytes(Split.Name + "\n"));
        foreach (var user in Users)
        {
            var line = string.Create(CultureInfo.InvariantCulture, $"{user.UserId}\t{user.TrainingEvents}\t{Text(user.Validation)}\t{Text(user.Test)}\n");
            hash.AppendData(Encoding.UTF8.GetBytes(line));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());

        string Text(EvaluationCase? held) => held is null
            ? ""
            : string.Create(CultureInfo.InvariantCulture, $"{held.Known}-{held.FutureEnd}:{string.Join(' ', held.Relevant.Select(row => Items[row - ItemRows.First].ItemId))}");
    }
}

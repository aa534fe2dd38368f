using Driftline.Catalog;
using Driftline.InterestModel;

namespace Driftline.Training;

/// <summary>
/// Divides one data set by category into two of about as many events: categories in descending order of their events, ties by name, each to the
/// half that has fewer events so far, the first to the source. Items and events go with their main category. A user of both halves is in each
/// with that half's events alone.
/// </summary>
public static class CategoryHalves
{
    /// <summary>Source and target.</summary>
    /// <exception cref="InputException">There are fewer than two categories, or a half has nothing to learn from.</exception>
    public static (TrainingData Source, TrainingData Target) Of(TrainingData data, string folder)
    {
        var categories = data.Vocabulary.Categories;
        if (categories.Count < 2) throw new InputException($"{folder}: has {categories.Count} category, so that it has no halves. Give --source and --target.");
        var events = new long[categories.Count];
        foreach (var e in data.Users.SelectMany(user => user.Events)) events[data.Vocabulary.CategoryOf(e.Item - ItemRows.First)]++;
        var inTarget = new bool[categories.Count];
        long source = 0, target = 0;
        foreach (var category in Enumerable.Range(0, categories.Count).OrderByDescending(c => events[c]).ThenBy(c => categories[c], StringComparer.Ordinal))
        {
            inTarget[category] = target < source;
            if (inTarget[category]) target += events[category];
            else source += events[category];
        }

        return (Keep(data, category => !inTarget[category], folder + ", source half"), Keep(data, category => inTarget[category], folder + ", target half"));
    }

    private static TrainingData Keep(TrainingData data, Func<int, bool> keeps, string name)
    {
        var rows = new int[data.Items.Count];
        var items = new List<CatalogEntry>();
        for (var item = 0; item < rows.Length; item++)
        {
            if (!keeps(data.Vocabulary.CategoryOf(item))) continue;
            rows[item] = items.Count + ItemRows.First;
            items.Add(data.Items[item]);
        }

        var users = data.Users.Select(user => Histories.Where(user, e => rows[e.Item - ItemRows.First] > 0))
            .Where(kept => kept.Events.Length > 0)
            .Select(kept => data.Split.Divide(kept.UserId, [.. kept.Events.Select(e => e with { Item = rows[e.Item - ItemRows.First] })], kept.Orders));
        return TrainingData.Of(items, [.. users], data.Split, data.DataHash, name);
    }
}

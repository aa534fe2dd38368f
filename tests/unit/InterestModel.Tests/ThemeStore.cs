using Driftline.Catalog;
using Driftline.Sequences;
using Driftline.Training;

namespace Driftline.InterestModel.Tests;

/// <summary>
/// Made-up stores whose habit is in the texts: nearly every shopper goes from an item of one theme to any item of the next theme in a ring. Two
/// stores share the themes' words and nothing else.
/// </summary>
internal static class ThemeStore
{
    public const int ItemsPerTheme = 5;

    private static readonly string[] Themes = ["tea", "garden", "kite", "wool", "lamp", "violin", "bread", "chess", "saddle", "marble", "copper", "harbour"];

    public static readonly TrainingConfig Config = SyntheticStore.Config with
    {
        Model = new ModelSettings { Encoder = "lru", Dimensions = 24, HiddenSize = 32, Dropout = 0, TextDimensions = 128, Associations = false },
        Training = SyntheticStore.Config.Training with { Patience = 4 },
        Transfer = new TransferSettings { SourceIdDropout = 0.9, FineTuneRate = 0.5, StepsPerEpoch = 8 },
    };

    public static int Items => Themes.Length * ItemsPerTheme;

    public static TrainingData Data(string store, int users = 200, int seed = 5)
    {
        var random = new Random(seed);
        var items = Enumerable.Range(0, Items).Select(i => new CatalogEntry($"{store}/{i}", $"{Themes[i / ItemsPerTheme]} {store}{i}", [$"{store} {i % 4}"]));
        var histories = Enumerable.Range(0, users).Select(user =>
        {
            var theme = random.Next(Themes.Length);
            var events = new EncodedEvent[random.Next(5, 16)];
            for (var i = 0; i < events.Length; i++)
            {
                var item = theme * ItemsPerTheme + random.Next(ItemsPerTheme);
                events[i] = new EncodedEvent(item + ItemRows.First, SequenceEventType.Purchase, SyntheticStore.Start.AddDays(i).ToUnixTimeMilliseconds());
                theme = random.NextDouble() < 0.95 ? (theme + 1) % Themes.Length : random.Next(Themes.Length);
            }

            return Split.LeaveOneOut.Divide($"user {user}", events, [.. Enumerable.Range(0, events.Length)]);
        });
        return TrainingData.Of([.. items], [.. histories], Split.LeaveOneOut, store, store);
    }
}

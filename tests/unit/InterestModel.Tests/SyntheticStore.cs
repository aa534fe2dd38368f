using System.Globalization;
using Driftline.Catalog;
using Driftline.Sequences;
using Driftline.Training;

namespace Driftline.InterestModel.Tests;

/// <summary>A made-up catalogue with a planted habit: after item i nearly every shopper takes item i + 7.</summary>
internal static class SyntheticStore
{
    public const int Items = 40;

    public static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly string[] Categories = ["Books", "Garden", "Kitchen", "Toys"];

    public static readonly TrainingConfig Config = new()
    {
        Model = new ModelSettings { Dimensions = 24, HiddenSize = 32, Dropout = 0, TextDimensions = 64 },
        Features = new FeatureSettings { SequenceLength = 12 },
        Training = new TrainingSettings { BatchEvents = 320, MaxEpochs = 30, LearningRate = 0.01, WarmupSteps = 10, MaxSeconds = 60, Threads = 1, Device = "cpu" },
    };

    public static CatalogEntry Item(int i) => new(
        $"sku/{i} é", string.Create(CultureInfo.InvariantCulture, $"thing{i} of {Categories[i % Categories.Length]}"), [Categories[i % Categories.Length], "All"]);

    public static TrainingData Data(int users = 200, int seed = 5)
    {
        var random = new Random(seed);
        var histories = Enumerable.Range(0, users).Select(user =>
        {
            var item = random.Next(Items);
            var time = Start.ToUnixTimeMilliseconds() + random.Next(1_000_000);
            var events = new EncodedEvent[random.Next(5, 20)];
            for (var i = 0; i < events.Length; i++)
            {
                events[i] = new EncodedEvent(item + ItemRows.First, SequenceEventType.Purchase, time);
                item = random.NextDouble() < 0.95 ? (item + 7) % Items : random.Next(Items);
                time += random.Next(1, 48) * 3_600_000L;
            }

            return Split.LeaveOneOut.Divide($"user {user}", events, [.. Enumerable.Range(0, events.Length)]);
        });
        return TrainingData.Of([.. Enumerable.Range(0, Items).Select(Item)], [.. histories], Split.LeaveOneOut, "synthetic", "synthetic");
    }

    /// <summary>A shopper's purchases a day apart.</summary>
    public static SequenceEntry[] Sequence(params int[] items) =>
        [.. items.Select((item, i) => Entry(Item(item).ItemId, i))];

    public static SequenceEntry Entry(string itemId, int day) =>
        new(Start.AddDays(day).ToUnixTimeMilliseconds(), (ulong)day, SequenceEventType.Purchase, 1, 0, itemId);
}

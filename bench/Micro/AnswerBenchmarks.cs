using System.Text.Json;
using BenchmarkDotNet.Attributes;
using driftline.events;
using Driftline.Recommender.Api;

namespace Driftline.Bench.Micro;

/// <summary>Answers to JSON. The floor copies their bytes.</summary>
public class AnswerBenchmarks : IHasFloor
{
    private readonly InterestUpdated _update = SampleRecords.Interests();
    private readonly RecommendationsAnswer _recommendations = new(
        "shopper-12345", true, null, "0123456789ab", DateTimeOffset.UnixEpoch, 20, new string('t', 300),
        [.. Enumerable.Range(0, 10).Select(i => new RecommendedItem($"sku-{i}", "A thing of some kind", "Category", 9.99, "EUR", 1.5, "model", ["Interest in Category is rising: 3% to 9%"]))]);

    double IHasFloor.Floor(string benchmark) => (benchmark == nameof(Recommendations) ? Recommendations() : Interests()).Length / MachineRates.CacheBytes;

    [Benchmark]
    public byte[] Recommendations() => JsonSerializer.SerializeToUtf8Bytes(_recommendations, RecommenderJson.Default.RecommendationsAnswer);

    [Benchmark]
    public byte[] Interests() => JsonSerializer.SerializeToUtf8Bytes(InterestsAnswer.From(_update, DateTimeOffset.UnixEpoch), RecommenderJson.Default.InterestsAnswer);
}

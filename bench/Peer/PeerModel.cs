using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization;
using Driftline.Bench.Predictor;
using Driftline.InterestModel;
using Driftline.Sequences;

namespace Driftline.Bench.Peer;

/// <summary>The same predictions of the same sequences, by the peer's PyTorch and by libtorch here: a batch of whole sequences through features, network, forecast and boosts, one thread.</summary>
/// <param name="PeerMicroseconds">A user, in the peer's.</param>
/// <param name="Microseconds">A user, here.</param>
/// <param name="LargestDifference">Between any two shares, vector components or boosts of the two.</param>
internal sealed partial record PeerModel(double PeerMicroseconds, double Microseconds, double LargestDifference)
{
    private const int Users = 64, Repetitions = 20;

    /// <summary>Above it the two are not the same network.</summary>
    private const double Tolerance = 2e-3;

    /// <exception cref="InvalidOperationException">The two differ by more than rounding.</exception>
    public static async Task<PeerModel> MeasureAsync(string artifact, CancellationToken stopping)
    {
        using var predictor = InterestPredictor.Load(artifact, "cpu", threads: 1);
        var shoppers = new Shoppers(predictor);
        var users = Enumerable.Range(0, Users).Select(user => shoppers.History()[(user % shoppers.Length)..]).ToArray(); // of 1 to L events
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, JsonSerializer.Serialize(users.Select(entries => new object[]
        {
            entries.Select(entry => entry.ItemId), entries.Select(entry => (int)entry.Type), entries.Select(entry => entry.EventTime),
        })), stopping);
        var theirs = JsonSerializer.Deserialize(await PeerPrograms.RunAsync("time_model.py", [artifact, file], stopping), PeerJson.Default.Output)!;
        File.Delete(file);
        var (microseconds, ours) = Time(predictor, users);
        var difference = ours.Select((one, i) => new[]
        {
            Largest(one.Current, theirs.Current[i]), Largest(one.Next, theirs.Next[i]), Largest(one.Embedding, theirs.Vectors[i]),
            one.Boosts.Where(boost => boost.Boost > 0 && theirs.Boosts[i].ContainsKey(boost.ItemId)).Max(boost => (double?)Math.Abs(boost.Boost - theirs.Boosts[i][boost.ItemId])) ?? 0,
        }.Max()).Max();
        return difference <= Tolerance
            ? new PeerModel(theirs.MicrosecondsPerUser, microseconds, difference)
            : throw new InvalidOperationException($"The peer's network is not the model's: the largest difference is {difference}.");
    }

    private static (double Microseconds, IReadOnlyList<InterestPrediction> Predictions) Time(InterestPredictor predictor, SequenceEntry[][] users)
    {
        var predictions = predictor.Predict(users);
        var times = new double[Repetitions];
        for (var i = 0; i < Repetitions; i++)
        {
            var started = Stopwatch.GetTimestamp();
            predictions = predictor.Predict(users);
            times[i] = Stopwatch.GetElapsedTime(started).TotalMicroseconds;
        }

        Array.Sort(times);
        return (times[Repetitions / 2] / users.Length, predictions);
    }

    private static double Largest(float[] ours, float[] theirs) => ours.Zip(theirs, (a, b) => Math.Abs((double)a - b)).Max();

    internal sealed record Output(double MicrosecondsPerUser, float[][] Current, float[][] Next, float[][] Vectors, Dictionary<string, float>[] Boosts);

    [JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
    [JsonSerializable(typeof(Output))]
    internal sealed partial class PeerJson : JsonSerializerContext;
}

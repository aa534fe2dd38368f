using System.Globalization;
using driftline.events;
using Driftline.InterestModel;
using Driftline.Predictor;
using Driftline.Sequences;
using static TorchSharp.torch;

namespace Driftline.Bench.Predictor;

/// <summary>
/// <c>predictor</c>: what an interest update costs where it is made, without broker and Redis. For each batch size: the whole sequences of users, one event
/// more of users who are known, and the bare pass of the network over that one event, its input and output alone, and what composing the update takes.
/// Every figure is measured on the device that is named, none is derived from another machine's.
/// </summary>
internal sealed class PredictorBench(string artifact, string device, int threads, IReadOnlyList<int> batches)
{
    private const int Repetitions = 40;

    public void Run(Action<string> say)
    {
        using var predictor = InterestPredictor.Load(artifact, device, threads);
        using var bare = BarePass.Load(artifact, predictor.Device);
        var shoppers = new Shoppers(predictor);
        say($"model {predictor.Version}, {predictor.Manifest.Architecture.Encoder}, D {predictor.Dimensions}, H {predictor.Manifest.Architecture.HiddenSize}, L {shoppers.Length}, V {predictor.Manifest.Items}, C {predictor.Categories.Count}; {predictor.Device}, {get_num_threads()} threads, {Environment.ProcessorCount} cores");
        say($"One event's floor: {bare.MegaFlops:N2} MFLOP for the network and {2e-6 * predictor.Dimensions * predictor.Manifest.Items:N2} for the scores of all items.");
        say("");
        say("| users in a batch | what | ms a batch: median, p95 | us a user | us of CPU a user | bytes allocated a user |");
        say("|---:|---|---:|---:|---:|---:|");
        foreach (var users in batches) Measure(predictor, bare, shoppers, users, say);
    }

    private static void Measure(InterestPredictor predictor, BarePass bare, Shoppers shoppers, int users, Action<string> say)
    {
        var whole = Enumerable.Range(0, users).Select(_ => shoppers.History()).ToArray();
        Row("whole sequences", users, () => predictor.Predict([.. whole.Select(entries => new UserToPredict(entries))]), say, whole: true);
        IReadOnlyList<(InterestPrediction Prediction, CarriedState? State)> last = [];
        if (predictor.CarriesState)
        {
            Row("one event more", users, () => last = predictor.Predict([.. last.Select(one => new UserToPredict([shoppers.Next()], After: one.State))]), say, prepare: () =>
            {
                if (last.Count == 0 || !predictor.Continues(last[0].State!, 1, null)) last = predictor.Predict([.. whole.Select(entries => new UserToPredict(entries[..(entries.Length / 2)]))]);
            });
        }
        else
        {
            last = predictor.Predict([.. whole.Select(entries => new UserToPredict(entries))]);
        }

        foreach (var (what, work) in bare.Steps(users)) Row(what, users, work, say);
        var reading = new SequenceReading([], true, shoppers.Length, 1, 1, KnownSequence.Of([]));
        var trigger = new SequenceUpdated { userId = "shopper-00001", attributes = new Dictionary<string, string>() };
        Row("composing", users, () =>
        {
            foreach (var (prediction, _) in last) ComposeUpdate.From(trigger, reading, prediction, predictor.Version, predictor.Categories, 5, default, DateTimeOffset.UnixEpoch);
        }, say);
    }

    /// <param name="prepare">Done before each repetition; it does not count.</param>
    private static void Row(string what, int users, Action work, Action<string> say, bool whole = false, Action? prepare = null)
    {
        var repetitions = whole ? Math.Max(5, Repetitions / 4) : Repetitions * 5;
        var times = new double[repetitions];
        var (cpuUsed, allocated) = (0.0, 0L);
        for (var i = -repetitions / 4; i < repetitions; i++) // the first ones compile
        {
            prepare?.Invoke();
            var (cpu, bytes, started) = (Environment.CpuUsage.TotalTime, GC.GetTotalAllocatedBytes(precise: true), TimeProvider.System.GetTimestamp());
            work();
            if (i < 0) continue;
            times[i] = TimeProvider.System.GetElapsedTime(started).TotalMilliseconds;
            cpuUsed += (Environment.CpuUsage.TotalTime - cpu).TotalMicroseconds;
            allocated += GC.GetTotalAllocatedBytes(precise: true) - bytes;
        }

        Array.Sort(times);
        double each = users * (double)repetitions;
        say(string.Create(CultureInfo.InvariantCulture,
            $"| {users} | {what} | {times[repetitions / 2]:F2}, {times[repetitions * 95 / 100]:F2} | {times.Sum() * 1000 / each:F1} | {cpuUsed / each:F1} | {allocated / each:F0} |"));
    }
}

using System.Globalization;
using System.Numerics.Tensors;
using driftline.events;
using Driftline.InterestModel;
using Driftline.Predictor;
using Driftline.Sequences;
using Driftline.Training;
using static TorchSharp.torch;

namespace Driftline.Bench.Predictor;

/// <summary>
/// <c>predictor</c>: what an interest update costs where it is made, without broker and Redis. For each batch size: the whole sequences of users, one event
/// more of users who are known, and the bare pass of the network over that one event, its input and output alone, and what composing the update takes.
/// Every figure is measured on the device that is named, none is derived from another machine's.
/// </summary>
internal sealed class PredictorBench(string artifact, string device, int threads, IReadOnlyList<int> batches)
{
    private const int Repetitions = 40, UsersToCompare = 64;

    // Of lengths of vectors. TF32, which CUDA's recurrent units compute in, keeps ten bits of a factor: one product is off by 1e-3 at most.
    private const double MostDifference = 1e-2;

    // Users a second by what was done, at each batch size.
    private readonly Dictionary<string, List<(double Users, double Rate)>> _rates = [];

    /// <param name="plot">PNG to write; null for none.</param>
    /// <returns>1 where a device other than the CPU predicts something else than the CPU, else 0.</returns>
    public int Run(Action<string> say, string? plot)
    {
        using var predictor = InterestPredictor.Load(artifact, device, threads);
        using var bare = BarePass.Load(artifact, predictor.Device);
        var shoppers = new Shoppers(predictor);
        say($"model {predictor.Version}, {predictor.Manifest.Architecture.Encoder}, D {predictor.Dimensions}, H {predictor.Manifest.Architecture.HiddenSize}, L {shoppers.Length}, V {predictor.Manifest.Items}, C {predictor.Categories.Count}; {predictor.Device}, {get_num_threads()} threads, {Environment.ProcessorCount} cores");
        say($"One event's floor: {bare.MegaFlops:N2} MFLOP for the network and {2e-6 * predictor.Dimensions * predictor.Manifest.Items:N2} for the scores of all items.");
        var difference = 0.0;
        if (predictor.Device != "cpu")
        {
            difference = DifferenceToCpu(predictor, shoppers);
            say(string.Create(CultureInfo.InvariantCulture, $"Of {UsersToCompare} users' forecasts and vectors, the one furthest from the CPU's is off by {difference:E1} of its length."));
        }

        say("");
        say("| users in a batch | what | ms a batch: median, p95 | users/s | us of CPU a user | bytes allocated a user |");
        say("|---:|---|---:|---:|---:|---:|");
        foreach (var users in batches) Measure(predictor, bare, shoppers, users, say);
        if (plot is not null)
        {
            Plots.Lines(
                plot, [.. _rates.Select(rate => new Series(rate.Key, [.. rate.Value.Select(point => point.Users)], [.. rate.Value.Select(point => point.Rate)]))],
                "users in a batch", "users a second", $"{predictor.Manifest.Architecture.Encoder} on {predictor.Device}", logX: true, logY: true);
        }

        if (difference <= MostDifference) return 0;
        say($"{predictor.Device} does not predict what the CPU does: do not serve from it, and report this with the versions of driver and libtorch.");
        return 1;
    }

    private double DifferenceToCpu(InterestPredictor predictor, Shoppers shoppers)
    {
        using var cpu = InterestPredictor.Load(artifact, "cpu", threads);
        UserToPredict[] users = [.. Enumerable.Range(0, UsersToCompare).Select(_ => new UserToPredict(shoppers.History()[1..]))];
        var (there, here) = (predictor.Predict(users), cpu.Predict(users));
        var most = Most(there, here);
        if (!predictor.CarriesState) return most;
        var next = Array.ConvertAll(users, _ => shoppers.Next());
        return Math.Max(most, Most(predictor.Predict([.. there.Zip(next, After)]), cpu.Predict([.. here.Zip(next, After)])));

        static UserToPredict After((InterestPrediction Prediction, CarriedState? State) last, SequenceEntry next) => new([next], After: last.State);

        // A user of whom something is no number counts as infinitely far: Math.Max keeps NaN, and NaN is not within a limit.
        static double Most(IReadOnlyList<(InterestPrediction Prediction, CarriedState?)> some, IReadOnlyList<(InterestPrediction Prediction, CarriedState?)> others) =>
            some.Zip(others).Aggregate(0.0, (most, pair) => Math.Max(most, Math.Max(
                Difference(pair.First.Prediction.Next, pair.Second.Prediction.Next), Difference(pair.First.Prediction.Embedding, pair.Second.Prediction.Embedding))));

        static double Difference(float[] a, float[] b) => TensorPrimitives.Distance<float>(a, b) / TensorPrimitives.Norm<float>(b);
    }

    private void Measure(InterestPredictor predictor, BarePass bare, Shoppers shoppers, int users, Action<string> say)
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
    private void Row(string what, int users, Action work, Action<string> say, bool whole = false, Action? prepare = null)
    {
        var repetitions = whole ? Math.Max(5, Repetitions / 4) : Repetitions * 5;
        var times = new double[repetitions];
        var (cpuUsed, allocated) = (0.0, 0L);
        for (var i = -repetitions / 4; i < repetitions; i++) // the first ones compile
        {
            prepare?.Invoke();
            var (bytes, cpu, started) = (GC.GetTotalAllocatedBytes(precise: true), Environment.CpuUsage.TotalTime, TimeProvider.System.GetTimestamp()); // counting precisely stops all threads, which costs too
            work();
            if (i < 0) continue;
            times[i] = TimeProvider.System.GetElapsedTime(started).TotalMilliseconds;
            cpuUsed += (Environment.CpuUsage.TotalTime - cpu).TotalMicroseconds;
            allocated += GC.GetTotalAllocatedBytes(precise: true) - bytes;
        }

        Array.Sort(times);
        double each = users * (double)repetitions;
        var rate = each * 1000 / times.Sum();
        if (!_rates.TryGetValue(what, out var rates)) _rates.Add(what, rates = []);
        rates.Add((users, rate));
        say(string.Create(CultureInfo.InvariantCulture,
            $"| {users} | {what} | {times[repetitions / 2]:F3}, {times[repetitions * 95 / 100]:F3} | {rate:N0} | {cpuUsed / each:F1} | {allocated / each:F0} |"));
    }
}

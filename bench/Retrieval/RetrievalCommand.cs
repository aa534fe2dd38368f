using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using Driftline.Catalog;
using Driftline.Local;

namespace Driftline.Bench.Retrieval;

/// <summary>Ours, FAISS IndexFlatIP and hnswlib on the same vectors, one after another, each on one core.</summary>
/// <param name="folder">Keeps vectors, answers and hnswlib's graph, which takes minutes to build and is used again.</param>
internal sealed class RetrievalCommand(VectorSet set, string folder, string[] peers)
{
    private const int Wanted = 20, WarmUp = 50;

    public async Task<RetrievalReport> RunAsync(CancellationToken stopping)
    {
        Directory.CreateDirectory(folder);
        set.WriteTo(folder);
        var others = peers.Length > 0 ? await PeersAsync(stopping) : [];
        var truth = peers.Contains("faiss") ? Answers("faiss-batch") : null;
        List<EngineFigures> engines = [Ours("Driftline, exact", int.MaxValue, truth), Ours("Driftline, coded", 1, truth)];
        engines.AddRange(others.Select(peer => peer with { Recall = truth is null ? null : Recall(truth, Answers(peer.Engine)), Engine = Names[peer.Engine] }));
        double? Times(string name) => engines.Find(engine => engine.Engine == Names[name]) is { } faiss ? engines[1].QueriesPerSecond / faiss.QueriesPerSecond : null;
        return new RetrievalReport(set.Name, set.ItemCount, set.Dimensions, set.QueryCount, engines, Times("faiss-single"), Times("faiss-batch"), string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessorCount} cores, {RuntimeInformation.ProcessArchitecture}, .NET {Environment.Version}"));
    }

    private static readonly Dictionary<string, string> Names = new()
    {
        ["faiss-single"] = "FAISS IndexFlatIP, one by one",
        ["faiss-batch"] = "FAISS IndexFlatIP, one batch",
        ["hnswlib-50"] = "hnswlib, M 16, ef 50",
        ["hnswlib-100"] = "hnswlib, M 16, ef 100",
        ["hnswlib-200"] = "hnswlib, M 16, ef 200",
        ["hnswlib-400"] = "hnswlib, M 16, ef 400",
    };

    // Waits in place: a method that goes on later would keep its index in memory, and the next one's bytes would be counted less by it.
    private EngineFigures Ours(string name, int codeFrom, int[]? truth)
    {
        var before = GC.GetTotalMemory(true);
        var started = Stopwatch.GetTimestamp();
        var index = new VectorIndex(set.Dimensions, codeFrom);
        for (var i = 0; i < set.ItemCount; i++) index.Upsert($"{i}", set.Item(i));
        index.CodedAsync().GetAwaiter().GetResult();
        var build = Stopwatch.GetElapsedTime(started);
        var bytes = GC.GetTotalMemory(true) - before;
        for (var i = 0; i < WarmUp; i++) index.Search(set.Query(i % set.QueryCount), Wanted);
        var found = new int[set.QueryCount * Wanted];
        var times = new double[set.QueryCount];
        for (var query = 0; query < set.QueryCount; query++)
        {
            var start = Stopwatch.GetTimestamp();
            var items = index.Search(set.Query(query), Wanted);
            times[query] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            for (var i = 0; i < items.Count; i++) found[query * Wanted + i] = int.Parse(items[i].ItemId, CultureInfo.InvariantCulture);
        }

        var perSecond = 1_000 * times.Length / times.Sum();
        Array.Sort(times);
        return new EngineFigures(name, perSecond, times[times.Length / 2], times[times.Length * 99 / 100], truth is null ? null : Recall(truth, found), bytes, build.TotalSeconds);
    }

    private async Task<List<EngineFigures>> PeersAsync(CancellationToken stopping)
    {
        var lines = await DebianPython.RunAsync(
            Path.Combine(Repository.Root, "bench", "retrieval-peers", "measure.py"), [folder, $"{set.Dimensions}", $"{Wanted}", .. peers],
            "python3-faiss, python3-hnswlib and libopenblas0-pthread (Debian), or --peers none", stopping);
        return [.. lines.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonSerializer.Deserialize(line, RetrievalJson.Default.EngineFigures)!)];
    }

    private int[] Answers(string engine) => MemoryMarshal.Cast<byte, int>(File.ReadAllBytes(Path.Combine(folder, engine + ".i32"))).ToArray();

    private static double Recall(int[] truth, int[] found) =>
        truth.Chunk(Wanted).Zip(found.Chunk(Wanted), (right, ours) => right.Intersect(ours).Count()).Sum() / (double)truth.Length;
}

using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Driftline.Bench.Retrieval;

/// <summary>What one engine did with a vector set.</summary>
/// <param name="QueriesPerSecond">On one core.</param>
/// <param name="P99Ms">Of one query asked alone; null where queries were asked in one batch.</param>
/// <param name="Recall">Share of the 20 items of FAISS IndexFlatIP that are among this engine's 20.</param>
/// <param name="Bytes">What the process grew by, for vectors, ids and whatever else the engine keeps.</param>
/// <param name="BuildSeconds">From vectors to answers. On one core, but for hnswlib, which had all.</param>
internal sealed record EngineFigures(string Engine, double QueriesPerSecond, double? P50Ms, double? P99Ms, double? Recall, long Bytes, double BuildSeconds);

/// <param name="TimesFaiss">Queries per second of Driftline's coded index as a multiple of IndexFlatIP's: asked one at a time, and against its best way.</param>
internal sealed record RetrievalReport(
    string Set, int Items, int Dimensions, int Queries, IReadOnlyList<EngineFigures> Engines, double? TimesFaiss, double? TimesFaissBatched, string Machine)
{
    public string ToJson() => JsonSerializer.Serialize(this, RetrievalJson.Default.RetrievalReport);

    public void Print(Action<string> line)
    {
        line(string.Create(CultureInfo.InvariantCulture, $"{Set}: {Items:N0} items of {Dimensions} dimensions, {Queries} queries for 20, one core; {Machine}"));
        line("");
        line("| engine | queries/s | p50 ms | p99 ms | recall@20 | MiB | build s |");
        line("|---|---|---|---|---|---|---|");
        foreach (var engine in Engines)
            line(string.Create(CultureInfo.InvariantCulture,
                $"| {engine.Engine} | {engine.QueriesPerSecond:N0} | {engine.P50Ms:0.00} | {engine.P99Ms:0.00} | {engine.Recall:0.0000} | {engine.Bytes / 1048576.0:N0} | {engine.BuildSeconds:N1} |"));
        if (TimesFaiss is null) return;
        line("");
        line(string.Create(CultureInfo.InvariantCulture, $"Driftline's coded index: {TimesFaiss:0.0} times IndexFlatIP asked one by one, {TimesFaissBatched:0.0} times IndexFlatIP asked in one batch."));
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(RetrievalReport))]
[JsonSerializable(typeof(EngineFigures))]
internal sealed partial class RetrievalJson : JsonSerializerContext;

using System.CommandLine;
using Driftline.Bench;
using Driftline.Bench.Capacity;
using Driftline.Bench.EndToEnd;
using Driftline.Bench.Growth;
using Driftline.Bench.Micro;
using Driftline.Bench.Peer;
using Driftline.Bench.Predictor;
using Driftline.Bench.Regressions;
using Driftline.Bench.Retrieval;
using Driftline.Bench.Stages;
using Driftline.InterestModel;
using Driftline.Local;
using Driftline.Storefront;

var rate = new Option<double>("--rate") { Description = "Events per second that arrive, whatever the pipeline makes of them.", DefaultValueFactory = _ => 1_000 };
var seconds = new Option<double>("--seconds") { Description = "Length of the measured part.", DefaultValueFactory = _ => 60 };
var warmUp = new Option<double>("--warm-up") { Description = "Seconds of the same load before it.", DefaultValueFactory = _ => 20 };
var users = new Option<int>("--users") { Description = "Shoppers, drawn by Zipf's law.", DefaultValueFactory = _ => 50_000 };
var seed = new Option<int>("--seed") { Description = "Decides users, items and gaps.", DefaultValueFactory = _ => 1 };
var batch = new Option<int?>("--batch") { Description = "Events in a request, as a storefront's collector sends them; 1 sends each when it is due. Default: 1 below 5,000 events/s, else 100." };
var json = new Option<FileInfo?>("--json") { Description = "Also write the report there." };
rate.Within(0.1, 1_000_000);
seconds.Within(1, 3_600);
warmUp.Within(0, 600);
batch.Validators.Add(result => { if (result.GetValueOrDefault<int?>() is not (null or >= 1 and <= 500)) result.AddError("--batch must be 1 to 500."); });
users.Within(1, 10_000_000);

var e2e = new Command("e2e", "Open-loop load through the four services: waits for the acknowledgement, the interest update and the changed answer; CPU, allocation and memory of each part.")
{
    rate, seconds, warmUp, users, seed, batch, json,
};
e2e.SetAction((parsed, stopping) => new E2eCommand(Load(parsed)).ExecuteAsync(stopping));

var peer = new Command("peer", "The load of e2e on Driftline, then on a peer in Python (bench/peer-python) with the same topics, weights and requests: side by side.") { rate, seconds, warmUp, users, seed, batch, json };
peer.SetAction((parsed, stopping) => new PeerCommand(Load(parsed)).ExecuteAsync(stopping));

var ingestBatch = new Option<int>("--batch") { Description = "Events in a request.", DefaultValueFactory = _ => 100 };
var connections = new Option<int>("--connections") { Description = "Requests in flight.", DefaultValueFactory = _ => 8 };
var stageSeconds = new Option<double>("--seconds") { Description = "Length of the measured part.", DefaultValueFactory = _ => 20 };
ingestBatch.Within(1, 1_000);
connections.Within(1, 1_000);
stageSeconds.Within(1, 3_600);
var ingest = new Command("ingest", "The ingestor alone: how many events it takes a second, each request answered when Kafka has all of its events (acks=all).") { ingestBatch, connections, stageSeconds, json };
ingest.SetAction((parsed, stopping) => new IngestCommand(
    parsed.GetValue(stageSeconds), parsed.GetValue(ingestBatch), parsed.GetValue(connections), parsed.GetValue(json)?.FullName).ExecuteAsync(stopping));

var eventCount = new Option<int>("--events") { Description = "Events that the topic is filled with.", DefaultValueFactory = _ => 600_000 };
eventCount.Within(1_000, 100_000_000);
var buildSequences = new Command("build-sequences", "The feature-builder alone: how many events of a filled topic it brings into Redis a second.") { eventCount, users, json };
buildSequences.SetAction((parsed, stopping) => new BuildSequencesCommand(parsed.GetValue(eventCount), parsed.GetValue(users), parsed.GetValue(json)?.FullName).ExecuteAsync(stopping));

var requestRate = new Option<double>("--rate") { Description = "Requests per second, whatever the recommender makes of them.", DefaultValueFactory = _ => 2_000 };
var itemCount = new Option<int>("--items") { Description = "Items of the catalogue, each with a vector.", DefaultValueFactory = _ => 100_000 };
requestRate.Within(0.1, 1_000_000);
itemCount.Within(20, 10_000_000);
var answers = new Command("answers", "The recommender alone: how long an answer takes at a fixed rate of requests.") { requestRate, stageSeconds, itemCount, json };
answers.SetAction((parsed, stopping) => new AnswersCommand(
    parsed.GetValue(requestRate), parsed.GetValue(stageSeconds), parsed.GetValue(itemCount), parsed.GetValue(json)?.FullName).ExecuteAsync(stopping));

var start = new Command("start", "The recommender alone: how long it reads a filled topic for trending until it is ready, and what an event of it costs.") { eventCount };
start.SetAction((parsed, stopping) => StartCommand.ExecuteAsync(parsed.GetValue(eventCount), stopping));

var update = new Option<bool>("--update") { Description = "Write the measured ratios to bench/baseline.json instead." };
var regressions = new Command("regressions", "Hold ratios of times within this process against bench/baseline.json. Exit 1 if one is worse by more than 20 %.") { update };
regressions.SetAction((parsed, stopping) => parsed.GetValue(update) ? RegressionsCommand.UpdateAsync(stopping) : RegressionsCommand.CheckAsync(stopping));

var length = new Option<double>("--seconds") { Description = "Length of each of the five measurements; its warm-up is twice that, so that hot code is compiled for good.", DefaultValueFactory = _ => 25 };
var folder = new Option<DirectoryInfo?>("--out") { Description = "Takes check.md and, where the check holds, unit-costs.json. Default: docs/capacity." };
length.Within(1, 3_600);
var capacity = new Command("capacity", "Measure the unit costs that `local -- capacity` computes with, and check its predictions at three sizes. Exit 0 only if all are within 25 % and nothing is lost.") { length, folder };
capacity.SetAction((parsed, stopping) => new CapacityCheck(
    parsed.GetValue(length), parsed.GetValue(folder)?.FullName ?? Path.Combine(Repository.Root, "docs", "capacity")).RunAsync(Console.WriteLine, stopping));

var growthFolder = new Option<DirectoryInfo?>("--out") { Description = "Takes growth.json, growth.md and the curves. Default: docs/performance." };
var growth = new Command("growth", "The load of e2e at 1, 10 and 100 times the shoppers and the items, and with 1, 2 and 4 replicas of each service: curves of costs and waits.") { growthFolder };
growth.SetAction((parsed, stopping) => new GrowthCommand(parsed.GetValue(growthFolder)?.FullName ?? Path.Combine(Repository.Root, "docs", "performance")).RunAsync(stopping));

var set = new Option<string>("--set") { Description = "walk (clusters of random walks), mixture, gauss, or the folder of a trained model.", DefaultValueFactory = _ => "walk" };
var items = new Option<int>("--items") { Description = "Item vectors; a model has its own.", DefaultValueFactory = _ => 1_000_000 };
var dimensions = new Option<int>("--dims") { Description = "Length of a vector; a model has its own.", DefaultValueFactory = _ => 64 };
var queries = new Option<int>("--queries") { Description = "Queries for the 20 best.", DefaultValueFactory = _ => 500 };
var vectors = new Option<DirectoryInfo?>("--keep") { Description = "Takes vectors, answers and hnswlib's graph, which is used again. Default: a folder of the set's in the temporary one." };
var peers = new Option<string[]>("--peers") { Description = "Engines to measure beside Driftline's, or none.", AllowMultipleArgumentsPerToken = true, Arity = ArgumentArity.OneOrMore, DefaultValueFactory = _ => ["faiss", "hnswlib"] };
peers.AcceptOnlyFromAmong("faiss", "hnswlib", "none");
items.Within(20, 10_000_000);
dimensions.Within(1, 4_096);
queries.Within(20, 100_000);
set.Validators.Add(result =>
{
    if (result.GetValueOrDefault<string>() is not ("walk" or "mixture" or "gauss") && !File.Exists(Path.Combine(result.GetValueOrDefault<string>()!, "model.json")))
        result.AddError("--set must be walk, mixture, gauss, or a folder with a model.json.");
});
var retrieval = new Command("retrieval", "Search for the 20 best among item vectors, beside FAISS IndexFlatIP and hnswlib: queries per second on one core, recall, memory.")
{
    set, items, dimensions, queries, seed, vectors, peers, json,
};
retrieval.SetAction(async (parsed, stopping) =>
{
    var name = parsed.GetValue(set)!;
    var of = Directory.Exists(name) ? VectorSet.OfModel(name, parsed.GetValue(queries), parsed.GetValue(seed))
        : VectorSet.Drawn(name, parsed.GetValue(items), parsed.GetValue(dimensions), parsed.GetValue(queries), parsed.GetValue(seed));
    var keep = parsed.GetValue(vectors)?.FullName ?? Path.Combine(Path.GetTempPath(), $"driftline-vectors-{of.Name}-{of.ItemCount}-{of.Dimensions}-{parsed.GetValue(seed)}");
    var report = await new RetrievalCommand(of, keep, [.. parsed.GetValue(peers)!.Except(["none"])]).RunAsync(stopping);
    report.Print(Console.WriteLine);
    if (parsed.GetValue(json) is { } file) await File.WriteAllTextAsync(file.FullName, report.ToJson() + "\n", stopping);
});

try
{
    return await new RootCommand("Driftline's benchmarks. Run them in Release, on a machine with nothing else to do.")
        { e2e, peer, growth, ingest, buildSequences, answers, start, capacity, PredictorCommand.Create(), retrieval, MicroCommand.Create(), regressions }.Parse(args)
        .InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = TimeSpan.FromSeconds(60) });
}
catch (Exception e) when (e is ImportException or ModelArtifactException or InvalidOperationException or FileNotFoundException or TimeoutException or IOException or UnauthorizedAccessException or HttpRequestException
    or Confluent.Kafka.KafkaException or Confluent.SchemaRegistry.SchemaRegistryException or StackExchange.Redis.RedisException or Driftline.Client.DriftlineException)
{
    Console.Error.WriteLine($"bench: {e.Message}");
    return 2;
}
catch (OperationCanceledException)
{
    return 130;
}

E2eOptions Load(ParseResult parsed) => new()
{
    Rate = parsed.GetValue(rate),
    Seconds = parsed.GetValue(seconds),
    WarmUpSeconds = parsed.GetValue(warmUp),
    Users = parsed.GetValue(users),
    Seed = parsed.GetValue(seed),
    Batch = parsed.GetValue(batch) ?? (parsed.GetValue(rate) < 5_000 ? 1 : 100),
    Json = parsed.GetValue(json)?.FullName,
};

using System.CommandLine;
using Driftline.Bench.Capacity;
using Driftline.Bench.EndToEnd;
using Driftline.Bench.Predictor;
using Driftline.Local;

var rate = new Option<double>("--rate") { Description = "Events per second that arrive, whatever the pipeline makes of them.", DefaultValueFactory = _ => 1_000 };
var seconds = new Option<double>("--seconds") { Description = "Length of the measured part.", DefaultValueFactory = _ => 60 };
var warmUp = new Option<double>("--warm-up") { Description = "Seconds of the same load before it.", DefaultValueFactory = _ => 20 };
var users = new Option<int>("--users") { Description = "Shoppers, drawn by Zipf's law.", DefaultValueFactory = _ => 50_000 };
var seed = new Option<int>("--seed") { Description = "Decides users, items and gaps.", DefaultValueFactory = _ => 1 };
var json = new Option<FileInfo?>("--json") { Description = "Also write the report there." };
rate.Validators.Add(result => { if (result.GetValueOrDefault<double>() is not (> 0 and <= 1_000_000)) result.AddError("--rate must be above 0 and at most 1000000."); });
seconds.Validators.Add(result => { if (result.GetValueOrDefault<double>() is not (>= 1 and <= 3_600)) result.AddError("--seconds must be 1 to 3600."); });
warmUp.Validators.Add(result => { if (result.GetValueOrDefault<double>() is not (>= 0 and <= 600)) result.AddError("--warm-up must be 0 to 600."); });
users.Validators.Add(result => { if (result.GetValueOrDefault<int>() is not (>= 1 and <= 10_000_000)) result.AddError("--users must be 1 to 10000000."); });

var e2e = new Command("e2e", "Open-loop load through the four services: waits for the acknowledgement, the interest update and the changed answer; CPU, allocation and memory of each part.")
{
    rate, seconds, warmUp, users, seed, json,
};
e2e.SetAction((parsed, stopping) => new E2eCommand(new E2eOptions
{
    Rate = parsed.GetValue(rate),
    Seconds = parsed.GetValue(seconds),
    WarmUpSeconds = parsed.GetValue(warmUp),
    Users = parsed.GetValue(users),
    Seed = parsed.GetValue(seed),
    Json = parsed.GetValue(json)?.FullName,
}).ExecuteAsync(stopping));

var length = new Option<double>("--seconds") { Description = "Length of each of the five measurements; its warm-up is twice that, so that hot code is compiled for good.", DefaultValueFactory = _ => 25 };
var folder = new Option<DirectoryInfo?>("--out") { Description = "Takes unit-costs.json and check.md. Default: docs/capacity." };
var capacity = new Command("capacity", "Measure the unit costs that `local -- capacity` computes with, and check its predictions at three sizes. Exit 0 only if all are within 25 %.") { length, folder };
capacity.SetAction((parsed, stopping) => new CapacityCheck(
    parsed.GetValue(length), parsed.GetValue(folder)?.FullName ?? Path.Combine(Repository.Root, "docs", "capacity")).RunAsync(Console.WriteLine, stopping));

try
{
    return await new RootCommand("Driftline's benchmarks. Run them in Release, on a machine with nothing else to do.") { e2e, capacity, PredictorCommand.Create() }.Parse(args)
        .InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = TimeSpan.FromSeconds(60) });
}
catch (Exception e) when (e is InvalidOperationException or FileNotFoundException or TimeoutException or IOException)
{
    Console.Error.WriteLine($"bench: {e.Message}");
    return 2;
}
catch (OperationCanceledException)
{
    return 130;
}

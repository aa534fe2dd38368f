using System.CommandLine;
using Driftline.InterestModel;
using Driftline.Storefront;
using Driftline.Training;

var data = new Option<string>("--data") { Description = "Folder in the import format.", Required = true };
var config = new Option<string?>("--config") { Description = "Training configuration; the program's configs/default.json where left out." };
var output = new Option<string>("--out") { Description = "Folder for the model.", Required = true };
var progress = new Option<string?>("--progress") { Description = "plain or bar; a bar on terminals where left out." };
var artifact = new Option<string>("--artifact") { Description = "Folder that train wrote.", Required = true };
var split = new Option<string?>("--split") { Description = "leave-one-out, leave-out:N, time:YYYY-MM-DD or time:auto; train: leave-one-out where left out, evaluate: the model's." };
var json = new Option<string?>("--json") { Description = "File for the figures." };
var device = new Option<string>("--device") { Description = "auto, cpu, cuda or cuda:N.", DefaultValueFactory = _ => "auto" };

var train = new Command("train", "Train a model and print its figures beside the popularity baseline.") { data, config, split, output, progress };
train.SetAction((result, cancel) => Task.FromResult(Guarded(() => TrainCommand.Run(
    result.GetValue(data)!, result.GetValue(config), result.GetValue(split), result.GetValue(output)!, result.GetValue(progress), cancel))));
var evaluate = new Command("evaluate", "Print a model's figures again, from its artifact.") { data, artifact, split, json, device };
evaluate.SetAction(result => Guarded(() => EvaluateCommand.Run(
    result.GetValue(data)!, result.GetValue(artifact)!, result.GetValue(split), result.GetValue(json), result.GetValue(device)!)));
var name = new Option<string>("--name") { Description = "The model's name: key of the release.", DefaultValueFactory = _ => "interest" };
var release = new Command("release", "Announce a model to the predictors and recommenders of the Kafka that the environment names.") { artifact, name };
release.SetAction((result, cancel) => GuardedAsync(() => ReleaseCommand.RunAsync(result.GetValue(artifact)!, result.GetValue(name)!, cancel)));

var parsed = new RootCommand("Driftline's model: train, evaluate and release.") { train, evaluate, release }.Parse(args);
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
    catch (Exception e) when (e is InputException or ImportException or ModelArtifactException or IOException or UnauthorizedAccessException or InvalidOperationException { Source: "Driftline.InterestModel" })
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

using System.CommandLine;
using Driftline.Local;

namespace Driftline.Bench.Predictor;

/// <summary>The command line of <see cref="PredictorBench"/>.</summary>
internal static class PredictorCommand
{
    public static Command Create()
    {
        var artifact = new Option<DirectoryInfo?>("--artifact") { Description = "A model's folder. Default: the demo's model, trained the first time." };
        var device = new Option<string>("--device") { Description = "auto, cpu or cuda:N; CUDA needs a build with -p:TorchDevice=cuda.", DefaultValueFactory = _ => "auto" };
        var threads = new Option<int>("--threads") { Description = "CPU threads of a pass and of what is done for each user; 0 leaves Torch its own choice and takes one for each core.", DefaultValueFactory = _ => 1 };
        var users = new Option<int[]>("--users") { Description = "Users in a batch, one or several sizes.", DefaultValueFactory = _ => [1, 16, 64, 256], AllowMultipleArgumentsPerToken = true };
        users.Validators.Add(result => { if (result.GetValueOrDefault<int[]>()!.Any(size => size is not (>= 1 and <= 100_000))) result.AddError("--users must be 1 to 100000."); });
        var plot = new Option<FileInfo?>("--plot") { Description = "PNG of users a second against batch size to write." };
        var command = new Command("predictor", "What one interest update costs on a device: whole sequences, one event more, the bare pass, and the way to the device and back.") { artifact, device, threads, users, plot };
        command.SetAction(async (parsed, stopping) =>
        {
            var folder = parsed.GetValue(artifact)?.FullName ?? await DemoAsync(stopping);
            return new PredictorBench(folder, parsed.GetValue(device)!, parsed.GetValue(threads), parsed.GetValue(users)!).Run(Console.WriteLine, parsed.GetValue(plot)?.FullName);
        });
        return command;
    }

    private static async Task<string> DemoAsync(CancellationToken stopping)
    {
        var cache = DemoModel.CacheFolder(Environment.GetEnvironmentVariable("DRIFTLINE_CACHE"));
        return await DemoModel.TrainedOnAsync((await ReplayData.OpenAsync(new RunOptions { Seed = 1, Events = 1 }, cache, DateTimeOffset.UtcNow, stopping)).Folder, cache, stopping);
    }
}

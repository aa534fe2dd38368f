using System.Diagnostics;
using System.Text.Json;
using Driftline.Training;
using Xunit;

namespace Driftline.InterestModel.Tests;

public sealed class BenchmarkCommandTests
{
    private static readonly string Events = "user_id,item_id,event_time,event_type\n" + string.Concat(Enumerable.Range(1, 6).SelectMany(day =>
        Enumerable.Range(0, 20).Select(user => $"u{user},i{(user + day) % 5},2026-01-0{day},click\n")));

    private static readonly string Items = "item_id,title,category\n" + string.Concat(Enumerable.Range(0, 5).Select(item => $"i{item},Thing {item},{(item % 2 == 0 ? "Even" : "Odd")}\n"));

    [Fact]
    public void RunsThatAreThereAreNotDoneAgainAndRowsThatLackSeedsSaySo()
    {
        DataFolder.With(Events, Items, folder =>
        {
            var results = Path.Combine(folder, "out");
            File.WriteAllText(Path.Combine(Directory.CreateDirectory(Path.Combine(folder, "cache")).FullName, "encoders"), "where pretrained weights would lie: none are fetched");
            var data = TrainingData.Read(folder, Split.LeaveOneOut);
            Made("default", 1, 0.25);
            Made("default", 2, 0.75);
            Made("lstm", 2, 0.5);
            Made("transformer", 1, 0.9, "of other data, another configuration or another program");
            var (code, error) = Run(folder, "benchmark", "--data", folder, "--splits", "leave-one-out", "--seeds", "2", "--hours", "0.0001", "--out", results);
            Assert.Equal(1, code);
            Assert.Contains("leave-one-out lstm seed 1: not run: the time was over", error, StringComparison.Ordinal);
            Assert.DoesNotContain("lstm seed 2", error, StringComparison.Ordinal);
            using var json = JsonDocument.Parse(File.ReadAllText(Path.Combine(results, "leave-one-out", "results.json")));
            var rows = json.RootElement.GetProperty("items");
            Assert.Equal(["default (gru)", "lstm, 1 of 2 seeds"], rows.EnumerateObject().Where(row => row.Value.TryGetProperty("train-seconds", out _)).Select(row => row.Name));
            Assert.Equal(0.5, rows.GetProperty("default (gru)").GetProperty("ndcg@10").GetProperty("mean").GetDouble());
            return 0;

            void Made(string name, int seed, double ndcg, string? key = null)
            {
                var config = TrainingConfig.Load(Path.Combine(TrainingConfig.DefaultFolder, name + ".json"));
                config = config with { Model = config.Model with { TextEncoder = "hashed-ngrams" }, Training = config.Training with { Seed = seed, Threads = 1 } };
                var made = Directory.CreateDirectory(Path.Combine(results, "runs", $"leave-one-out-{name}-{seed}"));
                var figures = new TrainingFigures(new Dictionary<string, double> { ["ndcg@10"] = ndcg, ["train-seconds"] = 1 }, new Dictionary<string, double> { ["kl"] = 1 }) { Key = key ?? Checkpoint.KeyOf(config, data) };
                File.WriteAllText(Path.Combine(made.FullName, "figures.json"), JsonSerializer.Serialize(figures, TrainingFigures.Json));
            }
        });
    }

    [Theory]
    [InlineData("time:2030-01-01,time:2031-01-01", "no split of --splits")]
    [InlineData("leave-one-out,time:2026-1-3", "time:2026-1-3")]
    public void SplitsThatCannotBeUsedAreToldAtOnce(string splits, string told) => DataFolder.With(
        "user_id,item_id,event_time,event_type\nu1,i1,2026-01-01,click\nu1,i2,2026-01-02,click\nu1,i1,2026-01-03,click\n", "item_id,title,category\ni1,One,A\ni2,Two,B\n", folder =>
    {
        var (code, error) = Run(folder, "benchmark", "--data", folder, "--splits", splits, "--hours", "0.0001", "--out", Path.Combine(folder, "out"));
        Assert.Equal(2, code);
        Assert.Contains(told, error, StringComparison.Ordinal);
        return 0;
    });

    [Fact]
    public void ATrainingOfABenchmarkThatWasKilledEnds() => DataFolder.With(Events, Items, folder =>
    {
        File.WriteAllText(Path.Combine(folder, "config.json"), """{"model":{"textEncoder":"hashed-ngrams"},"training":{"maxEpochs":1000,"patience":1000,"device":"cpu"}}""");
        using var process = Process.Start(new ProcessStartInfo(
            "dotnet",
            [
                Path.Combine(AppContext.BaseDirectory, "Driftline.Training.dll"), "train", "--data", folder, "--config", Path.Combine(folder, "config.json"), "--out", Path.Combine(folder, "model"),
                "--progress", "plain", "--while-input-is-open",
            ])
        { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        process.StandardInput.Close(); // as the system does where whoever held it is gone
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(130, process.ExitCode);
        return 0;
    });

    private static (int Code, string Error) Run(string folder, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Driftline.Training.dll"), .. arguments])
        { RedirectStandardError = true, RedirectStandardOutput = true, Environment = { ["DRIFTLINE_CACHE"] = Path.Combine(folder, "cache") } })!;
        process.OutputDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, error);
    }
}

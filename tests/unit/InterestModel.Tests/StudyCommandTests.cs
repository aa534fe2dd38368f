using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Xunit;

namespace Driftline.InterestModel.Tests;

public sealed class StudyCommandTests
{
    private const string Config = """{"model":{"encoder":"lru","dimensions":8,"hiddenSize":8,"textEncoder":"hashed-ngrams","associations":false},"training":{"maxEpochs":2,"device":"cpu","threads":1}}""";

    [Fact]
    public void TheCommandsWriteTheirResultsAndRefuse()
    {
        var events = new StringBuilder("user_id,item_id,event_time,event_type\n");
        for (var day = 1; day <= 9; day++)
        {
            for (var user = 0; user < 20; user++) events.Append($"user {user},item/{(user + day) % 8},2026-01-0{day},click\n");
        }

        var items = new StringBuilder("item_id,title,category\n");
        for (var item = 0; item < 8; item++) items.Append($"item/{item},Thing {item},kind {item % 4}\n");
        DataFolder.With(events.ToString(), items.ToString(), folder =>
        {
            var config = Path.Combine(folder, "config.json");
            File.WriteAllText(config, Config);
            var (halves, cold) = (Path.Combine(folder, "halves"), Path.Combine(folder, "cold"));
            Assert.Equal(0, Run("transfer", "--data", folder, "--config", config, "--out", halves, "--seeds", "2", "--shares", "50,100", "--progress", "plain"));
            Assert.Equal(["results.json", "results.md", "transfer.png"], Directory.GetFiles(halves).Select(Path.GetFileName).Order());
            using var json = JsonDocument.Parse(File.ReadAllText(Path.Combine(halves, "results.json")));
            Assert.Equal(2, json.RootElement.GetProperty("figures").GetProperty("transfer, 50%").GetProperty("ndcg@10").GetProperty("values").GetArrayLength());
            Assert.Equal(0, Run("transfer", "--source", folder, "--target", folder, "--config", config, "--out", halves, "--seeds", "1", "--shares", "50"));
            Assert.Equal(0, Run("cold", "--data", folder, "--config", config, "--out", cold, "--share", "25"));
            Assert.Equal(["cold-all.png", "cold.png", "results.json", "results.md"], Directory.GetFiles(cold).Select(Path.GetFileName).Order());

            Assert.Equal(2, Run("transfer", "--source", folder, "--out", halves));
            Assert.Equal(2, Run("transfer", "--data", folder, "--source", folder, "--out", halves));
            Assert.Equal(2, Run("transfer", "--data", folder, "--config", config, "--out", halves, "--shares", "0"));
            Assert.Equal(2, Run("cold", "--data", folder, "--config", config, "--out", cold, "--share", "100"));
            return 0;
        });
    }

    private static int Run(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Driftline.Training.dll"), .. arguments])
        { RedirectStandardError = true, RedirectStandardOutput = true })!;
        process.OutputDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode == 2) Assert.Single(error.Trim().Split('\n'));
        else Assert.Equal("", error);
        return process.ExitCode;
    }
}

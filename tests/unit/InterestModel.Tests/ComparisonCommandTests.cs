using System.CommandLine;
using System.Text.Json;
using Driftline.Training;
using Xunit;

namespace Driftline.InterestModel.Tests;

public sealed class ComparisonCommandTests
{
    private const string Config =
        """{"model":{"dimensions":8,"hiddenSize":8,"textEncoder":"hashed-ngrams","textDimensions":16},"training":{"maxEpochs":2,"device":"cpu","threads":1}}""";

    [Fact]
    public void AnAblationPutsBothAndTheirDifferenceSideBySide() => InFolder(folder =>
    {
        Assert.Equal(0, Run(AblateCommand.Create(run => run(), "the line"), "--data", folder, "--config", $"{folder}/config.json", "--without", "attributes", "--seeds", "2", "--out", $"{folder}/out", "--progress", "plain"));
        using var results = JsonDocument.Parse(File.ReadAllText($"{folder}/out/results.json"));
        var rows = results.RootElement.GetProperty("categories");
        double[] Values(string table, string row, string metric) =>
            [.. results.RootElement.GetProperty(table).GetProperty(row).GetProperty(metric).GetProperty("values").EnumerateArray().Select(value => value.GetDouble())];
        double[] Kl(string row) => Values("categories", row, "kl");
        double[] Ndcg(string row) => Values("items", row, "ndcg@10");
        var (whole, without, difference) = (Kl("all inputs, users with attributes"), Kl("without attributes, users with attributes"), Kl("difference, users with attributes"));
        Assert.Equal(2, difference.Length);
        for (var seed = 0; seed < 2; seed++) Assert.Equal(whole[seed] - without[seed], difference[seed], 12);
        Assert.True(rows.TryGetProperty("persistence", out _));
        var (network, networkWithout) = (Ndcg("all inputs, network alone"), Ndcg("without attributes, network alone"));
        Assert.Equal(network[1] - networkWithout[1], Ndcg("difference, network alone")[1], 12);
        Assert.True(File.Exists($"{folder}/out/categories.png"));
        Assert.Equal(8, TrainingConfig.Load($"{folder}/out/config.json").Model.Dimensions);

        File.Delete($"{folder}/users.csv");
        Assert.Contains("users.csv", Refusal(AblateCommand.Create(run => run(), ""), "--data", folder, "--config", $"{folder}/config.json", "--without", "attributes", "--out", $"{folder}/none"), StringComparison.Ordinal);
        Assert.Contains("h_t", Refusal(AblateCommand.Create(run => run(), ""), "--data", folder, "--without", "shoes", "--out", $"{folder}/none"), StringComparison.Ordinal);
    });

    [Fact]
    public void AFederatedModelIsComparedAccountedForAndCanBeServed() => InFolder(folder =>
    {
        Assert.Equal(0, Run(FederatedCommand.Create(run => run(), "the line"), "--data", folder, "--config", $"{folder}/config.json", "--silos", "3", "--rounds", "2", "--clip", "1", "--noise", "2", "--delta", "0.01", "--out", $"{folder}/out"));
        using var results = JsonDocument.Parse(File.ReadAllText($"{folder}/out/results.json"));
        var rows = results.RootElement.GetProperty("rows");
        Assert.Equal(
            ["central", "federated", "federated, clipped", "federated, clipped, noise", "popularity"], rows.EnumerateObject().Select(row => row.Name));
        Assert.Equal(
            PrivacyAccountant.Epsilon(1, 2, 2, 0.01),
            rows.GetProperty("federated, clipped, noise").GetProperty("epsilon").GetProperty("values")[0].GetDouble(), 9);
        Assert.True(File.Exists($"{folder}/out/rounds.png"));
        using var model = ModelArtifact.Load($"{folder}/out/model");
        Assert.All(model.Items, item => Assert.Equal(0, item.Events)); // the silos' counts stay with them
        Assert.Equal(("", "", 0), (model.Manifest.DataHash, model.Manifest.SplitHash, model.Manifest.Metrics.Count)); // and what was computed from all of them
        File.AppendAllText($"{folder}/events.csv", "u1,of u1 alone,2026-01-07,click\n");
        Assert.Contains("of u1 alone", Refusal(FederatedCommand.Create(run => run(), ""), "--data", folder, "--config", $"{folder}/config.json", "--clip", "1", "--noise", "1", "--out", $"{folder}/none"), StringComparison.Ordinal);
        Assert.Contains("--noise", Refusal(FederatedCommand.Create(run => run(), ""), "--data", folder, "--noise", "1", "--out", $"{folder}/none"), StringComparison.Ordinal);
    });

    [Fact]
    public void AModelIsNotJudgedByOtherCategoriesThanItsOwn() => InFolder(folder =>
    {
        Assert.Equal(0, TrainCommand.Run(null, folder, $"{folder}/config.json", null, $"{folder}/model", null, "plain", CancellationToken.None));
        Assert.False(Directory.Exists($"{folder}/model.checkpoint")); // the model is saved
        var request = new EvaluateRequest(folder, $"{folder}/model", null, $"{folder}/figures.json", null, "cpu", null, "the line");
        Assert.Equal(0, EvaluateCommand.Run(request));

        File.WriteAllText($"{folder}/items.csv", File.ReadAllText($"{folder}/items.csv").Replace("Even", "Smooth", StringComparison.Ordinal));

        Assert.Contains("other categories", Assert.Throws<InputException>(() => EvaluateCommand.Run(request)).Message, StringComparison.Ordinal);
        Assert.Contains("--device gpu", Assert.Throws<InputException>(() => EvaluateCommand.Run(request with { Device = "gpu" })).Message, StringComparison.Ordinal);
    });

    [Fact]
    public void AFolderForResultsThatCannotBeWrittenIsSaidBeforeTheWork() => InFolder(folder =>
    {
        File.WriteAllText($"{folder}/taken", "");
        foreach (var (command, arguments) in new (Command, string[])[]
        {
            (AblateCommand.Create(run => run(), ""), ["--without", "attributes"]), (ColdCommand.Create(run => run(), ""), []),
            (TransferCommand.Create(run => run(), ""), []), (FederatedCommand.Create(run => run(), ""), []), (DriftCommand.Create(run => run(), ""), []),
        })
        {
            Assert.Contains($"--out {folder}/taken", Refusal(command, [.. arguments, "--data", folder, "--config", $"{folder}/config.json", "--out", $"{folder}/taken"]), StringComparison.Ordinal);
        }
    });

    private static void InFolder(Action<string> use)
    {
        var events = "user_id,item_id,event_time,event_type\n" + string.Concat(Enumerable.Range(1, 6).SelectMany(day =>
            Enumerable.Range(0, 50).Select(user => $"u{user},i{(user + day) % 5},2026-01-0{day},click\n")));
        var items = "item_id,title,category\n" + string.Concat(Enumerable.Range(0, 5).Select(item => $"i{item},Thing {item},{(item % 2 == 0 ? "Even" : "Odd")}\n"));
        DataFolder.With(events, items, folder =>
        {
            File.WriteAllText($"{folder}/users.csv", "user_id,age_band\n" + string.Concat(Enumerable.Range(0, 40).Select(user => $"u{user},{(user % 2 == 0 ? "18-25" : "65+")}\n")));
            File.WriteAllText($"{folder}/config.json", Config);
            use(folder);
            return 0;
        });
    }

    private static int Run(Command command, params string[] arguments) => command.Parse(arguments).Invoke(new() { EnableDefaultExceptionHandler = false });

    private static string Refusal(Command command, params string[] arguments) => Assert.Throws<InputException>(() => Run(command, arguments)).Message;
}

using System.Globalization;
using System.Text.Json;

namespace Driftline.Training;

/// <summary>The table and the curve of a <see cref="TransferStudy"/>, with what is needed to make them again.</summary>
internal sealed record TransferReport(
    string Source, string Target, TrainingData SourceData, TrainingData TargetData, TrainingConfig Config, IReadOnlyList<double> Shares, ResultsTable Table, string Command)
{
    private const string Metric = "ndcg@10";

    private static readonly string[] Columns =
        ["hr@10", "ndcg@10", "mrr", "coverage@10", "new.hr@10", "new.ndcg@10", "users", "events", "epochs", "train-seconds"];

    private string Protocol => string.Create(CultureInfo.InvariantCulture,
        $"Source {Source}: {Size(SourceData)}. Target {Target}: {Size(TargetData)}. A share is a random, seeded part of the target's users who have training events, a smaller one within a larger; early stopping sees the validation cases of those users alone. {TargetData.Split.Protocol}: the tests are the same {Evaluation.TestCases(TargetData).Count} cases of all users for every share, full ranking over {TargetData.Items.Count} items, seen items not filtered (new: items that the user has not met, the met ones left out), ties by item index; split {TargetData.SplitHash[..12]}. Transferred: text adaptor, embeddings of type, gap and season, normalisation, encoder, user head{(Config.Model.Associations ? ", and how much each kind of association counts" : "")}; item ids and category embeddings begin at zero, the category head at random, {(Config.Model.Associations ? "associations are counted in the share" : "and associations are left out, so that what the network has learnt is compared")}. Zero-shot takes nothing from the target but its catalogue and, as every arm does, the tested users' own histories. User attributes are left out. Text encoder {Config.Model.TextEncoder}, the same in every arm. Mean ± standard deviation over the seeds");

    /// <summary>Whether a transfer at a tenth of the data beats training from scratch at a quarter; empty where either was not asked.</summary>
    public string Verdict =>
        Table[TransferStudy.Row(TransferStudy.Transfer, 10), Metric] is { } transfer && Table[TransferStudy.Row(TransferStudy.Scratch, 25), Metric] is { } scratch
            ? Compare(transfer, scratch) : "";

    /// <summary>Seed by seed, for seeds differ in their users: one is ahead where the 95 % interval of the mean difference leaves out zero.</summary>
    internal static string Compare(Figure transfer, Figure scratch)
    {
        var difference = new Figure([.. transfer.Values.Zip(scratch.Values, (a, b) => a - b)]);
        var (least, most) = (difference.Mean - difference.Margin, difference.Mean + difference.Margin);
        var found = difference.Values.Count < 2 ? "cannot be told from one seed to beat"
            : least > 0 ? "beats" : most < 0 ? "does not beat" : "is level with";
        var interval = difference.Values.Count < 2 ? "" : string.Create(CultureInfo.InvariantCulture, $" (95 % interval {least:F4} to {most:F4}, Student's t)");
        return string.Create(CultureInfo.InvariantCulture,
            $"Transfer at 10% of the users {found} training from scratch at 25%: NDCG@10 {transfer} against {scratch}; in the same seed it differs by {difference}{interval}, upwards in {difference.Values.Count(d => d > 0)} of {difference.Values.Count}.");
    }

    public void Print(TextWriter output)
    {
        output.WriteLine(Protocol + ".");
        output.WriteLine(Table.Plain(Columns));
        if (Verdict.Length > 0) output.WriteLine(Verdict);
    }

    /// <summary>Writes <c>results.json</c>, <c>results.md</c> and <c>transfer.png</c>.</summary>
    public void WriteFolder(string folder)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "results.json"), JsonSerializer.Serialize(new
        {
            protocol = Protocol,
            verdict = Verdict,
            command = Command,
            source = Source,
            sourceSplitHash = SourceData.SplitHash,
            target = Target,
            targetSplitHash = TargetData.SplitHash,
            shares = Shares,
            config = Config,
            figures = Table.ByRow(),
        }, ReportFiles.Json) + "\n");
        Plots.Lines(
            Path.Combine(folder, "transfer.png"),
            [.. new[] { TransferStudy.Transfer, TransferStudy.Scratch, "last-item co-occurrence", "popularity" }.Select(arm => Line(arm, share => TransferStudy.Row(arm, share))), Line(TransferStudy.ZeroShot, _ => TransferStudy.ZeroShot)],
            "% of the target's training users", "NDCG@10", $"{Source} to {Target}", logX: true);
        File.WriteAllText(
            Path.Combine(folder, "results.md"),
            $"# Transfer: {Source} to {Target}\n\n{Protocol}.\n\n```\n{Command}\n```\n\n{Table.Markdown(Columns)}\n{Verdict}\n\n![NDCG@10 by share](transfer.png)\n");
    }

    private Series Line(string name, Func<double, string> row)
    {
        var figures = Shares.Select(share => Table[row(share), Metric]!).ToArray();
        return new Series(name, Shares, [.. figures.Select(figure => figure.Mean)], [.. figures.Select(figure => figure.Deviation)]);
    }

    private static string Size(TrainingData data) => string.Create(CultureInfo.InvariantCulture,
        $"{data.Users.Count} users, {data.Users.Sum(user => user.Events.Length)} events, {data.Items.Count} items, {data.Vocabulary.Categories.Count} categories");
}

using System.Globalization;
using System.Numerics.Tensors;
using Driftline.InterestModel;
using Driftline.Sequences;

namespace Driftline.Training;

/// <summary><c>explain --artifact ARTIFACT --data FOLDER --user ID</c>: what each of a user's events does to the forecast and to the items on top.</summary>
internal static class ExplainCommand
{
    private const int TopItems = 5;
    private const int TitleLength = 40;

    public static int Run(string artifact, string folder, string user)
    {
        using var predictor = InterestPredictor.Load(artifact, cacheFolder: ItemTexts.Cache);
        var data = TrainingData.Read(folder);
        var history = data.Users.FirstOrDefault(one => one.UserId == user)
            ?? throw new InputException($"--user {user}: has no events in {folder}. Users there: {string.Join(", ", data.Users.Take(3).Select(one => one.UserId))} and {Math.Max(0, data.Users.Count - 3)} others.");
        foreach (var item in data.Items) predictor.RegisterItem(item);
        var attributes = data.Attributes.Decode(history.Attributes);
        SequenceEntry[] sequence = [.. history.Events.Select(e => new SequenceEntry(e.Time, 0, e.Type, 1, 0, data.Items[e.Item - ItemRows.First].ItemId))];
        var titles = data.Items.ToDictionary(item => item.ItemId, item => Cut(item.Title.Length > 0 ? item.Title : item.ItemId), StringComparer.Ordinal);
        var prediction = predictor.Predict([sequence], [attributes])[0];
        var category = predictor.Categories[Array.IndexOf(prediction.Next, prediction.Next.Max())];
        var explanation = predictor.Explain(sequence, Top(predictor, prediction), [category], attributes);
        ScoreExplanation[] targets = [.. explanation.Categories, .. explanation.Items];

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"A  forecast of category '{category}': {targets[0].Score:F4}; drift {prediction.Drift:F3} {prediction.Kind?.ToString().ToLowerInvariant()}"));
        foreach (var (i, target) in targets.Index().Skip(1))
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{i}  {titles.GetValueOrDefault(target.Target, target.Target)}: score {target.Score:F3}"));
        Console.WriteLine("Share of each event, and its signed part where it has none: the score less what it is without the event.");
        var table = new ResultsTable("explain", "event");
        foreach (var (at, one) in explanation.Forecast.Events.Index())
        {
            var row = string.Create(CultureInfo.InvariantCulture,
                $"{one.Event,4} {DateTimeOffset.FromUnixTimeMilliseconds(sequence[one.Event].EventTime):yyyy-MM-dd} {sequence[one.Event].Type,-9} {titles.GetValueOrDefault(one.ItemId, one.ItemId)}");
            foreach (var (i, target) in targets.Index())
                table.Add(row, i == 0 ? "A" : i.ToString(CultureInfo.InvariantCulture), target.Events[at].Share > 0 ? target.Events[at].Share : target.Events[at].Delta);
        }

        Console.Write(table.Plain());
        return 0;
    }

    private static string[] Top(InterestPredictor predictor, InterestPrediction prediction)
    {
        var boosts = prediction.Boosts.ToDictionary(boost => boost.ItemId, boost => boost.Boost, StringComparer.Ordinal);
        return [.. predictor.ItemVectors()
            .Select(item => (item.ItemId, Score: TensorPrimitives.Dot<float>(item.Vector, prediction.Embedding) + boosts.GetValueOrDefault(item.ItemId)))
            .OrderByDescending(item => item.Score).ThenBy(item => item.ItemId, StringComparer.Ordinal).Take(TopItems).Select(item => item.ItemId)];
    }

    private static string Cut(string title) => title.Length <= TitleLength ? title : title[..(TitleLength - 1)] + "…";
}

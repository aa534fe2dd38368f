using System.Globalization;
using Driftline.InterestModel;

namespace Driftline.Training;

/// <summary>The table that <c>train</c> and <c>evaluate</c> print.</summary>
internal static class Report
{
    public static void Print(ModelManifest manifest, RankingMetrics model, RankingMetrics popularity)
    {
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{Split.Parse(manifest.Split).Protocol}; full ranking over {manifest.Items} items, {model.Users} users, seen items not filtered; split {manifest.SplitHash[..12]}"));
        Console.WriteLine($"{"",-28}{"HR@10",8}{"NDCG@10",10}");
        Print($"{manifest.Name} {manifest.Architecture.Encoder} {manifest.Version}", model);
        Print("popularity", popularity);
    }

    private static void Print(string name, RankingMetrics metrics) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-28}{metrics.HitRate,8:F4}{metrics.Ndcg,10:F4}"));
}

using Driftline.Training;
using Xunit;

namespace Driftline.InterestModel.Tests;

public sealed class ResultsTests
{
    private static readonly byte[] PngSignature = [0x89, (byte)'P', (byte)'N', (byte)'G'];

    [Fact]
    public void SeedsAreShownAsMeanAndDeviation()
    {
        var table = new ResultsTable("Items");
        table.Add("gru|x", "ndcg@10", 0.1);
        table.Add("gru|x", "ndcg@10", 0.2);
        table.Add("popularity", "ndcg@10", 0.05);
        table.Add("popularity", "cases", 2298);
        Assert.Equal(
            "| model | ndcg@10 | cases |\n|---|---:|---:|\n| gru\\|x | 0.1500 ± 0.0707 |  |\n| popularity | 0.0500 | 2298 |\n", table.Markdown());
        Assert.Equal("model               ndcg@10\ngru|x       0.1500 ± 0.0707\npopularity           0.0500\n", table.Plain("ndcg@10"));
        Assert.Equal([0.1, 0.2], table.ByRow()["gru|x"]["ndcg@10"].Values);
        Assert.Equal(0, table.ByRow()["popularity"]["ndcg@10"].Deviation);
    }

    [Fact]
    public void ChartsAreDrawnWithoutADisplay()
    {
        var table = new ResultsTable("Items");
        foreach (var value in (double[])[0.1, 0.2]) table.Add("gru", "ndcg@10", value);
        var folder = Directory.CreateTempSubdirectory("driftline-plots-");
        try
        {
            var (bars, lines) = (Path.Combine(folder.FullName, "bars.png"), Path.Combine(folder.FullName, "lines.png"));
            Plots.Bars(bars, table, "ndcg@10", "NDCG@10", "Next items");
            Plots.Lines(lines, [new Series("a", [1, 10, 100], [0.1, 0.2, 0.3], [0.01, 0.02, 0.01]), new Series("b", [1, 100], [0.2, 0.1])], "share in %", "NDCG@10", "Transfer", logX: true);
            Assert.All([bars, lines], path => Assert.Equal(PngSignature, File.ReadAllBytes(path)[..4]));
            Assert.Throws<ArgumentException>(() => Plots.Lines(lines, [new Series("a", [0], [1])], "", "", "", logX: true));
            Assert.Throws<ArgumentException>(() => Plots.Lines(lines, [new Series("a", [1], [0])], "", "", "", logY: true));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}

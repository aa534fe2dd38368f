using System.Globalization;
using Driftline.Storefront;
using Xunit;

namespace Driftline.Local.Tests;

public sealed class DemoModelTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task TwoRunsThatStartTogetherOnOneCacheServeOneModel()
    {
        var folder = Directory.CreateTempSubdirectory("driftline-");
        try
        {
            var data = Directory.CreateDirectory(Path.Combine(folder.FullName, "data")).FullName;
            await File.WriteAllLinesAsync(Path.Combine(data, "items.csv"), [
                "item_id,title,category,description", .. Enumerable.Range(0, 20).Select(i => $"i{i},Title {i},c{i % 4},")]);
            await File.WriteAllLinesAsync(Path.Combine(data, "events.csv"), [
                "user_id,item_id,event_time,event_type,quantity,price,order_id,rating",
                .. Enumerable.Range(0, 240).Select(e => string.Create(CultureInfo.InvariantCulture, $"u{e % 30},i{e * 7 % 20},{Start.AddMinutes(e):s}Z,click,,,,"))]);
            var import = ImportFolder.Open(data);
            var cache = Path.Combine(folder.FullName, "cache");

            var runs = new[] { TrainedAsync(), TrainedAsync() };
            var first = await await Task.WhenAny(runs);
            Assert.All(await Task.WhenAll(runs), run => Assert.Equal(first, run));

            async Task<(string Artifact, DateTime Written)> TrainedAsync()
            {
                var artifact = await DemoModel.TrainedOnAsync(import, cache, TestContext.Current.CancellationToken);
                return (artifact, File.GetLastWriteTimeUtc(Path.Combine(artifact, "model.json")));
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}

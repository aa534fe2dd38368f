using Xunit;

namespace Driftline.Local.Tests;

public sealed class ReplayDataTests
{
    [Fact]
    public async Task TwoRunsThatStartTogetherOnOneCacheWriteTheHistoryOnce()
    {
        var cache = Directory.CreateTempSubdirectory("driftline-");
        try
        {
            var runs = await Task.WhenAll(OpenedAsync(), OpenedAsync());
            Assert.Equal(runs[0].Folder.Path, runs[1].Folder.Path);
            Assert.Equal(runs[0].Items.Count, runs[1].Folder.ReadItems().Count());

            Task<ReplayData> OpenedAsync() => Task.Run(() => ReplayData.OpenAsync(new RunOptions { Seed = 1, Events = 1 }, cache.FullName, DateTimeOffset.UtcNow, TestContext.Current.CancellationToken));
        }
        finally
        {
            cache.Delete(recursive: true);
        }
    }
}

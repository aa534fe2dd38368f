namespace Driftline.Local.Endurance;

/// <summary>The four services with the demo's model and catalogue and the heaps of deployment, ready for load.</summary>
internal sealed record Pipeline(Stack Stack, IReadOnlyList<string> Items) : IAsyncDisposable
{
    public static async Task<Pipeline> StartAsync(StackOptions options, Action<string> report, CancellationToken stopping)
    {
        var cache = DemoModel.CacheFolder(Environment.GetEnvironmentVariable("DRIFTLINE_CACHE"));
        var data = await ReplayData.OpenAsync(new RunOptions { Seed = 1, Events = 1 }, cache, DateTimeOffset.UtcNow, stopping);
        var artifact = await DemoModel.TrainedOnAsync(data.Folder, cache, stopping);
        var stack = await Stack.StartAsync(options, report, stopping);
        try
        {
            foreach (var service in LocalService.All) await stack.StartServiceAsync(service, stopping, MemoryLimits.HeapOf(service));
            using (var http = new HttpClient { BaseAddress = stack[LocalService.Ingestor.Name] })
                await CatalogLoader.LoadAsync(http, data.Items, data.Prices, new Progress<int>(), stopping);
            await DemoModel.ReleaseAsync(artifact, stack.Settings(), stopping);
            await stack.WaitUntilReadyAsync(stopping);
            return new Pipeline(stack, [.. data.Items.Select(item => item.ItemId)]);
        }
        catch
        {
            await stack.DisposeAsync();
            throw;
        }
    }

    public ValueTask DisposeAsync() => Stack.DisposeAsync();
}

using Confluent.Kafka;
using driftline.events;
using Driftline.Streaming;
using Microsoft.Extensions.Options;
using Xunit;

namespace Driftline.Predictor.Tests;

public sealed class CatalogTests
{
    private Releases Releases { get; } = new(Options.Create(new PredictorOptions()), new WorkSignal());

    [Fact]
    public void AChangeIsTakenOnceAndComesBackIfItCouldNotBePublished()
    {
        var signal = new WorkSignal();
        var catalog = new CatalogTable(signal);
        catalog.Apply(Item("a", "Teapot"));
        catalog.Apply(Item("b", "Kettle"));

        var changed = catalog.TakeChanges();
        Assert.Equal(["a", "b"], changed.Order());
        Assert.Empty(catalog.TakeChanges());
        catalog.PutBack(changed);
        Assert.Equal(["a", "b"], catalog.TakeChanges().Order());
    }

    [Fact]
    public void AWithdrawnItemIsAChangeAndIsGone()
    {
        var signal = new WorkSignal();
        var catalog = new CatalogTable(signal);
        catalog.Apply(Item("a", "Teapot"));
        catalog.TakeChanges();

        catalog.Apply(Item("a", null));

        Assert.Null(catalog.Find("a"));
        Assert.Empty(catalog.Items);
        Assert.Equal(["a"], catalog.TakeChanges());
    }

    [Fact]
    public async Task ManyChangesWakeTheFollowerOnce()
    {
        var signal = new WorkSignal();
        for (var i = 0; i < 3; i++) signal.Raise();
        await signal.WaitAsync(CancellationToken.None);
        Assert.False(signal.WaitAsync(CancellationToken.None).IsCompleted);
    }

    [Fact]
    public void AVectorCountsAsPublishedOnlyForItsVersionAndText()
    {
        var published = new PublishedVectors(Releases, new CatalogTable(new WorkSignal()));
        var vector = new ItemVector { itemId = "a", modelVersion = "v1", contentHash = 7, vector = [1f] };
        published.Apply(Record("a", vector));

        Assert.True(published.Contains("a", "v1", 7));
        Assert.False(published.Contains("a", "v2", 7));
        Assert.False(published.Contains("a", "v1", 8));
        published.Apply(Record<ItemVector>("a", null));
        Assert.False(published.Contains("a"));
    }

    /// <summary>An item's text that changes and changes back before what was sent has been read must be sent again.</summary>
    [Fact]
    public void AVectorCountsAsPublishedOnceItIsSent()
    {
        var published = new PublishedVectors(Releases, new CatalogTable(new WorkSignal()));
        published.Apply(Record("a", new ItemVector { itemId = "a", modelVersion = "v1", contentHash = 7, vector = [1f] }));
        published.Note("a", "v1", 8);

        Assert.False(published.Contains("a", "v1", 7));
        Assert.True(published.Contains("a", "v1", 8));
    }

    /// <summary>A predictor that could not load the newest release publishes changed items under the one before, on the same keys.</summary>
    [Fact]
    public async Task AVectorOfTheNewestReleaseThatAnOlderOneReplacesIsLookedAtAgainAndNotTheOtherWayRound()
    {
        var signal = new WorkSignal();
        var catalog = new CatalogTable(signal);
        var published = new PublishedVectors(Releases, catalog);
        Releases.Apply(Record("interest", new ModelReleased { name = "interest", version = "v2", artifactUri = "file:///v2" }));
        foreach (var version in (string[])["v1", "v2"]) published.Apply(Record("a", new ItemVector { itemId = "a", modelVersion = version, contentHash = 7, vector = [1f] }));
        Assert.Empty(catalog.TakeChanges());

        published.Apply(Record("a", new ItemVector { itemId = "a", modelVersion = "v1", contentHash = 8, vector = [1f] }));

        Assert.Equal(["a"], catalog.TakeChanges());
        Assert.False(published.Contains("a", "v2", 7));
        await signal.WaitAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(10));
    }

    /// <summary>What others write of an item may be read before all that is sent with it is acknowledged.</summary>
    [Fact]
    public void AVectorThatIsOverwrittenWhileItIsSentIsNotTakenForPublished()
    {
        var catalog = new CatalogTable(new WorkSignal());
        var published = new PublishedVectors(Releases, catalog);
        Releases.Apply(Record("interest", new ModelReleased { name = "interest", version = "v2", artifactUri = "file:///v2" }));
        published.Note("a", "v2", 8);
        published.Apply(Record("a", new ItemVector { itemId = "a", modelVersion = "v1", contentHash = 8, vector = [1f] }));
        Assert.Equal(["a"], catalog.TakeChanges());
        Assert.False(published.Contains("a", "v2", 8));

        published.Note("a", "v2", 8);
        published.Doubt("a");
        Assert.False(published.Contains("a", "v2", 8));
        Assert.True(published.Contains("a")); // a tombstone is due where the item goes
    }

    [Fact]
    public async Task WithoutAReleaseThereIsNoModelAndNoPartOfTheGroup()
    {
        using var model = new ServingModel(TimeProvider.System);
        Assert.Null(model.Version);
        Assert.False(model.Serves.IsCompleted);
        await Assert.ThrowsAsync<ModelNotReadyException>(() => model.UseAsync(current => current.Version, CancellationToken.None));
    }

    /// <summary>A lost device is lost for good; memory may come free again.</summary>
    [Theory]
    [InlineData("CUDA error: an illegal memory access was encountered", true)]
    [InlineData("CUDA out of memory. Tried to allocate 2.00 GiB", false)]
    [InlineData("CUDA error: out of memory", false)]
    [InlineData("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`", false)]
    public async Task APredictorWhoseDeviceIsLostEndsAndIsStartedAnew(string error, bool ends)
    {
        using var model = new ServingModel(TimeProvider.System);
        using var guard = new FaultGuard(model.DeviceLost);
        await guard.StartAsync(CancellationToken.None);

#pragma warning disable CA2201 // TorchSharp throws this one
        model.Refuse("v1", new System.Runtime.InteropServices.ExternalException(error));
#pragma warning restore CA2201
        var first = await Task.WhenAny(guard.ExecuteTask!, Task.Delay(ends ? TimeSpan.FromSeconds(10) : TimeSpan.FromMilliseconds(100)));

        Assert.Equal(ends, first == guard.ExecuteTask && first.IsFaulted);
        await guard.StopAsync(CancellationToken.None);
    }

    private static Received<CatalogItem> Item(string id, string? title) => Record(
        id, title is null ? null : new CatalogItem { itemId = id, title = title, categories = ["Kitchen"], kind = "product", attributes = new Dictionary<string, string>() });

    private static Received<T> Record<T>(string key, T? value) where T : class =>
        new(key, value, value is null ? null : [1], [], new TopicPartitionOffset("topic", 0, 0));
}

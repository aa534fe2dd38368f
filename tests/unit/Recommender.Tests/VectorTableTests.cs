using Driftline.Recommender.Retrieval;
using Driftline.Schemas;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Xunit;
using static Driftline.Recommender.Tests.Records;

namespace Driftline.Recommender.Tests;

public sealed class VectorTableTests
{
    private static readonly TimeSpan Grace = TimeSpan.FromHours(1);
    private readonly FakeTimeProvider _time = new(Start);
    private readonly ReleaseTable _releases = new(NullLogger<ReleaseTable>.Instance);
    private readonly VectorTable _table;

    public VectorTableTests()
    {
        _table = new VectorTable(_releases, new VectorEngine(Options.Create(new RecommenderOptions())), Options.Create(new RecommenderOptions { SupersededVersionGrace = Grace }), _time, NullLogger<VectorTable>.Instance);
        _releases.Apply(Release(Topics.DefaultModel, "m1", 1));
        _table.Apply(Vector("a", "m1", 1));
        _table.Apply(Vector("b", "m1", 2));
        _time.Advance(TimeSpan.FromDays(2));
    }

    [Fact]
    public void VersionsAreKeptApart()
    {
        _table.Apply(Vector("a", "m2", 1, 2, 3));
        Assert.Equal(1, _table.IndexOf("m1")!.Dimensions);
        Assert.Equal(3, _table.IndexOf("m2")!.Dimensions);
        Assert.Null(_table.IndexOf("m3"));
    }

    [Fact]
    public void ASupersededVersionGoesOnceTheNewerOneHasBeenCompleteForTheGrace()
    {
        _table.Apply(Vector("a", "m2", 1));
        _releases.Apply(Release(Topics.DefaultModel, "m2", 2));
        _time.Advance(Grace * 2);
        Assert.NotNull(_table.IndexOf("m1")); // m2 is not complete
        _table.Apply(Vector("b", "m2", 1));
        _time.Advance(Grace - TimeSpan.FromSeconds(1));
        Assert.NotNull(_table.IndexOf("m1"));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(_table.IndexOf("m1"));
        Assert.NotNull(_table.IndexOf("m2"));
    }

    [Fact]
    public void AVersionThatIsStillLoadingBeforeItsReleaseIsNotDropped()
    {
        _table.Apply(Vector("a", "m2", 1));
        _time.Advance(Grace - TimeSpan.FromSeconds(1));
        _table.Apply(Vector("b", "m2", 1));
        _time.Advance(Grace - TimeSpan.FromSeconds(1));
        Assert.NotNull(_table.IndexOf("m2"));
    }

    [Fact]
    public void AWithdrawnItemLeavesAllVersions()
    {
        _table.Apply(Vector("a", "m2", 1));
        _table.Apply(NoVector("a", Topics.CatalogVectors.Name));
        Assert.Equal(1, _table.IndexOf("m1")!.Count);
        Assert.Null(_table.IndexOf("m2"));
    }

    [Fact]
    public void AnItemThatIsWithdrawnOnAnotherModelsTopicStays()
    {
        _table.Apply(NoVector("a", Topics.CatalogVectors.Of("challenger").Name));
        Assert.Equal(2, _table.IndexOf("m1")!.Count);
    }

    [Fact]
    public void AReleaseServesOnceAllItemsHaveItsVectors()
    {
        _releases.Apply(Release(Topics.DefaultModel, "m2", 2));
        Assert.Equal("m1", _table.Serving); // still loading, or refused
        _table.Apply(Vector("a", "m2", 1));
        Assert.Equal("m1", _table.Serving);
        _table.Apply(Vector("b", "m2", 1));
        Assert.Equal("m2", _table.Serving);
        foreach (var id in (string[])["a", "b", "c"])
            _table.Apply(Record(id, new driftline.events.ItemVector { itemId = id, modelVersion = "c1", vector = [1f] }, topic: Topics.CatalogVectors.Of("challenger").Name));
        Assert.Equal("m2", _table.Serving);
        _releases.Apply(Release(Topics.DefaultModel, "c1", 3)); // the challenger won
        foreach (var id in (string[])["a", "b"]) _table.Apply(Vector(id, "c1", 1));
        Assert.Equal("c1", _table.Serving);
        _table.Apply(NoVector("c", Topics.CatalogVectors.Name));
        Assert.Equal(2, _table.IndexOf("c1")!.Count);
        _releases.Apply(Release(Topics.DefaultModel, "m2", 4)); // and is taken back, while it runs on as a challenger
        _table.Apply(Record("d", new driftline.events.ItemVector { itemId = "d", modelVersion = "c1", vector = [1f] }, topic: Topics.CatalogVectors.Of("challenger").Name));
        Assert.Equal("m2", _table.Serving);
    }
}

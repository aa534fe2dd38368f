using Driftline.Recommender.Retrieval;
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
    private readonly ReleaseTable _releases = new(Options.Create(new RecommenderOptions()), NullLogger<ReleaseTable>.Instance);
    private readonly VectorTable _table;

    public VectorTableTests()
    {
        _table = new VectorTable(_releases, new VectorEngine(Options.Create(new RecommenderOptions())), Options.Create(new RecommenderOptions { SupersededVersionGrace = Grace }), _time, NullLogger<VectorTable>.Instance);
        _releases.Apply(Release("default", "m1", 1));
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
        _releases.Apply(Release("default", "m2", 2));
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
        _table.Apply(Record<driftline.events.ItemVector>("a", null));
        Assert.Equal(1, _table.IndexOf("m1")!.Count);
        Assert.Null(_table.IndexOf("m2"));
    }
}

using driftline.events;
using Driftline.Recommender.Retrieval;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Driftline.Recommender.Tests;

public sealed class CoverageTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly CatalogTable _catalog = new(TimeProvider.System);
    private readonly Coverage _coverage;

    public CoverageTests()
    {
        _coverage = new Coverage(_catalog, _time);
        foreach (var id in new[] { "a", "b", "c", "d" }) _catalog.Apply(Records.Item(id, "c"));
    }

    [Fact]
    public void ItIsTheShareOfTheCatalogueThatWasShown()
    {
        _coverage.Shown(["a", "b"]);
        _coverage.Shown(["b", "c"]);
        Assert.Equal(0.75, _coverage.Share());
    }

    [Fact]
    public void WhatWasShownLongAgoNoLongerCounts()
    {
        _coverage.Shown(["a", "b"]);
        _time.Advance(TimeSpan.FromMinutes(45));
        _coverage.Shown(["b"]);
        _time.Advance(TimeSpan.FromMinutes(45));
        Assert.Equal(0.25, _coverage.Share());
    }

    [Fact]
    public void WithdrawnItemsDoNotCount()
    {
        _coverage.Shown(["a", "b"]);
        _catalog.Apply(Records.Record<CatalogItem>("a", null));
        Assert.Equal(1.0 / 3, _coverage.Share());
    }
}

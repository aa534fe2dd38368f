using driftline.events;
using Driftline.Hosting;
using Driftline.Recommender.Privacy;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Xunit;
using static Driftline.Recommender.Tests.Records;

namespace Driftline.Recommender.Tests;

public sealed class ErasureTableTests
{
    private readonly FakeTimeProvider _time = new(Start);

    [Fact]
    public void AnErasureIsKnownByItsIdFromTheTopicOn()
    {
        var table = new ErasureTable(Options.Create(new PrivacyOptions()), _time);
        table.Apply(Requested("e1", Start));
        Assert.Equal(Start, table.RequestedAt("e1"));
        Assert.Null(table.RequestedAt("e2"));
    }

    [Fact]
    public void WhatIsOlderThanAnySuppressionIsForgotten()
    {
        var table = new ErasureTable(Options.Create(new PrivacyOptions()), _time);
        table.Apply(Requested("old", Start));
        _time.Advance(TimeSpan.FromDays(31));
        Assert.Null(table.RequestedAt("old")); // Redis knows nothing of its stages any more
        for (var i = 1; i < 10_000; i++) table.Apply(Requested($"e{i}", _time.GetUtcNow()));
        Assert.Equal(9_999, table.Count); // nor is there memory for it
        Assert.NotNull(table.RequestedAt("e1"));
    }

    private static Driftline.Streaming.Received<ErasureRequested> Requested(string id, DateTimeOffset at) =>
        Record("u1", new ErasureRequested { erasureId = id, userId = "u1", requestedAt = at.ToUnixTimeMilliseconds() });
}

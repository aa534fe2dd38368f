using Driftline.Recommender.Experiments;
using Driftline.Recommender.Retrieval;
using FsCheck.Xunit;
using Xunit;
using static Driftline.Recommender.Tests.Records;

namespace Driftline.Recommender.Tests;

public sealed class AttributionTokenTests
{
    private static readonly Assignment Assigned = new(new ExperimentOptions { Name = "ranking.1" }, new VariantOptions { Name = "control" });

    [Property]
    public bool WhatIsWrittenIsRead(uint seconds, int length, byte items)
    {
        var ids = Enumerable.Range(0, items).Select(i => $"sku/{i} ü").ToList();
        var token = AttributionToken.New(DateTimeOffset.FromUnixTimeSeconds(seconds), new string('é', Math.Abs(length % 500)), ids, Assigned);
        return AttributionToken.TryParse(token.ToString(), out var read)
            && read with { Marks = token.Marks } == token && read.Marks.Span.SequenceEqual(token.Marks.Span)
            && ids.Index().All(id => read.PositionOf(id.Item) == id.Index + 1);
    }

    [Fact]
    public void TokensFitUrlsAndHeadersUnescapedAndTheIngestorsLimit()
    {
        for (var i = 0; i < 200; i++)
        {
            var token = AttributionToken.New(Start, "online-retail 2026/01", Enumerable.Range(0, 100).Select(item => $"{i}-{item}"), Assigned, [.. Enumerable.Repeat(0.01f, 100)]).ToString();
            Assert.Matches("^[A-Za-z0-9_-]+$", token);
            Assert.InRange(token.Length, 400, 2_048);
        }
    }

    [Fact]
    public void AnItemThatWasNotShownHasNoPosition()
    {
        var token = AttributionToken.New(Start, null, ["a", "b"]);
        Assert.Equal([1, 2, null], ((string[])["a", "b", "c"]).Select(token.PositionOf));
        Assert.Equal(("", "", ""), (token.ModelVersion, token.Experiment, token.Variant));
        Assert.NotEqual(token.Nonce, AttributionToken.New(Start, null, ["a", "b"]).Nonce);
    }

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("not base64!")]
    [InlineData("AAAA")]
    [InlineData("AwAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("A___________AAAAAAAAAAAAAAA")]
    [InlineData("AwAAAAAAAAAAAAAAAAAAAAD______w8")]
    [InlineData("AwAAAAAAAAAAAAAAAAAAAAAAAAAB")]
    public void OtherTextIsNoToken(string text) => Assert.False(AttributionToken.TryParse(text, out _));
}

using Driftline.Recommender.Retrieval;
using FsCheck.Xunit;
using Xunit;
using static Driftline.Recommender.Tests.Records;

namespace Driftline.Recommender.Tests;

public sealed class AttributionTokenTests
{
    [Property]
    public bool WhatIsWrittenIsRead(ulong nonce, uint seconds, int length)
    {
        var token = new AttributionToken(DateTimeOffset.FromUnixTimeSeconds(seconds), nonce, new string('é', Math.Abs(length % 50)));
        return AttributionToken.TryParse(token.ToString(), out var read) && read == token;
    }

    [Fact]
    public void TokensFitUrlsAndHeadersUnescaped()
    {
        for (var i = 0; i < 200; i++)
            Assert.Matches("^[A-Za-z0-9_-]+$", AttributionToken.New(Start, "online-retail 2026/01").ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("not base64!")]
    [InlineData("AAAA")]
    [InlineData("AgAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("Af__________AAAAAAAAAAA")]
    public void OtherTextIsNoToken(string text) => Assert.False(AttributionToken.TryParse(text, out _));
}

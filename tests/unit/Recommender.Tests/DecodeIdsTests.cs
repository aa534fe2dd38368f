using Driftline.Recommender.Api;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Xunit;

namespace Driftline.Recommender.Tests;

public sealed class DecodeIdsTests
{
    [Theory]
    [InlineData("/v1/users/u1/interests", "u1")]
    [InlineData("/v1/users/a%2Fb/interests?x=1", "a/b")]
    [InlineData("/v1/users/a%252Fb/interests", "a%2Fb")]
    [InlineData("/v1/users/u1/interests/", "u1")]
    [InlineData("/v1/users/alice/../bob/interests", "as the server decoded it")]
    [InlineData("/v1/users/J%C3%BCrgen%20M+%3F%23/interests", "Jürgen M+?#")]
    public void AnIdIsDecodedExactlyOnce(string target, string id)
    {
        var values = new RouteValueDictionary { ["id"] = "as the server decoded it" };
        DecodeIds.Decode(RoutePatternFactory.Parse("/v1/users/{id}/interests"), target, values);
        Assert.Equal(id, values["id"]);
    }

    [Fact]
    public void ATargetInAbsoluteFormKeepsWhatTheServerDecoded()
    {
        var values = new RouteValueDictionary { ["id"] = "u1" };
        DecodeIds.Decode(RoutePatternFactory.Parse("/v1/users/{id}/interests"), "http://host/v1/users/u1/interests", values);
        Assert.Equal("u1", values["id"]);
    }
}

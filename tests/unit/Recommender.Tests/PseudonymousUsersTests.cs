using Driftline.Hosting;
using Driftline.Recommender.Privacy;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.Options;
using Xunit;

namespace Driftline.Recommender.Tests;

public sealed class PseudonymousUsersTests
{
    private static readonly Pseudonyms On = new(Options.Create(new PrivacyOptions { Pseudonymise = true, HashKey = Convert.ToBase64String("a key"u8) }));

    [Theory]
    [InlineData("/v1/users/{id}/interests", true)]
    [InlineData("/v1/users/{id}/export", true)]
    [InlineData("/v1/items/{id}/similar", false)]
    [InlineData("/v1/erasures/{id}", false)]
    public void OnlyARoutesUserIsReplaced(string pattern, bool replaced)
    {
        var values = new RouteValueDictionary { ["id"] = "u1" };
        PseudonymousUsers.Replace(new RouteEndpoint(_ => Task.CompletedTask, RoutePatternFactory.Parse(pattern), 0, EndpointMetadataCollection.Empty, null), values, On);
        Assert.Equal(replaced ? On.Of("u1") : "u1", values["id"]);
    }
}

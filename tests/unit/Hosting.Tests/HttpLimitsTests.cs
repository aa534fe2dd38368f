using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Driftline.Hosting.Tests;

/// <summary>What a service takes where its endpoints set no bound of their own.</summary>
public sealed class HttpLimitsTests
{
    [Theory]
    [InlineData(1_024, HttpStatusCode.OK)]
    [InlineData(1_025, HttpStatusCode.RequestEntityTooLarge)]
    public async Task ABodyIsReadUpToItsBoundOnly(int bytes, HttpStatusCode expected)
    {
        var builder = ServiceDefaults.CreateService(["--Http:MaxBodyBytes=1024"], "test");
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        await using var app = builder.Build();
        app.MapPost("/", (HttpRequest request) => request.Body.CopyToAsync(Stream.Null));
        await app.StartAsync();
        using var client = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };
        using var answer = await client.PostAsync("/", new ByteArrayContent(new byte[bytes]));
        Assert.Equal(expected, answer.StatusCode);
    }
}

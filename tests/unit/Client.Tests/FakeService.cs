using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json;

namespace Driftline.Client.Tests;

/// <summary>A service in memory: keeps each request and answers as it is told to.</summary>
internal sealed class FakeService : HttpMessageHandler
{
    public ConcurrentQueue<FakeRequest> Requests { get; } = [];

    /// <summary>Called with the request and its number from 1; by default every event is accepted.</summary>
    public Func<FakeRequest, int, Task<HttpResponseMessage>> Answer { get; set; } = (request, _) => Task.FromResult(Accepted(request));

    public HttpClient Client => new(this, disposeHandler: false) { BaseAddress = new Uri("http://service.test/") };

    /// <summary>No waiting: retries follow each other at once.</summary>
    public static RetryOptions Quick { get; } = new() { FirstWait = TimeSpan.FromTicks(1), LongestWait = TimeSpan.FromTicks(1) };

    public IEnumerable<string> EventIds => Requests.SelectMany(request => request.Elements).Select(element => element.GetProperty("eventId").GetString()!);

    public static HttpResponseMessage Accepted(FakeRequest request) => Json(HttpStatusCode.Accepted, JsonSerializer.Serialize(new
    {
        results = request.Elements.Select(element => new { eventId = element.GetProperty("eventId").GetString(), status = "accepted" }),
    }));

    public static HttpResponseMessage Json(HttpStatusCode status, string json, string type = "application/json") =>
        new(status) { Content = new StringContent(json, Encoding.UTF8, type) };

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var body = request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken);
        var kept = new FakeRequest(request.Method, request.RequestUri!, body);
        Requests.Enqueue(kept);
        return await Answer(kept, Requests.Count).WaitAsync(cancellationToken);
    }
}

internal sealed record FakeRequest(HttpMethod Method, Uri Uri, string Body)
{
    public List<JsonElement> Elements => [.. JsonSerializer.Deserialize<JsonElement>(Body).EnumerateArray()];
}

using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Driftline.Client;

/// <summary>The ingestor's HTTP API. One call is one request; <see cref="EventSender"/> gathers events into batches. Thread-safe.</summary>
/// <remarks>Every method throws <see cref="DriftlineException"/> if the request as a whole is refused, or the ingestor stays away.</remarks>
public sealed class IngestorClient
{
    private static readonly MediaTypeHeaderValue Json = new("application/json");
    private readonly Attempts _attempts;

    /// <param name="http">With <see cref="HttpClient.BaseAddress"/> set to the ingestor's address. It stays the caller's to dispose.</param>
    /// <param name="retry">How long an ingestor that is away is waited for.</param>
    public IngestorClient(HttpClient http, RetryOptions? retry = null, TimeProvider? time = null)
        : this(new Attempts(http, retry ?? new RetryOptions(), time)) { }

    private IngestorClient(Attempts attempts) => _attempts = attempts;

    /// <summary>Sends events, at most 1,000 and 1 MiB. It returns once Kafka has acknowledged every accepted one.</summary>
    /// <returns>A result for each, in order.</returns>
    public Task<IReadOnlyList<EventResult>> SendAsync(IReadOnlyList<StorefrontEvent> events, CancellationToken stopping = default) =>
        SendJsonAsync(JsonSerializer.SerializeToUtf8Bytes(events, ClientJson.Default.IReadOnlyListStorefrontEvent), stopping);

    /// <summary>Sends one event or an array of them, as they are.</summary>
    /// <param name="utf8">JSON.</param>
    /// <returns>A result for each, in order.</returns>
    public Task<IReadOnlyList<EventResult>> SendJsonAsync(ReadOnlyMemory<byte> utf8, CancellationToken stopping = default) => SendJsonAsync(() => utf8, stopping);

    /// <summary>Sends an array of events that is made anew for each attempt, as those are that tell when they are sent (<see cref="JsonBatch.SentAt"/>).</summary>
    /// <param name="utf8">JSON.</param>
    /// <returns>A result for each, in order.</returns>
    public Task<IReadOnlyList<EventResult>> SendJsonAsync(Func<ReadOnlyMemory<byte>> utf8, CancellationToken stopping = default) => PostEventsAsync("v1/events", utf8, stopping);

    /// <summary>Sends events on that were accepted before, which would be duplicates else: a later stage has refused them, and its cause is mended.</summary>
    /// <param name="utf8">JSON.</param>
    /// <returns>A result for each, in order.</returns>
    public Task<IReadOnlyList<EventResult>> ReplayJsonAsync(Func<ReadOnlyMemory<byte>> utf8, CancellationToken stopping = default) => PostEventsAsync("v1/events?replay=true", utf8, stopping);

    /// <summary>Adds or replaces items, at most 1,000 and 1 MiB.</summary>
    /// <returns>A result for each, in order.</returns>
    public Task<IReadOnlyList<ItemResult>> PutItemsAsync(IReadOnlyList<CatalogItem> items, CancellationToken stopping = default) =>
        PutItemsJsonAsync(JsonSerializer.SerializeToUtf8Bytes(items, ClientJson.Default.IReadOnlyListCatalogItem), stopping);

    /// <summary>Adds or replaces one item or an array of them, as they are.</summary>
    /// <param name="utf8">JSON.</param>
    /// <returns>A result for each, in order.</returns>
    public async Task<IReadOnlyList<ItemResult>> PutItemsJsonAsync(ReadOnlyMemory<byte> utf8, CancellationToken stopping = default) =>
        (await AskAsync(HttpMethod.Put, "v1/items", () => utf8, ClientJson.Default.ItemResults, stopping)).Results;

    /// <summary>Takes an item out of the catalogue; one that is not known is accepted too.</summary>
    public async Task<ItemResult> WithdrawItemAsync(string itemId, CancellationToken stopping = default) =>
        (await AskAsync(HttpMethod.Delete, $"v1/items/{ResourcePath.Encode(itemId, nameof(itemId))}", null, ClientJson.Default.ItemResults, stopping)).Results[0];

    /// <summary>Erases what is known of a user up to now; one who is not known is accepted too. <see cref="RecommenderClient.ErasureAsync"/> tells how far it is.</summary>
    public Task<ErasureAccepted> EraseUserAsync(string userId, CancellationToken stopping = default) =>
        AskAsync(HttpMethod.Delete, $"v1/users/{ResourcePath.Encode(userId, nameof(userId))}", null, ClientJson.Default.ErasureAccepted, stopping);

    /// <summary>Makes what a session did, before anybody knew whose it is, the user's. A session is one user's; asking again changes nothing. A key needs the scope sessions:merge.</summary>
    public Task<SessionMerge> MergeSessionAsync(string userId, string sessionId, CancellationToken stopping = default)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(new SessionToMerge(sessionId), ClientJson.Default.SessionToMerge);
        return AskAsync(HttpMethod.Post, $"v1/users/{ResourcePath.Encode(userId, nameof(userId))}/merge", () => body, ClientJson.Default.SessionMerge, stopping);
    }

    /// <summary>The same ingestor, waited for without end.</summary>
    internal IngestorClient Patient() => new(_attempts.With(_attempts.Options with { GiveUpAfter = Timeout.InfiniteTimeSpan }));

    private async Task<IReadOnlyList<EventResult>> PostEventsAsync(string path, Func<ReadOnlyMemory<byte>> utf8, CancellationToken stopping) =>
        (await AskAsync(HttpMethod.Post, path, utf8, ClientJson.Default.EventResults, stopping)).Results;

    private async Task<T> AskAsync<T>(HttpMethod method, string path, Func<ReadOnlyMemory<byte>>? body, JsonTypeInfo<T> type, CancellationToken stopping)
        where T : class
    {
        Func<HttpContent>? content = body is null ? null : () => new ReadOnlyMemoryContent(body()) { Headers = { ContentType = Json } };
        using var response = await _attempts.SendAsync(method, path, content, streamed: false, stopping);
        return await _attempts.ReadAsync(path, response, type, stopping);
    }
}

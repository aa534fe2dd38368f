using System.Net;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Driftline.Client;

/// <summary>The recommender's HTTP API. Thread-safe.</summary>
/// <remarks>Every method throws <see cref="DriftlineException"/> if the request is refused, or the recommender stays away.</remarks>
public sealed class RecommenderClient
{
    private readonly Attempts _attempts;

    /// <param name="http">With <see cref="HttpClient.BaseAddress"/> set to the recommender's address. It stays the caller's to dispose.</param>
    /// <param name="retry">How long a recommender that is away is waited for; by default two seconds, since a page waits for the answer and a recommender asks for one.</param>
    public RecommenderClient(HttpClient http, RetryOptions? retry = null, TimeProvider? time = null) =>
        _attempts = new Attempts(http, retry ?? new RetryOptions { FirstWait = TimeSpan.FromMilliseconds(50), GiveUpAfter = TimeSpan.FromSeconds(2), AttemptTimeout = TimeSpan.FromSeconds(10) }, time);

    /// <summary>What to show to a user next; for a user who is not known, what is trending.</summary>
    public Task<Recommendations> RecommendationsAsync(string userId, RecommendationsQuery? query = null, CancellationToken stopping = default) =>
        GetAsync((query ?? new RecommendationsQuery()).Add(User(userId, "recommendations")), ClientJson.Default.Recommendations, stopping);

    /// <summary>A user's interest now and next; null while nothing is known of the user.</summary>
    /// <param name="history">States up to this one that are wanted.</param>
    public Task<UserInterests?> InterestsAsync(string userId, int? history = null, CancellationToken stopping = default) =>
        FindAsync(User(userId, "interests").With("history", history), ClientJson.Default.UserInterests, stopping);

    /// <summary>A user's interests now, and each time they change, until the connection ends or <paramref name="stopping"/> is cancelled.</summary>
    public async IAsyncEnumerable<UserInterests> FollowInterestsAsync(string userId, [EnumeratorCancellation] CancellationToken stopping = default)
    {
        using var response = await OpenAsync(User(userId, "interests/stream"), streamed: true, stopping);
        var events = SseParser.Create(await response.Content.ReadAsStreamAsync(stopping), (_, data) => data.ToArray());
        await foreach (var one in events.EnumerateAsync(stopping))
        {
            if (one.EventType == "interests") yield return JsonSerializer.Deserialize(one.Data, ClientJson.Default.UserInterests)!;
        }
    }

    /// <summary>Items like an item; null if the catalogue has no such item.</summary>
    public Task<SimilarItems?> SimilarAsync(string itemId, SimilarQuery? query = null, CancellationToken stopping = default) =>
        FindAsync((query ?? new SimilarQuery()).Add(new ResourcePath($"v1/items/{ResourcePath.Encode(itemId, nameof(itemId))}/similar")), ClientJson.Default.SimilarItems, stopping);

    /// <summary>What shoppers are after, overall or within the query's categories.</summary>
    public Task<TrendingItems> TrendingAsync(ItemQuery? query = null, CancellationToken stopping = default) =>
        GetAsync((query ?? new ItemQuery()).Add(new ResourcePath("v1/trending")), ClientJson.Default.TrendingItems, stopping);

    /// <summary>Items whose title or id holds a text.</summary>
    /// <param name="categories">Only items of any of these, main or other; none for all.</param>
    /// <param name="itemIds">Only these items; none for all.</param>
    public async Task<IReadOnlyList<FoundItem>> FindItemsAsync(
        string text, int? count = null, IReadOnlyList<string>? categories = null, IReadOnlyList<string>? itemIds = null, CancellationToken stopping = default) =>
        (await GetAsync(
            new ResourcePath("v1/items").With("query", text).With("count", count).With("category", categories ?? []).With("id", itemIds ?? []), ClientJson.Default.FoundItems, stopping)).Items;

    /// <summary>Categories of the catalogue, by name.</summary>
    public async Task<IReadOnlyList<Category>> CategoriesAsync(CancellationToken stopping = default) =>
        (await GetAsync(new ResourcePath("v1/categories"), ClientJson.Default.CategoryList, stopping)).Categories;

    /// <summary>Users updated last.</summary>
    public async Task<IReadOnlyList<RecentUser>> RecentUsersAsync(int? recent = null, CancellationToken stopping = default) =>
        (await GetAsync(new ResourcePath("v1/users").With("recent", recent), ClientJson.Default.RecentUsers, stopping)).Users;

    /// <summary>Users whose interest in a category is rising, largest rise first, as they arrive.</summary>
    /// <param name="cursor">Of the last user seen: the listing goes on after it.</param>
    public async IAsyncEnumerable<AudienceMember> AudienceAsync(
        string category, double? minRise = null, int? limit = null, string? cursor = null, [EnumeratorCancellation] CancellationToken stopping = default)
    {
        var path = new ResourcePath($"v1/audiences/{ResourcePath.Encode(category, nameof(category))}").With("minRise", minRise).With("limit", limit).With("cursor", cursor);
        using var response = await OpenAsync(path, streamed: true, stopping);
        using var lines = new StreamReader(await response.Content.ReadAsStreamAsync(stopping));
        while (await lines.ReadLineAsync(stopping) is { } line)
            if (line.Length > 0) yield return JsonSerializer.Deserialize(line, ClientJson.Default.AudienceMember)!;
    }

    /// <summary>Where the population's interest goes.</summary>
    /// <param name="window">Users updated within it: a number and m, h or d, e.g. 24h.</param>
    /// <param name="categories">Most categories with a row of their own.</param>
    public Task<PopulationTrends> TrendsAsync(string? window = null, int? categories = null, CancellationToken stopping = default) =>
        GetAsync(new ResourcePath("v1/trends").With("window", window).With("categories", categories), ClientJson.Default.PopulationTrends, stopping);

    /// <summary>Experiments as they are configured.</summary>
    public async Task<IReadOnlyList<ExperimentSettings>> ExperimentsAsync(CancellationToken stopping = default) =>
        (await GetAsync(new ResourcePath("v1/experiments"), ClientJson.Default.ExperimentList, stopping)).Experiments;

    /// <summary>What came of an experiment; null if none of this name is configured.</summary>
    public Task<ExperimentOutcome?> ExperimentAsync(string name, CancellationToken stopping = default) =>
        FindAsync(new ResourcePath($"v1/experiments/{ResourcePath.Encode(name, nameof(name))}"), ClientJson.Default.ExperimentOutcome, stopping);

    /// <summary>How far an erasure is; null while it is not known here, which takes seconds.</summary>
    public Task<Erasure?> ErasureAsync(string erasureId, CancellationToken stopping = default) =>
        FindAsync(new ResourcePath($"v1/erasures/{ResourcePath.Encode(erasureId, nameof(erasureId))}"), ClientJson.Default.Erasure, stopping);

    /// <summary>Everything that is held about a user, for a person's right of access.</summary>
    public Task<UserExport> ExportAsync(string userId, CancellationToken stopping = default) => GetAsync(User(userId, "export"), ClientJson.Default.UserExport, stopping);

    private static ResourcePath User(string userId, string what) => new($"v1/users/{ResourcePath.Encode(userId, nameof(userId))}/{what}");

    private async Task<T> GetAsync<T>(ResourcePath path, JsonTypeInfo<T> type, CancellationToken stopping) where T : class
    {
        using var response = await OpenAsync(path, streamed: false, stopping);
        return await _attempts.ReadAsync(path.ToString(), response, type, stopping);
    }

    private async Task<T?> FindAsync<T>(ResourcePath path, JsonTypeInfo<T> type, CancellationToken stopping) where T : class
    {
        try
        {
            return await GetAsync(path, type, stopping);
        }
        catch (DriftlineException e) when (e is { Status: HttpStatusCode.NotFound, Explained: true })
        {
            return null;
        }
    }

    private Task<HttpResponseMessage> OpenAsync(ResourcePath path, bool streamed, CancellationToken stopping) =>
        _attempts.SendAsync(HttpMethod.Get, path.ToString(), null, streamed, stopping);
}

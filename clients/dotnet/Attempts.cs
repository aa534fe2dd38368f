using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Driftline.Client;

/// <summary>Sends a request until it is answered for good. Every request of the two APIs may be repeated: events by their ids, all others by nature.</summary>
internal sealed class Attempts
{
    private readonly HttpClient _http;
    private readonly RetryOptions _options;
    private readonly TimeProvider _time;

    public Attempts(HttpClient http, RetryOptions options, TimeProvider? time)
    {
        if (http.BaseAddress is not { } address || !address.AbsolutePath.EndsWith('/'))
            throw new ArgumentException($"BaseAddress must be the service's address, ending in a slash, e.g. http://127.0.0.1:5080/; it is '{http.BaseAddress}'.", nameof(http));
        (_http, _options, _time) = (http, options, time ?? TimeProvider.System);
    }

    public Attempts With(RetryOptions options) => new(_http, options, _time);

    public RetryOptions Options => _options;

    /// <param name="streamed">True to read the body as it arrives; else it is read here, and a connection that breaks meanwhile is one more failed attempt.</param>
    /// <returns>A successful answer.</returns>
    /// <exception cref="DriftlineException">The service refused the request, or was not there in time.</exception>
    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, Func<HttpContent>? content, bool streamed, CancellationToken stopping)
    {
        var started = _time.GetTimestamp();
        for (var attempt = 1; ; attempt++)
        {
            var (response, fault) = await TryAsync(method, path, content, streamed, stopping);
            if (response is { IsSuccessStatusCode: true }) return response;
            using (response)
            {
                if (response is not null && !IsTransient(response.StatusCode)) throw await RefusalAsync(method, path, response, stopping);
                var wait = Wait(attempt, response);
                if (_options.GiveUpAfter != Timeout.InfiniteTimeSpan && _time.GetElapsedTime(started) + wait > _options.GiveUpAfter)
                    throw response is null ? Unreachable(method, path, fault!) : await RefusalAsync(method, path, response, stopping);
                _options.OnRetry?.Invoke(new RetryNotice(response is null ? fault!.Message : $"{(int)response.StatusCode} {response.ReasonPhrase}", attempt, wait));
                await Task.Delay(wait, _time, stopping);
            }
        }
    }

    private async Task<(HttpResponseMessage? Response, Exception? Fault)> TryAsync(
        HttpMethod method, string path, Func<HttpContent>? content, bool streamed, CancellationToken stopping)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content?.Invoke() };
        using var limit = new CancellationTokenSource(_options.AttemptTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stopping, limit.Token);
        try
        {
            return (await _http.SendAsync(request, streamed ? HttpCompletionOption.ResponseHeadersRead : HttpCompletionOption.ResponseContentRead, either.Token), null);
        }
        catch (HttpRequestException e)
        {
            return (null, e);
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested) // the attempt's own limit, or the HttpClient's
        {
            return (null, new TimeoutException("no answer in time"));
        }
    }

    private TimeSpan Wait(int attempt, HttpResponseMessage? response)
    {
        var bound = Math.Min(_options.LongestWait.TotalMilliseconds, _options.FirstWait.TotalMilliseconds * Math.Pow(2, attempt - 1));
#pragma warning disable CA5394 // spreads the clients' attempts; guards no secret
        var wait = TimeSpan.FromMilliseconds(bound * (0.5 + Random.Shared.NextDouble() / 2));
#pragma warning restore CA5394
        var asked = response?.Headers.RetryAfter is { } after ? after.Delta ?? after.Date - _time.GetUtcNow() : null;
        return asked > wait ? asked.Value : wait;
    }

    private static bool IsTransient(HttpStatusCode status) => status is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests
        or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout;

    private DriftlineException Unreachable(HttpMethod method, string path, Exception fault) =>
        new($"{method} {new Uri(_http.BaseAddress!, path)}: {fault.Message}. Is the service running at {_http.BaseAddress}?", fault);

    /// <exception cref="DriftlineException">The answer is no <typeparamref name="T"/>.</exception>
    public async Task<T> ReadAsync<T>(string path, HttpResponseMessage response, JsonTypeInfo<T> type, CancellationToken stopping) where T : class
    {
        try
        {
            return await JsonSerializer.DeserializeAsync(await response.Content.ReadAsStreamAsync(stopping), type, stopping) ?? throw new JsonException("The answer is null.");
        }
        catch (JsonException e)
        {
            throw new DriftlineException($"{new Uri(_http.BaseAddress!, path)} did not answer as this version of Driftline does. Is the address right? {e.Message}", e);
        }
    }

    /// <summary>What a problem document says, or the bare status.</summary>
    private static async Task<DriftlineException> RefusalAsync(HttpMethod method, string path, HttpResponseMessage response, CancellationToken stopping)
    {
        Problem? problem = null;
        try
        {
            if (response.Content.Headers.ContentType?.MediaType == "application/problem+json")
                problem = await JsonSerializer.DeserializeAsync(await response.Content.ReadAsStreamAsync(stopping), ClientJson.Default.Problem, stopping);
        }
        catch (Exception e) when (e is JsonException or HttpRequestException or IOException) { } // the status alone then

        var says = problem?.Errors is { Count: > 0 } errors
            ? string.Join(' ', errors.SelectMany(error => error.Value))
            : string.Join(": ", new[] { problem?.Title ?? response.ReasonPhrase, problem?.Detail }.Where(text => !string.IsNullOrEmpty(text)));
        return new DriftlineException($"{method} {path} answered {(int)response.StatusCode}. {says}", response.StatusCode, explained: problem?.Detail is not null);
    }
}

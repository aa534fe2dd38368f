using System.Globalization;
using System.Net;
using System.Text.Json;

namespace Driftline.Local;

/// <summary>The two answers that a run checks.</summary>
public sealed class RecommenderClient(HttpClient http)
{
    /// <summary>The digest of the events that the user's interests reflect; null for a user who is not known yet.</summary>
    public async Task<long?> DigestAsync(string userId, CancellationToken stopping)
    {
        using var answer = await GetAsync($"/v1/users/{Uri.EscapeDataString(userId)}/interests", stopping);
        return answer is null ? null : long.Parse(answer.RootElement.GetProperty("sequenceDigest").GetString()!, CultureInfo.InvariantCulture);
    }

    /// <summary>Whether the user gets recommendations made for them, and at least one.</summary>
    public async Task<bool> IsServedAsync(string userId, CancellationToken stopping)
    {
        using var answer = await GetAsync($"/v1/users/{Uri.EscapeDataString(userId)}/recommendations?count=10", stopping);
        return answer is not null && answer.RootElement.GetProperty("personalised").GetBoolean() && answer.RootElement.GetProperty("items").GetArrayLength() > 0;
    }

    private async Task<JsonDocument?> GetAsync(string path, CancellationToken stopping)
    {
        try
        {
            using var response = await http.GetAsync(path, stopping);
            if (response.StatusCode == HttpStatusCode.NotFound || (int)response.StatusCode >= 500) return null;
            response.EnsureSuccessStatusCode();
            return await JsonDocument.ParseAsync(await response.Content.ReadAsStreamAsync(stopping), cancellationToken: stopping);
        }
        catch (HttpRequestException e) when (e.StatusCode is null)
        {
            return null; // restarting
        }
    }
}

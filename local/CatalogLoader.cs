using System.Net.Http.Headers;
using System.Text.Json;
using Driftline.Storefront;

namespace Driftline.Local;

/// <summary>Loads a folder's items through the ingestor's HTTP API, as a shop would.</summary>
public static class CatalogLoader
{
    private const int Batch = 500;

    /// <param name="prices">A price for items whose row has none, e.g. the last one paid.</param>
    /// <returns>Items that the ingestor refused, with its reason.</returns>
    public static async Task<IReadOnlyList<string>> LoadAsync(
        HttpClient ingestor, IReadOnlyList<ImportItem> items, IReadOnlyDictionary<string, double> prices, IProgress<int> progress, CancellationToken stopping)
    {
        var refused = new List<string>();
        var done = 0;
        foreach (var batch in items.Chunk(Batch))
        {
            using var content = new ByteArrayContent(ToJson(batch, prices)) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
            using var response = await ingestor.PutAsync("/v1/items", content, stopping);
            if (!response.IsSuccessStatusCode)
                throw new InvalidOperationException($"PUT /v1/items answered {(int)response.StatusCode}: {await response.Content.ReadAsStringAsync(stopping)}");
            using var answer = await JsonDocument.ParseAsync(await response.Content.ReadAsStreamAsync(stopping), cancellationToken: stopping);
            refused.AddRange(answer.RootElement.GetProperty("results").EnumerateArray()
                .Where(result => result.GetProperty("status").GetString() != "accepted")
                .Select(result => $"{result.GetProperty("pointer").GetString()}: {result.GetProperty("reason").GetString()}"));
            progress.Report(done += batch.Length);
        }

        return refused;
    }

    private static byte[] ToJson(ImportItem[] items, IReadOnlyDictionary<string, double> prices)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartArray();
            foreach (var item in items)
            {
                json.WriteStartObject();
                json.WriteString("id", item.ItemId);
                json.WriteString("title", item.Title.Length > 0 ? item.Title : item.ItemId);
                json.WriteStartArray("category");
                foreach (var category in item.Categories) json.WriteStringValue(category);
                json.WriteEndArray();
                if (item.Description is { } description) json.WriteString("description", description);
                if ((item.Price ?? (prices.TryGetValue(item.ItemId, out var price) ? price : null)) is { } known) json.WriteNumber("price", known);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        return stream.ToArray();
    }
}

using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Driftline.Client;
using Driftline.Storefront;

namespace Driftline.Local;

/// <summary>Loads a folder's items through the ingestor's HTTP API, as a shop would.</summary>
public static class CatalogLoader
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <param name="prices">A price for items whose row has none, e.g. the last one paid.</param>
    /// <returns>Items that the ingestor refused, with its reason.</returns>
    public static async Task<IReadOnlyList<string>> LoadAsync(
        HttpClient ingestor, IReadOnlyList<ImportItem> items, IReadOnlyDictionary<string, double> prices, IProgress<int> progress, CancellationToken stopping)
    {
        var client = new IngestorClient(ingestor);
        var refused = new List<string>();
        var batch = new JsonBatch();
        for (var i = 0; i < items.Count; i++)
        {
            var json = JsonSerializer.SerializeToUtf8Bytes(Described(items[i], prices), Json);
            if (!batch.CouldHold(json))
            {
                refused.Add($"item {items[i].ItemId}: is {json.Length} bytes long, one request takes {JsonBatch.MostBytes}");
                continue;
            }

            if (batch.TryAdd(json)) continue;
            await PutAsync();
            progress.Report(i);
            batch.TryAdd(json);
        }

        if (batch.Count > 0) await PutAsync();
        progress.Report(items.Count);
        return refused;

        async Task PutAsync()
        {
            refused.AddRange((await client.PutItemsJsonAsync(batch.ToJson(), stopping)).Where(result => result.Status != ResultStatus.Accepted).Select(result => $"item {result.Id}: {result.Pointer}: {result.Reason}"));
            batch.Clear();
        }
    }

    private static CatalogItem Described(ImportItem item, IReadOnlyDictionary<string, double> prices) => new()
    {
        Id = item.ItemId,
        Title = item.Title.Length > 0 ? item.Title : item.ItemId,
        Category = item.Categories,
        Description = item.Description,
        Price = item.Price ?? (prices.TryGetValue(item.ItemId, out var price) ? price : null),
    };
}

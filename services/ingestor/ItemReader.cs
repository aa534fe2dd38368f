using System.Runtime.InteropServices;
using System.Text.Json;
using driftline.events;
using Microsoft.Extensions.Options;

namespace Driftline.Ingestor;

/// <summary>What one element of the request says: an item, or why it is none.</summary>
/// <param name="Pointer">Where the element is in the request body.</param>
/// <param name="Id">As sent; null if it cannot be read.</param>
internal sealed record ItemReading(string Pointer, string? Id, CatalogItem? Item, Rejection? Rejection);

/// <summary>Reads and checks catalogue items; fields that an item does not have are ignored.</summary>
internal sealed class ItemReader(IOptions<IngestorOptions> options)
{
    /// <summary>The kind of an item that names none.</summary>
    public const string ProductKind = "product";

    private readonly IngestorOptions _options = options.Value;

    /// <param name="pointer">Where the element is in the request body: empty for a single object, else <c>/index</c>.</param>
    public ItemReading Read(JsonElement element, string pointer, DateTimeOffset receivedAt)
    {
        var faults = new Faults();
        if (element.ValueKind != JsonValueKind.Object)
        {
            faults.Add(pointer, $"must be an item object, not {Fields.Kind(element)}");
            return new ItemReading(pointer, null, null, faults.First);
        }

        if (Nesting.Exceeds(JsonMarshal.GetRawUtf8Value(element), _options.MaxJsonDepth))
            faults.Add(pointer, $"nests more than {_options.MaxJsonDepth} levels of objects and arrays: at most {_options.MaxJsonDepth} are taken");
        return Read(new Fields(element, pointer, faults), faults, pointer, receivedAt);
    }

    private ItemReading Read(Fields fields, Faults faults, string pointer, DateTimeOffset receivedAt)
    {
        var item = new CatalogItem
        {
            itemId = fields.RequiredText("id", _options.MaxIdChars),
            title = fields.Text("title", _options.MaxNameChars, mayBeBlank: true) ?? "",
            categories = fields.Texts("category", _options.MaxAttributes, _options.MaxNameChars),
            description = fields.Text("description", _options.MaxTextChars, mayBeBlank: true),
            price = fields.Number("price", 0, double.MaxValue, "give a price of at least 0"),
            currency = fields.Currency("currency"),
            available = fields.Flag("available") ?? true,
            kind = fields.Text("kind", _options.MaxNameChars) ?? ProductKind,
            attributes = fields.Map("attributes", _options.MaxAttributes, _options.MaxNameChars),
            updatedAt = receivedAt.ToUnixTimeMilliseconds(),
        };
        var id = item.itemId.Length > 0 ? item.itemId : null;
        return faults.First is null ? new ItemReading(pointer, id, item, null) : new ItemReading(pointer, id, null, faults.First);
    }
}

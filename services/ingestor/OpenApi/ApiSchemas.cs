using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.OpenApi;

namespace Driftline.Ingestor.OpenApi;

/// <summary>What <see cref="EventReader"/> and <see cref="ItemReader"/> take, as JSON Schema.</summary>
internal static class ApiSchemas
{
    public static OpenApiSchema Event(IngestorOptions options) => Object(
        "One thing a shopper did.", ["eventId", "eventType", "items"],
        ("eventId", Text(options.MaxIdChars, "Unique per user. A retry carries the same id.")),
        ("eventType", new OpenApiSchema
        {
            Type = JsonSchemaType.String,
            Enum = [.. EventTypes.Names.Keys.Order(StringComparer.Ordinal).Select(name => JsonValue.Create(name))],
            Description = "detail-page-view and view_item stand for click, add_to_cart for add-to-cart, purchase-complete for purchase.",
        }),
        ("userId", Text(options.MaxIdChars, "The shopper. Left out where nobody knows yet who it is: the event is then the session's, until that is merged into a user. Such a shopper's id is session: and the session's.")),
        ("sessionId", Text(options.MaxIdChars, "The visit. Required without a userId.")),
        ("eventTime", Time($"When it happened; when the request came in if left out. At most {options.MaxLateness} (days.hours:minutes:seconds) ago and {options.MaxFuture} ahead.")),
        ("sentAt", Time("When the request was sent, by the clock that gave eventTime. With it, a wrong clock is corrected: eventTime counts as receivedAt - (sentAt - eventTime).")),
        ("items", new OpenApiSchema
        {
            Type = JsonSchemaType.Array,
            MinItems = 1,
            MaxItems = options.MaxEventItems,
            Items = EventItem(options),
            Description = "What it happened to.",
        }),
        ("currency", Currency("Of the prices; read for add-to-cart and purchase.")),
        ("rating", Number("1", "5", "Required for review, and read only there.")),
        ("reviewText", Text(options.MaxTextChars, "Read for review.")),
        ("attributionToken", Text(options.MaxTokenChars, "From the recommendation that led here.")),
        ("attributes", Map(options, "Of the user, such as ageBand.")),
        ("consent", new OpenApiSchema
        {
            Type = JsonSchemaType.Boolean,
            Default = true,
            Description = "False says that the user did not consent to being profiled: the event is counted, by its type, and kept nowhere.",
        }));

    public static OpenApiSchema SessionToMerge(IngestorOptions options) => Object(
        "The session of a shopper who is known now.", ["sessionId"], ("sessionId", Text(options.MaxIdChars, "As its events carry it.")));

    public static OpenApiSchema Item(IngestorOptions options) => Object(
        "The whole state of one catalogue item.", ["id"],
        ("id", Text(options.MaxIdChars, "The itemId of events.")),
        ("title", Text(options.MaxNameChars, "Empty if left out.", minLength: 0)),
        ("category", new OpenApiSchema
        {
            OneOf = [Text(options.MaxNameChars), new OpenApiSchema { Type = JsonSchemaType.Array, MaxItems = options.MaxAttributes, Items = Text(options.MaxNameChars) }],
            Description = "One category, or several with the main one first.",
        }),
        ("description", Text(options.MaxTextChars, minLength: 0)),
        ("price", Number("0", null, "Unit price.")),
        ("currency", Currency("Of the price.")),
        ("available", new OpenApiSchema { Type = JsonSchemaType.Boolean, Default = true, Description = "False keeps it out of recommendations." }),
        ("kind", Text(options.MaxNameChars, $"What the item is to the storefront: {ItemReader.ProductKind} if left out, article, ad, or any word. Requests for recommendations can ask for one kind.")),
        ("attributes", Map(options, "Of the item, such as brand.")));

    public static OpenApiSchema OneOrMany(IOpenApiSchema one, int max) => new()
    {
        OneOf = [one, new OpenApiSchema { Type = JsonSchemaType.Array, Items = one, MinItems = 1, MaxItems = max }],
    };

    private static OpenApiSchema EventItem(IngestorOptions options) => Object(
        null, ["itemId"],
        ("itemId", Text(options.MaxIdChars)),
        ("quantity", new OpenApiSchema { Type = JsonSchemaType.Integer, Minimum = "1", Maximum = int.MaxValue.ToString(CultureInfo.InvariantCulture), Default = 1 }),
        ("price", Number("0", null, "Unit price in the event's currency.")));

    private static OpenApiSchema Object(string? description, HashSet<string> required, params (string Name, IOpenApiSchema Schema)[] properties) => new()
    {
        Type = JsonSchemaType.Object,
        Description = description,
        Required = required,
        Properties = properties.ToDictionary(property => property.Name, property => property.Schema),
    };

    private static OpenApiSchema Text(int maxLength, string? description = null, int minLength = 1) =>
        new() { Type = JsonSchemaType.String, MinLength = minLength, MaxLength = maxLength, Description = description };

    private static OpenApiSchema Time(string description) => new() { Type = JsonSchemaType.String, Format = "date-time", Description = description };

    private static OpenApiSchema Number(string minimum, string? maximum, string description) =>
        new() { Type = JsonSchemaType.Number, Minimum = minimum, Maximum = maximum, Description = description };

    private static OpenApiSchema Currency(string description) => new() { Type = JsonSchemaType.String, Pattern = "^[A-Z]{3}$", Description = $"ISO 4217. {description}" };

    private static OpenApiSchema Map(IngestorOptions options, string description) => new()
    {
        Type = JsonSchemaType.Object,
        MaxProperties = options.MaxAttributes,
        AdditionalProperties = Text(options.MaxNameChars, minLength: 0),
        Description = description,
    };
}

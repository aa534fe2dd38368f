using System.Text.Json;
using System.Text.Json.Serialization;
using Driftline.Cli.Delivery;
using Driftline.Client;

namespace Driftline.Cli;

/// <summary>Serialisers made at build time.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(StorefrontEvent))]
[JsonSerializable(typeof(CatalogItem))]
[JsonSerializable(typeof(Recommendations))]
[JsonSerializable(typeof(UserInterests))]
[JsonSerializable(typeof(Erasure))]
[JsonSerializable(typeof(Delivered))]
[JsonSerializable(typeof(System.Text.Json.Nodes.JsonObject))]
internal sealed partial class CliJson : JsonSerializerContext;

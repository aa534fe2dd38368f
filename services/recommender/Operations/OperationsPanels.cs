using System.Text.Json;
using System.Text.Json.Serialization;

namespace Driftline.Recommender.Operations;

/// <summary>A chart of the operations page.</summary>
/// <param name="Row">The heading that it stands under.</param>
/// <param name="Unit">s, eps, reqps, or none.</param>
/// <param name="Warn">From here on a value is to be looked at; null where there is no such bound.</param>
/// <param name="Bad">From here on it is bad.</param>
public sealed record OperationsPanel(string Row, string Title, string Unit, string Description, double? Warn, double? Bad, IReadOnlyList<OperationsQuery> Queries);

/// <param name="Expression">PromQL, with Grafana's <c>$__rate_interval</c>.</param>
/// <param name="Legend">Name of a series, with labels in double braces.</param>
public sealed record OperationsQuery(string Expression, string Legend);

/// <summary>
/// The overview dashboard's charts, from <c>operations.json</c>, which is made from the same definitions as Grafana's (<c>local -- dashboards</c>).
/// </summary>
internal static class OperationsPanels
{
    public static readonly IReadOnlyList<OperationsPanel> All = JsonSerializer.Deserialize(
        File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "wwwroot", "operations.json")), OperationsJson.Default.IReadOnlyListOperationsPanel)!;
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(IReadOnlyList<OperationsPanel>))]
[JsonSerializable(typeof(PrometheusAnswer))]
internal sealed partial class OperationsJson : JsonSerializerContext;

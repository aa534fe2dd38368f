using System.Text.Json;
using System.Text.Json.Nodes;

namespace Driftline.Local.Dashboards;

/// <summary>A dashboard as Grafana imports it (schema 39, Grafana 10.4 and later).</summary>
internal static class DashboardJson
{
    private const int Columns = 24, Height = 8, NumberHeight = 5;
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Of(Dashboard dashboard) => new JsonObject
    {
        ["uid"] = $"driftline-{dashboard.Name}",
        ["title"] = $"Driftline / {dashboard.Title}",
        ["description"] = dashboard.Description,
        ["tags"] = new JsonArray("driftline"),
        ["schemaVersion"] = 39,
        ["editable"] = false,
        ["graphTooltip"] = 1,
        ["refresh"] = "30s",
        ["time"] = new JsonObject { ["from"] = "now-1h", ["to"] = "now" },
        ["links"] = new JsonArray(new JsonObject { ["type"] = "dashboards", ["tags"] = new JsonArray("driftline"), ["title"] = "Driftline", ["asDropdown"] = true, ["includeVars"] = false, ["keepTime"] = true }),
        ["annotations"] = new JsonObject
        {
            ["list"] = new JsonArray(
                Annotation("Deployments", "driftline_service_started_seconds * 1000", "{{job}} started", "blue"),
                Annotation("Model releases", "max by (driftline_model_version) (driftline_predictor_model_loaded_seconds) * 1000", "model {{driftline_model_version}}", "purple")),
        },
        ["templating"] = new JsonObject { ["list"] = new JsonArray([DataSource(), Runbook(), .. dashboard.Choices.Select(Variable)]) },
        ["panels"] = Panels(dashboard),
    }.ToJsonString(Indented) + "\n";

    private static JsonArray Panels(Dashboard dashboard)
    {
        var panels = new JsonArray();
        var (id, y) = (1, 0);
        foreach (var row in dashboard.Rows)
        {
            panels.Add(new JsonObject { ["id"] = id++, ["type"] = "row", ["title"] = row.Title, ["collapsed"] = false, ["gridPos"] = Place(0, y++, Columns, 1) });
            var (x, height) = (0, 0);
            foreach (var panel in row.Panels)
            {
                if (x + panel.Width > Columns) (x, y, height) = (0, y + height, 0);
                var own = panel.Kind == PanelKind.Number ? NumberHeight : Height;
                panels.Add(Json(panel, id++, Place(x, y, panel.Width, own)));
                (x, height) = (x + panel.Width, Math.Max(height, own));
            }

            y += height;
        }

        return panels;
    }

    private static JsonObject Json(Panel panel, int id, JsonObject place) => new()
    {
        ["id"] = id,
        ["type"] = panel.Kind switch { PanelKind.Number => "stat", PanelKind.Heatmap => "heatmap", _ => "timeseries" },
        ["title"] = panel.Title,
        ["description"] = panel.Description,
        ["gridPos"] = place,
        ["datasource"] = Source(),
        ["links"] = panel.Runbook is { } anchor ? new JsonArray(new JsonObject { ["title"] = "Runbook", ["url"] = $"${{runbook}}#{anchor}", ["targetBlank"] = true }) : [],
        ["fieldConfig"] = new JsonObject { ["defaults"] = Field(panel), ["overrides"] = new JsonArray() },
        ["options"] = Options(panel.Kind),
        ["targets"] = new JsonArray([.. panel.Queries.Select((query, i) => Target(panel.Kind, query, i))]),
    };

    private static JsonObject Target(PanelKind kind, Query query, int index) => new()
    {
        ["refId"] = ((char)('A' + index)).ToString(),
        ["datasource"] = Source(),
        ["expr"] = query.Expression,
        ["legendFormat"] = query.Legend,
        ["format"] = kind == PanelKind.Heatmap ? "heatmap" : "time_series",
        ["exemplar"] = kind == PanelKind.Lines && query.Expression.Contains("_bucket", StringComparison.Ordinal),
    };

    private static JsonObject Field(Panel panel)
    {
        var steps = new JsonArray(new JsonObject { ["color"] = "green", ["value"] = null });
        if (panel.Thresholds is { } at)
        {
            steps.Add(new JsonObject { ["color"] = "yellow", ["value"] = at.Warn });
            steps.Add(new JsonObject { ["color"] = "red", ["value"] = at.Bad });
        }

        var field = new JsonObject { ["unit"] = panel.Unit, ["min"] = 0, ["thresholds"] = new JsonObject { ["mode"] = "absolute", ["steps"] = steps } };
        if (panel.Kind == PanelKind.Lines)
            field["custom"] = new JsonObject { ["lineWidth"] = 1, ["fillOpacity"] = 8, ["showPoints"] = "never", ["thresholdsStyle"] = new JsonObject { ["mode"] = panel.Thresholds is null ? "off" : "dashed" } };
        return field;
    }

    private static JsonObject Options(PanelKind kind) => kind switch
    {
        PanelKind.Number => new() { ["colorMode"] = "value", ["graphMode"] = "area", ["reduceOptions"] = new JsonObject { ["calcs"] = new JsonArray("lastNotNull"), ["fields"] = "", ["values"] = false } },
        PanelKind.Heatmap => new() { ["calculate"] = false, ["yAxis"] = new JsonObject { ["unit"] = "short" }, ["cellGap"] = 1 },
        _ => new() { ["legend"] = new JsonObject { ["displayMode"] = "list", ["placement"] = "bottom" }, ["tooltip"] = new JsonObject { ["mode"] = "multi", ["sort"] = "desc" } },
    };

    private static JsonObject Annotation(string name, string expression, string text, string colour) => new()
    {
        ["name"] = name,
        ["datasource"] = Source(),
        ["enable"] = true,
        ["expr"] = expression,
        ["titleFormat"] = text,
        ["useValueForTime"] = true,
        ["iconColor"] = colour,
    };

    private static JsonObject DataSource() => new() { ["name"] = "datasource", ["label"] = "Data source", ["type"] = "datasource", ["query"] = "prometheus" };

    private static JsonObject Runbook() => new() { ["name"] = "runbook", ["type"] = "constant", ["hide"] = 2, ["query"] = "/docs/runbook.md", ["description"] = "Where docs/runbook.md is served." };

    private static JsonObject Variable(Choice choice) => new()
    {
        ["name"] = choice.Name,
        ["label"] = choice.Label,
        ["type"] = "query",
        ["datasource"] = Source(),
        ["query"] = new JsonObject { ["query"] = choice.Values, ["refId"] = choice.Name },
        ["refresh"] = 2,
        ["sort"] = 1,
        ["multi"] = choice.All,
        ["includeAll"] = choice.All,
        ["allValue"] = choice.All ? ".*" : null,
    };

    private static JsonObject Source() => new() { ["type"] = "prometheus", ["uid"] = "${datasource}" };

    private static JsonObject Place(int x, int y, int width, int height) => new() { ["x"] = x, ["y"] = y, ["w"] = width, ["h"] = height };
}

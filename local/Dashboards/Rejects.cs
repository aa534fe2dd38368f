namespace Driftline.Local.Dashboards;

internal static class Rejects
{
    public static readonly Dashboard Dashboard = new(
        "privacy-rejects", "Privacy and rejects", "What was refused, where and why, and how much personal data Redis holds. Erasures are not measured yet.",
        [new Choice("stage", "Stage", "label_values(driftline_streaming_rejected_total, driftline_stage)", All: true)],
        new Row("Rejected records",
            new Panel("Rejected by reason", "eps", "Records sent to storefront.events.rejected. May be empty: nothing has been rejected.", new Query("sum by (driftline_stage, driftline_reason) (rate(driftline_streaming_rejected_total{driftline_stage=~\"$stage\"}[$__rate_interval]))", "{{driftline_stage}} {{driftline_reason}}")) { Runbook = "driftlinerejectstorm" },
            new Panel("Rejected since the start", "short", "Since the replicas started, by stage. May be empty: nothing has been rejected.", new Query("sum by (driftline_stage) (driftline_streaming_rejected_total{driftline_stage=~\"$stage\"})", "{{driftline_stage}}")) { Kind = PanelKind.Number, Runbook = "driftlinerejectstorm" },
            new Panel("Share rejected at the edge", "percentunit", "Of the elements of POST /v1/events; an alert at 5 %.",
                new Query("(sum(rate(driftline_ingestor_events_total{result=\"rejected\"}[$__rate_interval])) or vector(0)) / sum(rate(driftline_ingestor_events_total[$__rate_interval]))", "rejected"))
            { Thresholds = (0.01, 0.05), Runbook = "driftlinerejectstorm" }),
        new Row("At the edge",
            new Panel("Events by type and result", "eps", "Elements of POST /v1/events.", new Query("sum by (type, result) (rate(driftline_ingestor_events_total[$__rate_interval]))", "{{type}} {{result}}")),
            new Panel("Catalogue changes", "eps", "By operation and result. May be empty: the catalogue has not changed.", new Query("sum by (operation, result) (rate(driftline_ingestor_items_total[$__rate_interval]))", "{{operation}} {{result}}")),
            new Panel("Refused requests", "reqps", "Requests that were the caller's fault. May be empty: there was none.", new Query($"sum by (job, http_route, http_response_status_code) (rate(http_server_request_duration_seconds_count{{{Panel.Ours}, http_response_status_code=~\"4..\", http_route=~\"/v1/.*\"}}[$__rate_interval]))", "{{job}} {{http_route}} {{http_response_status_code}}"))),
        new Row("Personal data in Redis",
            new Panel("Memory", "bytes", "What Redis holds: sequences and interests of users, each forgotten after its expiry. May be empty: the server does not say (Garnet).", new Query("max(driftline_redis_memory_used_bytes)", "used"), new Query("max(driftline_redis_memory_limit_bytes)", "limit")) { Runbook = "driftlineredismemory" },
            new Panel("Memory used", "percentunit", "Of the limit. May be empty: there is no limit, or the server does not say.", new Query("max(driftline_redis_memory_used_bytes / driftline_redis_memory_limit_bytes)", "used")) { Kind = PanelKind.Number, Thresholds = (0.7, 0.85), Runbook = "driftlineredismemory" },
            new Panel("Commands", "ops", "By operation.", new Query($"sum by (db_operation_name) (rate(db_client_operation_duration_seconds_count{{{Panel.Ours}}}[$__rate_interval]))", "{{db_operation_name}}")),
            new Panel("Redis answers", "none", "1 where a service gets answers.", new Query("min by (job) (driftline_redis_up)", "{{job}}")) { Kind = PanelKind.Number, Runbook = "driftlineredisdown" }));
}

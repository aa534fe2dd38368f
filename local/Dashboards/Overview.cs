namespace Driftline.Local.Dashboards;

internal static class Overview
{
    public static readonly Dashboard Dashboard = new(
        "overview", "Overview", "The objectives, freshness, and the golden signals of each stage. Start here.", [],
        new Row("Objectives",
            new Panel("Burn rate over an hour", "none", "How fast each objective's error budget burns; 1 spends it in exactly 30 days, 14.4 pages someone.",
                new Query("driftline:slo_burn:rate1h", "{{slo}}"))
            { Kind = PanelKind.Number, Width = 12, Thresholds = (1, 14.4), Runbook = "objectives" },
            new Panel("Alerts firing", "none", "All severities.", new Query("sum(ALERTS{alertname=~\"Driftline.*\", alertstate=\"firing\"}) or vector(0)", "firing")) { Kind = PanelKind.Number, Width = 4, Thresholds = (1, 3), Runbook = "alerts" },
            new Panel("Replicas up", "none", "By service; as many as were deployed is good.", new Query($"sum by (job) (up{{{Panel.Ours}}})", "{{job}}")) { Kind = PanelKind.Number, Runbook = "driftlineservicedown" },
            new Panel("Burn rates", "none", "The windows of the paging alerts, by objective.",
                new Query("driftline:slo_burn:rate5m", "{{slo}} 5m"), new Query("driftline:slo_burn:rate6h", "{{slo}} 6h"))
            { Width = 24, Thresholds = (6, 14.4), Runbook = "objectives" }),
        new Row("Freshness",
            new Panel("Event to answer", "s", "From an event's receipt to the moment when answers reflect it; the objective is 5 s for 99 %.",
                Panel.Quantiles("driftline_recommender_freshness_seconds", "", 0.5, 0.95, 0.99))
            { Thresholds = (1, 5), Runbook = "slo-freshness" },
            new Panel("Event to answer, distribution", "short", "The same as a histogram over time.",
                new Query("sum by (le) (increase(driftline_recommender_freshness_seconds_bucket[$__rate_interval]))", "{{le}}"))
            { Kind = PanelKind.Heatmap, Runbook = "slo-freshness" },
            new Panel("Age by stage", "s", "99th percentile since an event's receipt, when the sequence holds it, when its update is out, and when answers reflect it.",
                new Query("histogram_quantile(0.99, sum by (le) (rate(driftline_feature_builder_event_age_seconds_bucket[$__rate_interval])))", "in the sequence"),
                new Query("histogram_quantile(0.99, sum by (le) (rate(driftline_predictor_event_age_seconds_bucket[$__rate_interval])))", "predicted"),
                new Query("histogram_quantile(0.99, sum by (le) (rate(driftline_recommender_freshness_seconds_bucket[$__rate_interval])))", "in answers"))
            { Runbook = "slo-freshness" }),
        new Row("Traffic and errors",
            new Panel("Events in", "eps", "Elements of POST /v1/events by result.", new Query("sum by (result) (rate(driftline_ingestor_events_total[$__rate_interval]))", "{{result}}")),
            new Panel("Records done", "eps", "By consumer group.", new Query($"sum by (messaging_consumer_group_name) (rate(messaging_client_consumed_messages_total{{{Panel.Ours}}}[$__rate_interval]))", "{{messaging_consumer_group_name}}")),
            new Panel("Answers", "reqps", "Requests to the API by service and status; 5xx are our errors.",
                new Query($"sum by (job, http_response_status_code) (rate(http_server_request_duration_seconds_count{{{Panel.Ours}, http_route=~\"/v1/.*\"}}[$__rate_interval]))", "{{job}} {{http_response_status_code}}"))
            { Runbook = "slo-recommendation-availability" }),
        new Row("Latency and saturation",
            new Panel("API latency", "s", "99th percentile by service; the objective of recommendations is 100 ms for 99 %.",
                Panel.Quantiles($"http_server_request_duration_seconds{{{Panel.Ours}, http_route=~\"/v1/.*\"}}", "job", 0.99))
            { Width = 6, Thresholds = (0.1, 0.5), Runbook = "slo-recommendation-latency" },
            new Panel("Stage latency", "s", "99th percentile of a batch, by consumer group.", new Query("driftline:process_seconds:p99", "{{messaging_consumer_group_name}}")) { Width = 6, Runbook = "driftlineconsumerlag" },
            new Panel("Lag", "s", "Age of the oldest record that a group has yet to finish.", new Query("driftline:lag:seconds", "{{messaging_consumer_group_name}}")) { Width = 6, Thresholds = (10, 60), Runbook = "driftlineconsumerlag" },
            new Panel("CPU", "none", "Cores in use, by service.", new Query($"sum by (job) (rate(dotnet_process_cpu_time_seconds_total{{{Panel.Ours}}}[$__rate_interval]))", "{{job}}")) { Width = 6 }));
}

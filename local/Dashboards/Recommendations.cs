namespace Driftline.Local.Dashboards;

internal static class Recommendations
{
    public static readonly Dashboard Dashboard = new(
        "recommendations", "Recommendations", "What the recommender answers, how fast and how fresh. Click-through by variant is not shown: there are no experiments yet.", [],
        new Row("Answers",
            new Panel("Recommendations", "reqps", "By whether they were personal.", new Query("sum by (driftline_personalised) (rate(driftline_recommender_answers_total[$__rate_interval]))", "personal: {{driftline_personalised}}")),
            new Panel("Personal share", "percentunit", "Share of answers that rest on the user's own interest; strangers and fresh model versions lower it.",
                new Query("sum(rate(driftline_recommender_answers_total{driftline_personalised=\"true\"}[$__rate_interval])) / sum(rate(driftline_recommender_answers_total[$__rate_interval]))", "personal"))
            { Kind = PanelKind.Number },
            new Panel("Items by source", "eps", "What chose them: the model, or trending items that top up.", new Query("sum by (driftline_source) (rate(driftline_recommender_items_total[$__rate_interval]))", "{{driftline_source}}"))),
        new Row("Speed",
            new Panel("Latency by route", "s", "99th percentile; streams last as long as their reader stays.", Panel.Quantiles("http_server_request_duration_seconds{job=\"recommender\", http_route=~\"/v1/.*\", http_route!~\".*stream\"}", "http_route", 0.99)) { Thresholds = (0.1, 0.5), Runbook = "slo-recommendation-latency" },
            new Panel("Search of the vectors", "s", "Exact search of all item vectors.", Panel.Quantiles("driftline_recommender_retrieval_duration_seconds", "", 0.5, 0.99)) { Thresholds = (0.025, 0.1), Runbook = "slo-recommendation-latency" },
            new Panel("Redis", "s", "99th percentile of the recommender's commands.", Panel.Quantiles("db_client_operation_duration_seconds{job=\"recommender\"}", "db_operation_name", 0.99)) { Thresholds = (0.01, 0.05), Runbook = "driftlineredisslow" }),
        new Row("Freshness and coverage",
            new Panel("Age of what an answer rests on", "s", "Since the receipt of the newest event that an answer reflects: quiet users have old ones.", Panel.Quantiles("driftline_recommender_event_age_seconds", "", 0.5, 0.99)),
            new Panel("Coverage", "percentunit", "Share of the catalogue that a replica has recommended within the last hour: a falling one shows everybody the same few items.", new Query("driftline_recommender_coverage", "{{instance}}")),
            new Panel("Catalogue", "short", "Items known to a replica; replicas should agree.", new Query("driftline_recommender_catalog_items", "{{instance}}")),
            new Panel("Open streams", "short", "Readers of live interests, by replica. May be empty: nobody has opened one.", new Query("driftline_recommender_streams", "{{instance}}"))));
}

namespace Driftline.Local.Dashboards;

internal static class Recommendations
{
    private const string By = "driftline_experiment, driftline_variant";
    private const string Variant = "{{driftline_experiment}} {{driftline_variant}}";

    public static readonly Dashboard Dashboard = new(
        "recommendations", "Recommendations", "What the recommender answers, how fast and how fresh, and what comes of its experiments.", [],
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
            new Panel("Open streams", "short", "Readers of live interests, by replica. May be empty: nobody has opened one.", new Query("driftline_recommender_streams", "{{instance}}"))),
        new Row("Experiments",
            new Panel("Click-through", "percentunit", "Shown items that were clicked, by variant, within the last hour; intervals are at GET /v1/experiments/{name}. May be empty: no experiment is configured.", Rate("click", "impression")),
            new Panel("Conversion", "percentunit", "New conversions over new users, by variant, within the last hour. May be empty: no experiment is configured.", Rate("conversion", "user")),
            new Panel("Coverage by variant", "percentunit", "Share of the catalogue that a replica has recommended under a variant within the last hour. May be empty: no experiment is configured.",
                new Query($"max by ({By}) (driftline_recommender_variant_coverage)", Variant)),
            new Panel("Users", "short", "Users first seen within the last hour: variants of equal weight should get equally many. May be empty: no experiment is configured.",
                new Query($"sum by ({By}) (increase(driftline_recommender_variant_feedback_total{{driftline_feedback=\"user\"}}[1h]))", Variant)),
            new Panel("Shadow overlap", "percentunit", "Mean share of the served items that a shadow has too. May be empty: no experiment has a shadow.",
                new Query($"sum by ({By}) (rate(driftline_recommender_shadow_overlap_sum[$__rate_interval])) / sum by ({By}) (rate(driftline_recommender_shadow_overlap_count[$__rate_interval]))", Variant)),
            new Panel("Shadow duration", "s", "99th percentile of computing a shadow's answer; no shopper waits for it. May be empty: no experiment has a shadow.",
                Panel.Quantiles("driftline_recommender_shadow_duration_seconds", "driftline_variant", 0.99))));

    private static Query Rate(string of, string to) => new(
        $"sum by ({By}) (increase(driftline_recommender_variant_feedback_total{{driftline_feedback=\"{of}\"}}[1h])) / sum by ({By}) (increase(driftline_recommender_variant_feedback_total{{driftline_feedback=\"{to}\"}}[1h]))", Variant);
}

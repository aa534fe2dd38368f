namespace Driftline.Local.Dashboards;

internal static class ModelHealth
{
    public static readonly Dashboard Dashboard = new(
        "model-health", "Model health", "What the model says of users, and how far users and predictions have moved from its training.", [],
        new Row("Drift of interests",
            new Panel("Drift, distribution", "short", "Jensen-Shannon divergence of a user's current and next interest, 0 to 1, over time.", new Query("sum by (le) (increase(driftline_predictor_drift_bucket[$__rate_interval]))", "{{le}}")) { Kind = PanelKind.Heatmap },
            new Panel("Drift", "none", "Median and 90th percentile.", Panel.Quantiles("driftline_predictor_drift", "", 0.5, 0.9)),
            new Panel("What moves interests", "percentunit", "Share of predictions by kind of drift; none: it hardly moves.",
                new Query("sum by (driftline_drift_kind) (rate(driftline_predictor_drift_count[$__rate_interval])) / ignoring (driftline_drift_kind) group_left sum(rate(driftline_predictor_drift_count[$__rate_interval]))", "{{driftline_drift_kind}}"))),
        new Row("Predictions",
            new Panel("Confidence", "percentunit", "Predicted share of a user's strongest category: a sudden change without a release is a fault of the input.", Panel.Quantiles("driftline_predictor_confidence", "", 0.1, 0.5, 0.9)),
            new Panel("Shift of users", "none", "Population stability index of the categories in users' sequences against training. May be empty: fewer than 100 users seen since the model was loaded.", new Query("driftline_predictor_feature_psi", "{{instance}}")) { Thresholds = (0.1, 0.25), Runbook = "driftlinepopulationshift" },
            new Panel("Shift of predictions", "none", "The same of predicted interest. May be empty: fewer than 100 users seen since the model was loaded.", new Query("driftline_predictor_prediction_psi", "{{instance}}")) { Thresholds = (0.1, 0.25), Runbook = "driftlinepopulationshift" }),
        new Row("The model",
            new Panel("Age of the served model", "s", "Since it was trained; an alert at two weeks.", new Query("max by (driftline_model_version) (driftline_predictor_model_age_seconds)", "{{driftline_model_version}}")) { Kind = PanelKind.Number, Thresholds = (7 * 86_400, 14 * 86_400), Runbook = "driftlinemodelstale" },
            new Panel("Replicas on another model than the newest", "none", "More than none for long: the release was refused.", new Query("sum(driftline_predictor_release_waiting)", "waiting")) { Kind = PanelKind.Number, Thresholds = (1, 1), Runbook = "driftlinereleasenotserved" },
            new Panel("Releases taken up", "short", "Since the replicas started, by result.", new Query("sum by (result) (driftline_predictor_model_loads_total)", "{{result}}")) { Kind = PanelKind.Number, Runbook = "driftlinereleasenotserved" }));
}

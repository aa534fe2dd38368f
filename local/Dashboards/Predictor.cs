namespace Driftline.Local.Dashboards;

internal static class Predictor
{
    private const string Chosen = "instance=~\"$instance\"";

    public static readonly Dashboard Dashboard = new(
        "predictor", "Predictor", "Batches, and how busy the device is that the model runs on (CPU or GPU).",
        [new Choice("instance", "Replica", "label_values(driftline_predictor_release_waiting, instance)", All: true)],
        new Row("Work",
            new Panel("Users predicted", "eps", "By replica.", new Query($"sum by (instance) (rate(driftline_predictor_batch_users_sum{{{Chosen}}}[$__rate_interval]))", "{{instance}}")),
            new Panel("Users in a batch", "short", "After coalescing; larger batches use a device better.", Panel.Quantiles($"driftline_predictor_batch_users{{{Chosen}}}", "", 0.5, 0.99)),
            new Panel("Triggers coalesced", "percentunit", "Share of triggers answered by a newer one of the same user; it rises with the lag.",
                new Query($"sum(rate(driftline_predictor_coalesced_total{{{Chosen}}}[$__rate_interval])) / sum(rate(messaging_client_consumed_messages_total{{messaging_consumer_group_name=\"driftline.predictor\"}}[$__rate_interval]))", "coalesced"))),
        new Row("Speed",
            new Panel("Time for a batch's users", "s", "Featurising and running the model; an alert at a second.", Panel.Quantiles($"driftline_predictor_forward_duration_seconds{{{Chosen}}}", "", 0.5, 0.95, 0.99)) { Thresholds = (0.25, 1), Runbook = "driftlinepredictorslow" },
            new Panel("Time for a batch's users, distribution", "short", "The same as a histogram over time.", new Query($"sum by (le) (increase(driftline_predictor_forward_duration_seconds_bucket{{{Chosen}}}[$__rate_interval]))", "{{le}}")) { Kind = PanelKind.Heatmap, Runbook = "driftlinepredictorslow" },
            new Panel("Event to update", "s", "From an event's receipt to the acknowledged interest update.", Panel.Quantiles($"driftline_predictor_event_age_seconds{{{Chosen}}}", "", 0.5, 0.99)) { Thresholds = (1, 5), Runbook = "slo-freshness" }),
        new Row("Device",
            new Panel("Busy", "percentunit", "Share of the time that the model works: past 80 % add a replica.", new Query($"driftline:predictor_busy:ratio{{{Chosen}}}", "{{instance}}")) { Thresholds = (0.6, 0.8), Runbook = "driftlinepredictorsaturated" },
            new Panel("Busy by work", "percentunit", "Predicting users, or encoding items (which appears with the first change of the catalogue).", new Query($"sum by (driftline_work, driftline_device) (rate(driftline_predictor_busy_seconds_total{{{Chosen}}}[$__rate_interval]))", "{{driftline_work}} on {{driftline_device}}")),
            new Panel("CPU", "none", "Cores in use by the process.", new Query($"sum by (instance) (rate(dotnet_process_cpu_time_seconds_total{{job=\"predictor\", {Chosen}}}[$__rate_interval]))", "{{instance}}")),
            new Panel("Memory", "bytes", "Working set of the process.", new Query($"dotnet_process_memory_working_set_bytes{{job=\"predictor\", {Chosen}}}", "{{instance}}")),
            new Panel("Lag", "s", "Age of the oldest trigger that is not answered.", new Query("driftline:lag:seconds{messaging_consumer_group_name=\"driftline.predictor\"}", "{{messaging_destination_name}}")) { Thresholds = (10, 60), Runbook = "driftlineconsumerlag" },
            new Panel("Reading sequences", "s", "99th percentile of the predictor's Redis commands.", Panel.Quantiles("db_client_operation_duration_seconds{job=\"predictor\"}", "db_operation_name", 0.99)) { Thresholds = (0.01, 0.05), Runbook = "driftlineredisslow" }),
        new Row("GPU",
            Card("Load", "percent", "Share of the time in which a kernel ran.", "DCGM_FI_DEV_GPU_UTIL") with { Thresholds = (80, 95), Runbook = "driftlinepredictorsaturated" },
            Card("Memory of the card", "mbytes", "In use on the card.", "DCGM_FI_DEV_FB_USED"),
            Card("Temperature", "celsius", "Cards slow themselves down somewhere past 85 degrees.", "DCGM_FI_DEV_GPU_TEMP") with { Thresholds = (80, 88) }));

    // As NVIDIA's DCGM exporter names them, by the pod that holds the card.
    private static Panel Card(string title, string unit, string description, string metric) =>
        new(title, unit, $"{description} May be empty: no NVIDIA card, or no DCGM exporter.", new Query($"max by (exported_pod, gpu) ({metric}{{exported_pod=~\"predictor.*\"}})", "{{exported_pod}} GPU {{gpu}}"));
}

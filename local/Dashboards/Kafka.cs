namespace Driftline.Local.Dashboards;

internal static class Kafka
{
    private const string Chosen = "messaging_consumer_group_name=~\"$group\"";

    public static readonly Dashboard Dashboard = new(
        "kafka", "Kafka", "What the consumer groups have yet to do, and what the clients send and read.",
        [new Choice("group", "Consumer group", "label_values(driftline_streaming_lag, messaging_consumer_group_name)", All: true)],
        new Row("Lag",
            new Panel("Lag in records", "short", "Records that a group has yet to finish, by topic.", new Query($"driftline:lag:records{{{Chosen}}}", "{{messaging_consumer_group_name}} {{messaging_destination_name}}")) { Runbook = "driftlineconsumerlag" },
            new Panel("Lag in seconds", "s", "Age of the oldest of them; an alert at a minute.", new Query($"driftline:lag:seconds{{{Chosen}}}", "{{messaging_consumer_group_name}} {{messaging_destination_name}}")) { Thresholds = (10, 60), Runbook = "driftlineconsumerlag" },
            new Panel("Lag by partition", "short", "One partition that stands out has a hot key or a stuck replica.",
                new Query($"max by (messaging_consumer_group_name, messaging_destination_partition_id) (driftline_streaming_lag{{{Chosen}}})", "{{messaging_consumer_group_name}} {{messaging_destination_partition_id}}"))
            { Runbook = "add-partitions" }),
        new Row("Consuming",
            new Panel("Records done", "eps", "By group.", new Query($"sum by (messaging_consumer_group_name) (rate(messaging_client_consumed_messages_total{{{Panel.Ours}, {Chosen}}}[$__rate_interval]))", "{{messaging_consumer_group_name}}")),
            new Panel("Batch", "short", "Records in one batch: larger under load is good, always the largest means that the group cannot keep up.",
                Panel.Quantiles($"driftline_streaming_batch{{{Chosen}}}", "messaging_consumer_group_name", 0.5, 0.99)),
            new Panel("Time for a batch", "s", "From a fetched batch to its last durable effect.", Panel.Quantiles($"messaging_process_duration_seconds{{{Panel.Ours}, {Chosen}}}", "messaging_consumer_group_name", 0.5, 0.99)) { Thresholds = (1, 5) }),
        new Row("Producing",
            new Panel("Records sent", "eps", "By topic, failures included.", new Query($"sum by (messaging_destination_name) (rate(messaging_client_sent_messages_total{{{Panel.Ours}}}[$__rate_interval]))", "{{messaging_destination_name}}")),
            new Panel("Time to acknowledgement", "s", "99th percentile from handing a record to the client to its acknowledgement by all replicas.", Panel.Quantiles($"messaging_client_operation_duration_seconds{{{Panel.Ours}}}", "messaging_destination_name", 0.99)) { Thresholds = (0.1, 1) },
            new Panel("Waiting for acknowledgement", "short", "Records of the ingestor in flight; past Ingestor:MaxInFlightEvents it answers 503.", new Query("sum by (instance) (driftline_ingestor_in_flight)", "{{instance}}")) { Runbook = "slo-ingest-availability" }),
        new Row("Faults",
            new Panel("Failed sends", "eps", "By topic and error. May be empty: no send has failed.", new Query($"sum by (messaging_destination_name, error_type) (rate(messaging_client_sent_messages_total{{{Panel.Ours}, error_type!=\"\"}}[$__rate_interval]))", "{{messaging_destination_name}} {{error_type}}")) { Runbook = "slo-ingest-availability" },
            new Panel("Batches tried again", "eps", "By topic and error. May be empty: no batch has failed.", new Query("sum by (messaging_destination_name, error_type) (rate(driftline_streaming_retries_total[$__rate_interval]))", "{{messaging_destination_name}} {{error_type}}")) { Runbook = "driftlineretrying" },
            new Panel("Records lost", "short", "Deleted by the broker before they were read.", new Query("sum by (messaging_destination_name) (driftline_streaming_lost_total)", "{{messaging_destination_name}}")) { Thresholds = (1, 1), Runbook = "driftlinerecordslost" }));
}

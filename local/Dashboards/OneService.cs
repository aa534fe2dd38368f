namespace Driftline.Local.Dashboards;

internal static class OneService
{
    private const string Chosen = "job=\"$service\", instance=~\"$instance\"";

    public static readonly Dashboard Dashboard = new(
        "service", "One service", "One service in depth: HTTP, processor, memory and runtime.",
        [
            new Choice("service", "Service", "label_values(driftline_service_started_seconds, job)", All: false),
            new Choice("instance", "Replica", "label_values(driftline_service_started_seconds{job=\"$service\"}, instance)", All: true),
        ],
        new Row("Process",
            new Panel("Up", "none", "1 where Prometheus reaches the replica.", new Query($"up{{{Chosen}}}", "{{instance}}")) { Kind = PanelKind.Number, Width = 6, Runbook = "driftlineservicedown" },
            new Panel("Running for", "s", "Since the process started; a saw-tooth is a crash loop.", new Query($"time() - driftline_service_started_seconds{{{Chosen}}}", "{{instance}}")) { Kind = PanelKind.Number, Width = 6, Runbook = "driftlineservicedown" },
            new Panel("CPU", "none", "Cores in use.", new Query($"sum by (instance) (rate(dotnet_process_cpu_time_seconds_total{{{Chosen}}}[$__rate_interval]))", "{{instance}}")) { Width = 6 },
            new Panel("Memory", "bytes", "Working set.", new Query($"dotnet_process_memory_working_set_bytes{{{Chosen}}}", "{{instance}}")) { Width = 6 }),
        new Row("HTTP",
            new Panel("Requests", "reqps", "By route and status.", new Query($"sum by (http_route, http_response_status_code) (rate(http_server_request_duration_seconds_count{{{Chosen}}}[$__rate_interval]))", "{{http_route}} {{http_response_status_code}}")),
            new Panel("Latency", "s", "99th percentile by route.", Panel.Quantiles($"http_server_request_duration_seconds{{{Chosen}}}", "http_route", 0.99)),
            new Panel("In progress", "short", "Requests and connections.", new Query($"sum by (instance) (http_server_active_requests{{{Chosen}}})", "{{instance}} requests"), new Query($"sum by (instance) (kestrel_active_connections{{{Chosen}}})", "{{instance}} connections"))),
        new Row("Runtime",
            new Panel("Pauses of the garbage collector", "percentunit", "Share of the time.", new Query($"sum by (instance) (rate(dotnet_gc_pause_time_seconds_total{{{Chosen}}}[$__rate_interval]))", "{{instance}}")) { Thresholds = (0.05, 0.2) },
            new Panel("Allocations", "Bps", "Managed memory.", new Query($"sum by (instance) (rate(dotnet_gc_heap_total_allocated_bytes_total{{{Chosen}}}[$__rate_interval]))", "{{instance}}")),
            new Panel("Queue of the thread pool", "short", "Waiting work items: more than a few for long means that threads are blocked.", new Query($"sum by (instance) (dotnet_thread_pool_queue_length_total{{{Chosen}}})", "{{instance}}")) { Thresholds = (100, 1_000) },
            new Panel("Exceptions", "eps", "Thrown, whether or not they were handled, by type. May be empty: none was thrown.", new Query($"sum by (error_type) (rate(dotnet_exceptions_total{{{Chosen}}}[$__rate_interval]))", "{{error_type}}"))));
}

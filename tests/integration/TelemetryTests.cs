using System.Diagnostics;
using System.Text;
using Confluent.Kafka;
using Driftline.Local;
using Driftline.Schemas;
using Xunit;

namespace Driftline.Integration.Tests;

/// <summary>docs/telemetry.md says what is emitted: all of it, and nothing else.</summary>
public sealed class TelemetryTests(PipelineFixture fixture)
{
    private static readonly string[] Ours = ["driftline_", "messaging_", "db_"];
    private static readonly string[] FromThePlatform = ["aspnetcore_", "dotnet_", "http_", "kestrel_", "dns_", "target_"];

    /// <summary>On series of failures only.</summary>
    private static readonly string[] Optional = ["error_type"];

    [Fact]
    public async Task TheDocumentListsWhatTheRunningPipelineEmitsAndNothingElse()
    {
        var pipeline = await fixture.StartedAsync();
        await Traffic.SendAsync(pipeline);
        var listed = DocumentedInstruments.Read();
        foreach (var service in LocalService.All)
        {
            var expected = listed.Where(instrument => instrument.Services.Contains(service.Name)).ToDictionary(instrument => instrument.Prometheus);
            var emitted = await EmittedAsync(pipeline, service, expected.Values.Where(instrument => instrument.Always));
            foreach (var metric in emitted.Values.Where(metric => IsAny(metric.Name, Ours)))
            {
                Assert.True(expected.TryGetValue(metric.Name, out var row), $"{service.Name} emits {metric.Name}, which docs/telemetry.md does not list for it.");
                Assert.Equal(row.Type, metric.Type);
                Assert.Equal(row.Labels.Except(Optional).Order(StringComparer.Ordinal), metric.Labels.Except(Optional).Order(StringComparer.Ordinal));
            }

            Assert.All(emitted.Keys, name => Assert.True(IsAny(name, Ours) || IsAny(name, FromThePlatform), $"{service.Name} emits {name}, which belongs to no section of docs/telemetry.md."));
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{listed.Count} instruments listed, all of them as emitted");
    }

    [Fact]
    public void PrometheusNamesFollowFromTheInstruments()
    {
        var listed = DocumentedInstruments.Read();
        Assert.NotEmpty(listed);
        Assert.All(listed, row => Assert.Equal(DocumentedInstruments.PrometheusName(row.Name, row.Type, row.Unit), row.Prometheus));
    }

    [Fact]
    public async Task OneTraceLeadsFromTheRequestToTheInterestUpdate()
    {
        var pipeline = await fixture.StartedAsync();
        var trace = ActivityTraceId.CreateRandom().ToHexString();
        var user = $"traced-{Guid.NewGuid():N}";
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/events")
        {
            Content = new StringContent($"[{Traffic.Event(user, pipeline.Items[0].ItemId)}]", Encoding.UTF8, "application/json"),
            Headers = { { "traceparent", $"00-{trace}-b7ad6b7169203331-01" } },
        };
        using var response = await pipeline.Ingestor.SendAsync(request);
        await pipeline.AskUntilAsync($"/v1/users/{user}/interests", TimeSpan.FromSeconds(10), _ => true);

        foreach (var topic in new[] { Topics.StorefrontEvents, Topics.SequenceUpdates, Topics.InterestUpdates })
            Assert.Equal(trace, TraceOf(pipeline, topic.Name, user));
    }

    [Fact]
    public async Task AScraperThatAsksForOpenMetricsGetsExemplars()
    {
        var pipeline = await fixture.StartedAsync();
        await Traffic.SendAsync(pipeline, 3);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/metrics") { Headers = { { "Accept", "application/openmetrics-text; version=1.0.0" } } };
        using var response = await pipeline.Ingestor.SendAsync(request);

        Assert.Matches("""messaging_client_operation_duration_seconds_bucket\{.*# \{.*trace_id=""", await response.Content.ReadAsStringAsync());
    }

    private static async Task<IReadOnlyDictionary<string, ScrapedMetric>> EmittedAsync(Pipeline pipeline, LocalService service, IEnumerable<DocumentedInstrument> expected)
    {
        var names = expected.Select(instrument => instrument.Prometheus).ToList();
        var deadline = DateTime.UtcNow + TimeSpan.FromSeconds(15); // what is looked at once a second may still be to come
        while (true)
        {
            var emitted = await ScrapedMetrics.OfAsync(pipeline.Stack[service.Name]);
            var missing = names.Where(name => !emitted.ContainsKey(name)).ToList();
            if (missing.Count == 0) return emitted;
            Assert.True(DateTime.UtcNow < deadline, $"{service.Name} does not emit {string.Join(", ", missing)}, which docs/telemetry.md lists for it.");
            await Task.Delay(200);
        }
    }

    private static string? TraceOf(Pipeline pipeline, string topic, string user)
    {
        using var consumer = new ConsumerBuilder<string, byte[]>(new ConsumerConfig
        {
            BootstrapServers = pipeline.Stack.BootstrapServers,
            GroupId = $"test-{Guid.NewGuid():N}",
            AutoOffsetReset = AutoOffsetReset.Earliest,
        }).Build();
        using var admin = new DependentAdminClientBuilder(consumer.Handle).Build();
        consumer.Assign(admin.GetMetadata(topic, TimeSpan.FromSeconds(10)).Topics[0].Partitions
            .Select(partition => new TopicPartitionOffset(topic, partition.PartitionId, Offset.Beginning)));
        var deadline = DateTime.UtcNow + TimeSpan.FromSeconds(20);
        while (DateTime.UtcNow < deadline)
        {
            if (consumer.Consume(TimeSpan.FromMilliseconds(200)) is { } record && record.Message.Key == user)
                return Encoding.ASCII.GetString(record.Message.Headers.GetLastBytes("traceparent")).Split('-')[1];
        }

        return null;
    }

    private static bool IsAny(string name, string[] prefixes) => prefixes.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal));
}

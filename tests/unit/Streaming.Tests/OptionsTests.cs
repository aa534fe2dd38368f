using Confluent.Kafka;
using driftline.events;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Xunit;

namespace Driftline.Streaming.Tests;

/// <summary>A wrong setting stops the start with a message that names its key.</summary>
public sealed class OptionsTests
{
    [Theory]
    [InlineData("Kafka:BootstrapServers", "", "Kafka:BootstrapServers is missing")]
    [InlineData("SchemaRegistry:Url", "", "SchemaRegistry:Url is missing")]
    [InlineData("SchemaRegistry:Client:MaxRetries", "0", "SchemaRegistry:Client:MaxRetries must be at least 1")]
    [InlineData("Loop:MaxBatchRecords", "0", "Loop:MaxBatchRecords must be between 1 and 100000")]
    [InlineData("Loop:MaxBatchWait", "00:01:00", "Loop:MaxBatchWait must be between")]
    [InlineData("Loop:MinBackoff", "00:00:00", "Loop:MinBackoff must be between")]
    [InlineData("Loop:MaxBackoff", "1.00:00:00", "Loop:MaxBackoff must be between")]
    [InlineData("Loop:MaxBackoff", "00:00:00.050", "Loop:MaxBackoff must not be shorter than MinBackoff")]
    [InlineData("Other:MaxBatchRecords", "-1", "Other:MaxBatchRecords must be between 1 and 100000")]
    public async Task AWrongSettingStopsTheStartAndNamesItsKey(string key, string value, string message)
    {
        using var host = Build((key, value));

        var e = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());

        Assert.Contains(message, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AValueOfTheWrongTypeNamesItsKey()
    {
        using var host = Build(("Loop:MaxBatchRecords", "many"));

        var e = await Assert.ThrowsAnyAsync<Exception>(() => host.StartAsync());

        Assert.Contains("Loop:MaxBatchRecords", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TwoLoopsOverOneTopicKeepTheirOwnSettingsAndPulses()
    {
        using var host = Build(("Loop:MaxBatchRecords", "10"), ("Other:MaxBatchRecords", "20"));

        var options = host.Services.GetRequiredService<IOptionsMonitor<ConsumerLoopOptions>>();
        Assert.Equal(10, options.Get("privacy.erasures (first)").MaxBatchRecords);
        Assert.Equal(20, options.Get("privacy.erasures (second)").MaxBatchRecords);
        Assert.Equal(
            ["privacy.erasures (first)", "privacy.erasures (second)"], host.Services.GetServices<LoopHealth>().Select(health => health.Name));
        Assert.Equal(2, host.Services.GetServices<IHostedService>().OfType<ConsumerLoop<ErasureRequested>>().Distinct().Count());
    }

    [Fact]
    public void ASettingOfAllClientsGivesWayToTheGroupsAndThatToTheTables()
    {
        using var host = Build(("Kafka:Client:ClientId", "all"), ("Kafka:Consumer:ClientId", "consumers"), ("Kafka:Table:ClientId", "tables"));
        var clients = host.Services.GetRequiredService<KafkaClients>();
        using var producer = clients.Producer();
        using var group = clients.GroupConsumer("g", new Assignment());
        using var table = clients.TableConsumer();

        Assert.Equal(["all", "consumers", "tables"], new IClient[] { producer, group, table }.Select(client => client.Name.Split('#')[0]));
    }

    private static IHost Build(params (string Key, string Value)[] settings)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Kafka:BootstrapServers"] = "127.0.0.1:1",
            ["SchemaRegistry:Url"] = "http://127.0.0.1:1",
        });
        builder.Configuration.AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Key, (string?)setting.Value)));
        builder.Services.AddStreaming("test", "rejected")
            .AddConsumerLoop<ErasureRequested, Ignore>("privacy.erasures", "first", "Loop")
            .AddConsumerLoop<ErasureRequested, Ignore>("privacy.erasures", "second", "Other");
        return builder.Build();
    }

    private sealed class Ignore : IBatchHandler<ErasureRequested>
    {
        public Task<IReadOnlyList<Outcome>> HandleAsync(IReadOnlyList<Received<ErasureRequested>> batch, CancellationToken stopping) =>
            Task.FromResult<IReadOnlyList<Outcome>>([.. batch.Select(_ => Outcome.Done)]);
    }
}

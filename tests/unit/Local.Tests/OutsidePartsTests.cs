using Confluent.Kafka;
using Microsoft.Extensions.Configuration;
using Xunit;

namespace Driftline.Local.Tests;

public sealed class OutsidePartsTests
{
    [Fact]
    public void SetupSpeaksToBrokersAndRegistryAsTheServicesDo()
    {
        var parts = OutsideParts.From(new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Kafka:BootstrapServers"] = "kafka:9093",
            ["Kafka:Client:SecurityProtocol"] = "Ssl",
            ["Kafka:Client:SslCaLocation"] = "/etc/ca.crt",
            ["SchemaRegistry:Client:BasicAuthUserInfo"] = "user:secret",
        }).Build());

        var brokers = parts.KafkaClient(parts.BootstrapServers!);
        var registry = parts.RegistryClient("https://registry");

        Assert.Equal(("kafka:9093", SecurityProtocol.Ssl, "/etc/ca.crt"), (brokers.BootstrapServers, brokers.SecurityProtocol, brokers.SslCaLocation));
        Assert.Equal(("https://registry", "user:secret"), (registry.Url, registry.BasicAuthUserInfo));
    }
}

using System.Diagnostics.Metrics;
using System.Text;
using Confluent.Kafka;
using Microsoft.Extensions.DependencyInjection;

namespace Driftline.Streaming.Tests;

/// <summary>A producer whose broker acknowledges, refuses or stays silent as a test says.</summary>
internal sealed class ProducerUnderTest
{
    public ProducerUnderTest(AvroCodec? codec = null)
    {
        Telemetry = new StreamingTelemetry(new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>());
        var client = Fake.Of<IProducer<byte[]?, byte[]?>>((method, args) => (method, args) switch
        {
            ("ProduceAsync", [string topic, Message<byte[]?, byte[]?> message, ..]) => ProduceAsync(topic, message),
            _ => throw new NotSupportedException(method),
        });
        Producer = new RecordProducer(client, codec!, Telemetry);
    }

    public RecordProducer Producer { get; }

    public StreamingTelemetry Telemetry { get; }

    public List<(string Topic, Message<byte[]?, byte[]?> Message)> Sent { get; } = [];

    /// <summary>Null acknowledges.</summary>
    public Func<Message<byte[]?, byte[]?>, Error?> Refuse { get; set; } = _ => null;

    public static string? Text(Headers headers, string name) => headers.TryGetLastBytes(name, out var bytes) ? Encoding.UTF8.GetString(bytes) : null;

    private async Task<DeliveryResult<byte[]?, byte[]?>> ProduceAsync(string topic, Message<byte[]?, byte[]?> message)
    {
        await Task.Yield();
        var result = new DeliveryResult<byte[]?, byte[]?> { Topic = topic, Message = message };
        if (Refuse(message) is { } error) throw new ProduceException<byte[]?, byte[]?>(error, result);
        Sent.Add((topic, message));
        return result;
    }
}

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
            ("Produce", [string topic, Message<byte[]?, byte[]?> message, Action<DeliveryReport<byte[]?, byte[]?>> report]) => Take(topic, message, report),
            _ => throw new NotSupportedException(method),
        });
        Producer = new RecordProducer(client, codec!, Telemetry);
    }

    public RecordProducer Producer { get; }

    public StreamingTelemetry Telemetry { get; }

    public List<(string Topic, Message<byte[]?, byte[]?> Message)> Sent { get; } = [];

    /// <summary>Null acknowledges.</summary>
    public Func<Message<byte[]?, byte[]?>, Error?> Refuse { get; set; } = _ => null;

    /// <summary>Null takes the record; an error is thrown at whoever hands it over.</summary>
    public Func<Message<byte[]?, byte[]?>, Error?> WillNotTake { get; set; } = _ => null;

    public static string? Text(Headers headers, string name) => headers.TryGetLastBytes(name, out var bytes) ? Encoding.UTF8.GetString(bytes) : null;

    private Task Take(string topic, Message<byte[]?, byte[]?> message, Action<DeliveryReport<byte[]?, byte[]?>> report) =>
        WillNotTake(message) is { } error ? throw new ProduceException<byte[]?, byte[]?>(error, new DeliveryResult<byte[]?, byte[]?>()) : ReportAsync(topic, message, report);

    private async Task ReportAsync(string topic, Message<byte[]?, byte[]?> message, Action<DeliveryReport<byte[]?, byte[]?>> report)
    {
        await Task.Yield();
        var error = Refuse(message);
        if (error is null) lock (Sent) Sent.Add((topic, message));
        // Of the message a report holds only the key, as the client is told to (KafkaClients).
        report(new DeliveryReport<byte[]?, byte[]?> { Topic = topic, Message = new Message<byte[]?, byte[]?> { Key = message.Key }, Error = error ?? new Error(ErrorCode.NoError) });
    }
}

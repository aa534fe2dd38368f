using System.Reflection;
using System.Text;
using Avro.IO;
using Avro.Specific;
using Confluent.Kafka;
using Confluent.SchemaRegistry;

namespace Driftline.Ingestor.Tests;

/// <summary>One record as the service handed it to the client.</summary>
public sealed record Produced(string Topic, string? Key, byte[]? Value, IReadOnlyDictionary<string, string> Headers)
{
    /// <summary>Reads the registry's wire format: a magic byte, four bytes of schema id, Avro.</summary>
    public T Decode<T>(Avro.Schema schema) where T : class, ISpecificRecord
    {
        Assert.NotNull(Value);
        Assert.Equal(0, Value[0]);
        return new SpecificDatumReader<T>(schema, schema).Read(null!, new BinaryDecoder(new MemoryStream(Value, 5, Value.Length - 5)));
    }
}

/// <summary>A broker that does what the test says with each record.</summary>
public class FakeBroker : DispatchProxy
{
    private readonly Lock _lock = new();
    private readonly List<Produced> _records = [];
    private readonly Dictionary<string, Batch> _batches = [];

    /// <summary>The outcome of a record: a completed task acknowledges it.</summary>
    public Func<Produced, Task> Answer { get; set; } = _ => Task.CompletedTask;

    /// <summary>What the broker takes in one batch. A batch is what comes to one topic within the client's linger, and is refused as a whole.</summary>
    public int MaxBatchBytes { get; set; } = int.MaxValue;

    public IReadOnlyList<Produced> Records
    {
        get
        {
            lock (_lock) return [.. _records];
        }
    }

    public static (IProducer<byte[]?, byte[]?> Client, FakeBroker Broker) Create()
    {
        var client = Create<IProducer<byte[]?, byte[]?>, FakeBroker>();
        return (client, (FakeBroker)(object)client);
    }

    /// <summary>Acknowledges nothing from now on until told to; the first tells that a record has come.</summary>
    public (TaskCompletionSource Sent, TaskCompletionSource Acknowledge) Hold()
    {
        var (sent, acknowledge) = (new TaskCompletionSource(), new TaskCompletionSource());
        Answer = _ =>
        {
            sent.TrySetResult();
            return acknowledge.Task;
        };
        return (sent, acknowledge);
    }

    public static Task Fail(ErrorCode code) =>
        Task.FromException(new ProduceException<byte[]?, byte[]?>(new Error(code), new DeliveryResult<byte[]?, byte[]?>()));

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => targetMethod!.Name switch
    {
        nameof(IProducer<byte[]?, byte[]?>.Produce) => ReportAsync((string)args![0]!, (Message<byte[]?, byte[]?>)args[1]!, (Action<DeliveryReport<byte[]?, byte[]?>>)args[2]!),
        nameof(IDisposable.Dispose) => null,
        nameof(IProducer<byte[]?, byte[]?>.Flush) => targetMethod.ReturnType == typeof(int) ? 0 : null,
        _ => throw new NotSupportedException(targetMethod.ToString()),
    };

    private async Task ReportAsync(string topic, Message<byte[]?, byte[]?> message, Action<DeliveryReport<byte[]?, byte[]?>> report)
    {
        var record = new Produced(
            topic, message.Key is null ? null : Encoding.UTF8.GetString(message.Key), message.Value,
            message.Headers.ToDictionary(header => header.Key, header => Encoding.UTF8.GetString(header.GetValueBytes())));
        lock (_lock) _records.Add(record);
        var error = new Error(ErrorCode.NoError);
        try
        {
            await Answer(record);
            if (MaxBatchBytes < int.MaxValue && await BatchedAsync(record) > MaxBatchBytes) error = new Error(ErrorCode.MsgSizeTooLarge);
        }
        catch (KafkaException e)
        {
            error = e.Error;
        }

        report(new DeliveryReport<byte[]?, byte[]?> { Topic = topic, Message = new Message<byte[]?, byte[]?> { Key = message.Key }, Error = error });
    }

    /// <summary>The bytes of the record's batch, once that has left.</summary>
    private async Task<int> BatchedAsync(Produced record)
    {
        Batch batch;
        lock (_lock)
        {
            if (!_batches.TryGetValue(record.Topic, out batch!)) _batches[record.Topic] = batch = new Batch(LeaveAsync(record.Topic));
            batch.Bytes += record.Value?.Length ?? 0;
        }

        await batch.Left;
        return batch.Bytes;
    }

    private async Task LeaveAsync(string topic)
    {
        await Task.Delay(20);
        lock (_lock) _batches.Remove(topic);
    }

    private sealed class Batch(Task left)
    {
        public Task Left => left;

        public int Bytes { get; set; }
    }
}

/// <summary>A registry that knows every schema but those that a test takes away, and takes its time like one behind a network.</summary>
public class FakeRegistry : DispatchProxy
{
    /// <summary>Whether it does not know a subject.</summary>
    public Func<string, bool> Lacks { get; set; } = _ => false;

    public static (ISchemaRegistryClient Client, FakeRegistry Registry) Create()
    {
        var client = Create<ISchemaRegistryClient, FakeRegistry>();
        return (client, (FakeRegistry)(object)client);
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => targetMethod!.Name switch
    {
        nameof(ISchemaRegistryClient.GetSchemaIdAsync) => AnswerAsync((string)args![0]!, 1),
        nameof(ISchemaRegistryClient.LookupSchemaAsync) => AnswerAsync(
            (string)args![0]!, new RegisteredSchema((string)args[0]!, 1, 1, ((Schema)args[1]!).SchemaString, SchemaType.Avro, [])),
        "get_" + nameof(ISchemaRegistryClient.Config) => Array.Empty<KeyValuePair<string, string>>(),
        nameof(IDisposable.Dispose) => null,
        _ => throw new NotSupportedException(targetMethod.ToString()),
    };

    private async Task<T> AnswerAsync<T>(string subject, T known)
    {
        await Task.Yield();
        return Lacks(subject) ? throw new SchemaRegistryException("Subject not found", System.Net.HttpStatusCode.NotFound, 40401) : known;
    }
}

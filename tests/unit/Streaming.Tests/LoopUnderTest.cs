using System.Diagnostics.Metrics;
using System.Text;
using Confluent.Kafka;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Driftline.Streaming.Tests;

/// <summary>
/// A loop over text records, its scripted consumer, and a journal of what happened in what order: "handle a,b", "dead 0@1", "store 0@2",
/// "pause 0", "resume 0", "seek 0@2". The text "poison" cannot be decoded; "away" stands for a registry that does not answer, and "unknown"
/// for one that takes its time to say that it knows nothing.
/// </summary>
internal sealed class LoopUnderTest : IBatchHandler<string>, IDeadLetters, ILogger
{
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly MeterListener _measured;

    public LoopUnderTest(ConsumerLoopOptions? options = null, Task? joins = null)
    {
        var meters = _services.GetRequiredService<IMeterFactory>();
        _measured = new MeterListener { InstrumentPublished = (instrument, listener) => { if (instrument.Meter.Scope == meters && instrument.Name == "driftline.streaming.lost") listener.EnableMeasurementEvents(instrument); } };
        _measured.SetMeasurementEventCallback<long>((_, records, _, _) => Lost.Add(records));
        _measured.Start();
        Consumer = new ScriptedConsumer(Time, Journal);
        Health = new LoopHealth("loop", Time);
        Loop = new ConsumerLoop<string>(
            ScriptedConsumer.Topic, "g", options ?? new ConsumerLoopOptions(), _ => Consumer.Client, Decode, this, this,
            new StreamingTelemetry(meters), Health, Time, this, joins);
        Consumer.Assignment = Loop.Assignment;
    }

    public FakeTimeProvider Time { get; } = new();

    public List<string> Journal { get; } = [];

    public List<string> Logged { get; } = [];

    public List<(string Record, string Reason)> Dead { get; } = [];

    /// <summary>What was added to the counter of lost records.</summary>
    public List<long> Lost { get; } = [];

    public ScriptedConsumer Consumer { get; }

    public LoopHealth Health { get; }

    public ConsumerLoop<string> Loop { get; }

    public LoopLag Lag => Loop.Lag;

    /// <summary>What the handler does, after the journal has noted the batch.</summary>
    public Func<IReadOnlyList<Received<string>>, CancellationToken, Task<IReadOnlyList<Outcome>>> Handle { get; set; } = (batch, _) => Done(batch);

    public Func<Task> Bury { get; set; } = () => Task.CompletedTask;

    /// <summary>Of the journal, what a reader of offsets would see.</summary>
    public IEnumerable<string> Stored => Journal.Where(entry => entry.StartsWith("store", StringComparison.Ordinal));

    public IEnumerable<string> Handled => Journal.Where(entry => entry.StartsWith("handle", StringComparison.Ordinal));

    public static Task<IReadOnlyList<Outcome>> Done(IReadOnlyList<Received<string>> batch) => Outcomes([.. batch.Select(_ => Outcome.Done)]);

    public static Task<IReadOnlyList<Outcome>> Outcomes(params Outcome[] outcomes) => Task.FromResult<IReadOnlyList<Outcome>>(outcomes);

    /// <summary>Fails the first attempts, then handles everything.</summary>
    public void FailFirst(int attempts, Func<Exception> with) =>
        Handle = (batch, _) => attempts-- > 0 ? throw with() : Done(batch);

    /// <summary>A partition that the group has read up to an offset, with records after it, assigned.</summary>
    public void Assigned(int partition, params string?[] values)
    {
        Consumer.Committed.TryAdd(partition, 0);
        Consumer.Produce(partition, values);
        Consumer.Assign(partition);
    }

    public Task TurnAsync(CancellationToken stopping = default) => Task.Run(() => Loop.Turn(Consumer.Client, stopping), CancellationToken.None);

    private ValueTask<string> Decode(byte[] bytes) => Encoding.UTF8.GetString(bytes) switch
    {
        "poison" => throw new FormatException("not text"),
        "unknown" => Unknown(),
        "away" => throw new HttpRequestException("registry is away"),
        var text => ValueTask.FromResult(text),
    };

    private ValueTask<string> Unknown()
    {
        Time.Advance(TimeSpan.FromSeconds(75));
        throw new FormatException("the registry does not know it");
    }

    Task<IReadOnlyList<Outcome>> IBatchHandler<string>.HandleAsync(IReadOnlyList<Received<string>> batch, CancellationToken stopping)
    {
        Journal.Add($"handle {string.Join(',', batch.Select(record => record.Value ?? "null"))}");
        return Handle(batch, stopping);
    }

    async Task IDeadLetters.SendAsync(ConsumeResult<byte[], byte[]> record, string reason, string kind)
    {
        await Bury();
        Journal.Add($"dead {record.Partition.Value}@{record.Offset.Value}");
        Dead.Add((Encoding.UTF8.GetString(record.Message.Value), reason));
    }

    IDisposable? ILogger.BeginScope<TState>(TState state) => null;

    bool ILogger.IsEnabled(LogLevel logLevel) => true;

    void ILogger.Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Logged.Add($"{eventId.Name}: {formatter(state, exception)}");
}

using System.Net;
using System.Text;
using Confluent.Kafka;
using Driftline.Audit;
using Driftline.Schemas;

namespace Driftline.Local.Chaos;

/// <summary>Does to a running stack what a plan says, and undoes it. Counts only what was really done.</summary>
internal sealed class FaultInjector : IDisposable
{
    private const string OldReaders = """{"type":"record","name":"StorefrontEvent","namespace":"driftline.events","fields":[{"name":"shopper","type":"string"}]}""";

    private readonly Stack _stack;
    private readonly EventLanes _lanes;
    private readonly InputRecorder _recorder;
    private readonly Action<string> _log;
    private readonly TestBroker _brokers;
    private readonly IProducer<string, byte[]> _producer;
    private readonly HttpClient _registry;
    private readonly BrokenModel _brokenModel;
    private readonly EmptiedRedis _emptiedRedis;
    private readonly FakeClocks _clocks;
    private readonly Lock _lock = new();
    private readonly List<Fault> _done = [];

    /// <param name="artifact">The model that is served.</param>
    /// <param name="clocks">By which the services live.</param>
    /// <param name="log">Told about each fault as it begins.</param>
    public FaultInjector(Stack stack, string artifact, FakeClocks clocks, EventLanes lanes, InputRecorder recorder, Action<string> log)
    {
        (_stack, _clocks, _lanes, _recorder, _log) = (stack, clocks, lanes, recorder, log);
        _brokers = stack.Broker ?? throw new InvalidOperationException("chaos needs the embedded brokers: an outside cluster cannot be broken from here.");
        _producer = new ProducerBuilder<string, byte[]>(new ProducerConfig { BootstrapServers = stack.BootstrapServers }).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();
        _registry = new HttpClient { BaseAddress = new Uri(stack.SchemaRegistryUrl) };
        _brokenModel = new BrokenModel(stack, artifact, _producer);
        _emptiedRedis = new EmptiedRedis(stack);
    }

    /// <summary>What was injected, in the order of its end.</summary>
    public IReadOnlyList<Fault> Done
    {
        get { lock (_lock) return [.. _done]; }
    }

    /// <summary>Injects the plan's faults at their times. Returns once all are undone.</summary>
    public async Task RunAsync(IReadOnlyList<Fault> plan, CancellationToken stopping)
    {
        var started = TimeProvider.System.GetTimestamp();
        var running = new List<Task>();
        try
        {
            foreach (var fault in plan)
            {
                var wait = fault.At - TimeProvider.System.GetElapsedTime(started);
                if (wait > TimeSpan.Zero) await Task.Delay(wait, stopping);
                running.Add(InjectAsync(fault, stopping));
            }
        }
        finally
        {
            await Task.WhenAll(running);
        }
    }

    public void Dispose()
    {
        _brokenModel.Dispose();
        _producer.Dispose();
        _registry.Dispose();
    }

    private async Task InjectAsync(Fault fault, CancellationToken stopping)
    {
        var random = new Random(fault.Seed);
        _log($"{fault.At.TotalSeconds,6:F1} s  {FaultNames.Of(fault.Kind)} {fault.Target}{(fault.Lasts > TimeSpan.Zero ? $" for {fault.Lasts.TotalSeconds:F1} s" : "")}");
        var done = fault.Kind switch
        {
            FaultKind.Kill or FaultKind.RedisKill => Send(fault.Target, Signal.Kill),
            FaultKind.Terminate => Send(fault.Target, Signal.Terminate),
            FaultKind.Pause or FaultKind.RedisPause => await PauseAsync(fault.Target, fault.Lasts, stopping),
            FaultKind.RedisEmptied => await _emptiedRedis.InjectAsync(fault.Seed, stopping),
            FaultKind.BrokerDown => await BrokersDownAsync(random.Next(1, ChaosCommand.Brokers + 1), fault.Lasts, stopping),
            FaultKind.ClusterDown => await BrokersDownAsync(TestBroker.AllBrokers, fault.Lasts, stopping),
            FaultKind.BufferFull => await BufferFullAsync(fault.Lasts, stopping),
            FaultKind.LeaderMove => MoveLeaders(fault.Target, random),
            FaultKind.CoordinatorMove => Do(() => _brokers.SetCoordinator(fault.Target, random.Next(1, ChaosCommand.Brokers + 1))),
            FaultKind.RequestErrors => Fail(RequestErrors.All.Single(errors => errors.Name == fault.Target), random),
            FaultKind.RoundTripTime => await SlowAsync(random, fault.Lasts, stopping),
            FaultKind.CorruptRecord => await CorruptAsync(fault.Target, random),
            FaultKind.IncompatibleSchema => await RegisterIncompatibleAsync(stopping),
            FaultKind.BrokenModel => await _brokenModel.DamagedAsync(fault.Seed, fault.Lasts, stopping),
            FaultKind.DiskFull => await _brokenModel.CutOffAsync(fault.Seed, fault.Lasts, stopping),
            FaultKind.RegistryDown => await RegistryDownAsync(fault.Target, fault.Lasts, stopping),
            FaultKind.ClockJump => await JumpAsync(fault.Target, random, fault.Lasts, stopping),
            _ => throw new InvalidOperationException($"{fault.Kind} is no fault that can be injected."),
        };
        if (!done)
        {
            _log($"          {FaultNames.Of(fault.Kind)} {fault.Target} was not injected: its process was not running, or what it needs is not to be had");
            return;
        }

        lock (_lock) _done.Add(fault);
    }

    private static bool Do(Action action)
    {
        action();
        return true;
    }

    private bool Send(string process, int signal) => _stack.RunningProcessIdOf(process) is { } id && Signal.Send(id, signal);

    private async Task<bool> PauseAsync(string process, TimeSpan lasts, CancellationToken stopping)
    {
        if (_stack.RunningProcessIdOf(process) is not { } paused || !Signal.Send(paused, Signal.Stop)) return false;
        await Task.Delay(lasts, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_stack.RunningProcessIdOf(process) == paused) Signal.Send(paused, Signal.Continue); // else it was killed meanwhile, and its id may be another's now
        return true;
    }

    private async Task<bool> BrokersDownAsync(int broker, TimeSpan lasts, CancellationToken stopping)
    {
        _brokers.SetDown(broker);
        await Task.Delay(lasts, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _brokers.SetUp(broker);
        return true;
    }

    private async Task<bool> BufferFullAsync(TimeSpan lasts, CancellationToken stopping)
    {
        _lanes.Large = true;
        try
        {
            return await BrokersDownAsync(TestBroker.AllBrokers, lasts, stopping);
        }
        finally
        {
            _lanes.Large = false;
        }
    }

    private bool MoveLeaders(string topic, Random random)
    {
        for (var partition = 0; partition < ChaosCommand.Partitions; partition++)
        {
            if (random.Next(2) == 0) _brokers.SetLeader(topic, partition, random.Next(1, ChaosCommand.Brokers + 1));
        }

        return true;
    }

    private bool Fail(RequestErrors errors, Random random) => Do(() => _brokers.PushRequestErrors(errors.Request, errors.Draw(random)));

    private async Task<bool> SlowAsync(Random random, TimeSpan lasts, CancellationToken stopping)
    {
        var broker = random.Next(1, ChaosCommand.Brokers + 1);
        _brokers.SetRoundTripTime(broker, TimeSpan.FromMilliseconds(random.Next(50, 1_500)));
        await Task.Delay(lasts, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _brokers.SetRoundTripTime(broker, TimeSpan.Zero);
        return true;
    }

    /// <summary>Bytes without the registry's mark, or with a schema id that the registry does not know.</summary>
    private async Task<bool> CorruptAsync(string topic, Random random)
    {
        var value = new byte[random.Next(6, 60)];
        random.NextBytes(value);
        (value[0], value[1]) = random.Next(2) == 0 ? ((byte)9, value[1]) : ((byte)0, (byte)0x7F);
        _recorder.Corrupt(topic, value);
        // Written while brokers may be away: the client tries for five minutes.
        await _producer.ProduceAsync(topic, new Message<string, byte[]> { Key = "corrupt", Value = value });
        return true;
    }

    private async Task<bool> RegistryDownAsync(string service, TimeSpan lasts, CancellationToken stopping)
    {
        var registry = _stack.Registry ?? throw new InvalidOperationException("chaos needs the embedded registry: an outside one cannot be broken from here.");
        registry.IsDown = true;
        Send(service, Signal.Kill);
        await Task.Delay(lasts, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        registry.IsDown = false;
        return true;
    }

    /// <summary>
    /// By a minute at most: librdkafka waits by the wall clock, so a service whose clock jumps back stands still for as long as it jumped; and clocks that events are
    /// checked against may differ by no more than events may be ahead of them (five minutes).
    /// </summary>
    private async Task<bool> JumpAsync(string service, Random random, TimeSpan lasts, CancellationToken stopping)
    {
        if (!FakeClocks.AreToBeHad) return false;
        var off = TimeSpan.FromSeconds(random.Next(-60, 61)); // whole ones, which is what the clock takes
        if (service == LocalService.Ingestor.Name) _recorder.ClockOff(off);
        _clocks.Set(service, off);
        await Task.Delay(lasts, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _clocks.Set(service, TimeSpan.Zero);
        return true;
    }

    private Task<bool> RegisterIncompatibleAsync(CancellationToken stopping) => Again.UntilDoneAsync(async () =>
    {
        var body = System.Text.Json.JsonSerializer.Serialize(new { schema = OldReaders });
        using var content = new StringContent(body, Encoding.UTF8, "application/vnd.schemaregistry.v1+json");
        using var answer = await _registry.PostAsync(new Uri($"subjects/{Topics.StorefrontEvents.Subject}/versions", UriKind.Relative), content, stopping);
        return answer.StatusCode == HttpStatusCode.Conflict
            ? true
            : throw new InvalidOperationException($"The registry answered {(int)answer.StatusCode} to a schema that readers of the present one could not read; 409 was due.");
    });
}

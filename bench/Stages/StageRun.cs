using Driftline.Bench.EndToEnd;
using Driftline.Local;
using StackExchange.Redis;

namespace Driftline.Bench.Stages;

/// <summary>A broker, a registry and Redis with one service on top. Disposing it stops all of them.</summary>
internal sealed class StageRun : IAsyncDisposable
{
    private readonly ConnectionMultiplexer _redis;
    private readonly CostMeter _meter;
    private readonly LocalService _service;

    private StageRun(Stack stack, ConnectionMultiplexer redis, LocalService service)
    {
        (Stack, _redis, _service) = (stack, redis, service);
        _meter = new CostMeter(stack, redis, Http, [(service.Name, service.Name)]);
    }

    public Stack Stack { get; }

    public HttpClient Http { get; } = new() { Timeout = TimeSpan.FromSeconds(60) };

    public Uri Url => Stack[_service.Name];

    /// <param name="fill">Fills topics before the service starts.</param>
    public static async Task<StageRun> StartAsync(LocalService service, int partitions, Func<Stack, Task> fill, CancellationToken stopping)
    {
        var stack = await Stack.StartAsync(new StackOptions { Partitions = partitions }, Console.Error.WriteLine, stopping);
        await fill(stack);
        var redis = await ConnectionMultiplexer.ConnectAsync(stack.RedisConnectionString + ",allowAdmin=true"); // INFO
        await stack.StartServiceAsync(service, stopping);
        return new StageRun(stack, redis, service);
    }

    public Task<Costs> CostsAsync(CancellationToken stopping) => _meter.ReadAsync(stopping);

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _redis.DisposeAsync();
        await Stack.DisposeAsync();
    }
}

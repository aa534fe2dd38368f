using Driftline.Bench.EndToEnd;
using Driftline.Local;

namespace Driftline.Bench.Stages;

/// <summary>A broker, a registry and Redis with one service on top. Disposing it stops all of them.</summary>
internal sealed class StageRun : IAsyncDisposable
{
    private readonly CostMeter _meter;
    private readonly LocalService _service;

    private StageRun(Stack stack, LocalService service)
    {
        (Stack, _service) = (stack, service);
        _meter = new CostMeter(stack, Http, [(service.Name, service.Name)]);
    }

    public Stack Stack { get; }

    public HttpClient Http { get; } = new() { Timeout = TimeSpan.FromSeconds(60) };

    public Uri Url => Stack[_service.Name];

    /// <param name="fill">Fills topics before the service starts.</param>
    public static async Task<StageRun> StartAsync(LocalService service, int partitions, Func<Stack, Task> fill, CancellationToken stopping)
    {
        var stack = await Stack.StartAsync(new StackOptions { Partitions = partitions }, Console.Error.WriteLine, stopping);
        await fill(stack);
        await stack.StartServiceAsync(service, stopping);
        return new StageRun(stack, service);
    }

    public Task<Costs> CostsAsync(CancellationToken stopping) => _meter.ReadAsync(stopping);

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await Stack.DisposeAsync();
    }
}

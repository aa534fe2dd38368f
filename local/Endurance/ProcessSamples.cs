using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using StackExchange.Redis;

namespace Driftline.Local.Endurance;

/// <summary>What one process holds at a moment.</summary>
/// <param name="ResidentMiB">Of physical memory, managed and native.</param>
/// <param name="ManagedMiB">What the last collection left on the managed heaps; for Redis, what its data take. The rest of the resident memory is native.</param>
/// <param name="Handles">Open file descriptors.</param>
/// <param name="LatencyMs">Of one request that was timed: an event's 202 at the ingestor, recommendations at the recommender; 0 elsewhere.</param>
internal readonly record struct ProcessSample(TimeSpan At, double ResidentMiB, double ManagedMiB, int Handles, int Threads, double LatencyMs);

/// <summary>Samples of every service and of Redis, taken at an interval from Linux' process table, the services' metrics and Redis' own figures.</summary>
internal sealed partial class ProcessSamples : IAsyncDisposable
{
    private const double Page = 4096;
    private readonly Stack _stack;
    private readonly ConnectionMultiplexer _redis;
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(30) };
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _lock = new();
    private readonly Dictionary<string, List<ProcessSample>> _samples = new(StringComparer.Ordinal);
    private readonly Task _run;

    private ProcessSamples(Stack stack, ConnectionMultiplexer redis, TimeSpan interval)
    {
        (_stack, _redis) = (stack, redis);
        _run = RunAsync(interval);
    }

    /// <summary>By process, in the order of time.</summary>
    /// <exception cref="InvalidOperationException">Sampling ended before its time.</exception>
    public IReadOnlyDictionary<string, IReadOnlyList<ProcessSample>> All
    {
        get { lock (_lock) return _run.IsFaulted ? throw new InvalidOperationException("The processes could not be watched to the end.", _run.Exception) : _samples.ToDictionary(one => one.Key, one => (IReadOnlyList<ProcessSample>)[.. one.Value], StringComparer.Ordinal); }
    }

    /// <summary>The most that each process has held of physical memory since it started, in MiB: also between two samples.</summary>
    public IReadOnlyDictionary<string, double> PeaksMiB => LocalService.All.Select(service => (Name: service.Name, Process: _stack.ProcessIdOf(service.Name))).Append((Name: "redis", Process: _stack.RedisProcessId!.Value))
        .ToDictionary(one => one.Name, one => Math.Round(double.Parse(
            File.ReadLines($"/proc/{one.Process}/status").First(line => line.StartsWith("VmHWM:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture) / 1024), StringComparer.Ordinal);

    public static async Task<ProcessSamples> StartAsync(Stack stack, TimeSpan interval) =>
        new(stack, await ConnectionMultiplexer.ConnectAsync(stack.RedisConnectionString + ",allowAdmin=true"), interval); // INFO

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _run.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _redis.DisposeAsync();
        _http.Dispose();
        _stopping.Dispose();
    }

    private async Task RunAsync(TimeSpan interval)
    {
        var started = Stopwatch.GetTimestamp();
        using var ticks = new PeriodicTimer(interval);
        do
        {
            var at = Stopwatch.GetElapsedTime(started);
            foreach (var service in LocalService.All)
                Keep(service.Name, Of(_stack.ProcessIdOf(service.Name), at) with { ManagedMiB = await ManagedAsync(service.Name), LatencyMs = await LatencyAsync(service) });
            var info = (await _redis.GetServer(_redis.GetEndPoints()[0]).InfoAsync("memory")).SelectMany(section => section).ToDictionary(pair => pair.Key, pair => pair.Value, StringComparer.Ordinal);
            Keep("redis", Of(_stack.RedisProcessId!.Value, at) with { ManagedMiB = double.Parse(info.GetValueOrDefault("used_memory", "0"), CultureInfo.InvariantCulture) / (1 << 20) }); // Garnet does not tell
        }
        while (await ticks.WaitForNextTickAsync(_stopping.Token));
    }

    private void Keep(string process, ProcessSample sample)
    {
        lock (_lock)
        {
            if (!_samples.TryGetValue(process, out var all)) _samples.Add(process, all = []);
            all.Add(sample);
        }
    }

    private static ProcessSample Of(int process, TimeSpan at)
    {
        var folder = $"/proc/{process}";
        var resident = double.Parse(File.ReadAllText(Path.Combine(folder, "statm")).Split(' ')[1], CultureInfo.InvariantCulture) * Page / (1 << 20);
        return new ProcessSample(at, resident, 0, Directory.GetFileSystemEntries(Path.Combine(folder, "fd")).Length, Directory.GetDirectories(Path.Combine(folder, "task")).Length, 0);
    }

    private async Task<double> ManagedAsync(string service)
    {
        using var answer = await AskAsync(new HttpRequestMessage(HttpMethod.Get, new Uri(_stack[service], "/metrics")));
        var metrics = answer is null ? "" : await answer.Content.ReadAsStringAsync();
        return Heap().Matches(metrics).Sum(match => double.Parse(match.Groups["value"].Value, CultureInfo.InvariantCulture)) / (1 << 20);
    }

    private async Task<double> LatencyAsync(LocalService service)
    {
        var started = Stopwatch.GetTimestamp();
        if (service == LocalService.Ingestor)
        {
            var now = DateTimeOffset.UtcNow;
            // An impression: Kafka has it too, and it leaves nothing that the audit would ask about.
            var one = new ReplayEvent(Guid.NewGuid().ToString(), now.ToUnixTimeMilliseconds(), new Storefront.ImportEvent("sampled", "any", now, "impression"));
            var content = new ByteArrayContent(ReplayEvent.ToJson([one])) { Headers = { ContentType = new("application/json") } };
            using var answer = await AskAsync(new HttpRequestMessage(HttpMethod.Post, new Uri(_stack[service.Name], "/v1/events")) { Content = content });
        }
        else if (service == LocalService.Recommender)
        {
            using var answer = await AskAsync(new HttpRequestMessage(HttpMethod.Get, new Uri(_stack[service.Name], "/v1/users/sampled/recommendations")));
        }
        else
        {
            return 0;
        }

        return Stopwatch.GetElapsedTime(started).TotalMilliseconds;
    }

    /// <returns>Null where a busy service gave none in time: a sample too.</returns>
    private async Task<HttpResponseMessage?> AskAsync(HttpRequestMessage request)
    {
        using (request)
        {
            try
            {
                return await _http.SendAsync(request, _stopping.Token);
            }
            catch (Exception e) when (e is HttpRequestException or TaskCanceledException && !_stopping.IsCancellationRequested)
            {
                return null;
            }
        }
    }

    [GeneratedRegex("""^dotnet_gc_last_collection_heap_size_bytes(\{[^}]*\})? (?<value>[0-9.eE+]+)""", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Heap();
}

using System.Net;

namespace Driftline.Local;

/// <summary>Keeps a service running: starts it again, ever more slowly, each time it ends by itself, and reports that.</summary>
public sealed class Supervisor : IAsyncDisposable
{
    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(10);

    // A service that ran for so long is taken to be sound: the next wait is the first again.
    private static readonly TimeSpan Sound = TimeSpan.FromSeconds(30);

    private readonly ProcessSpec _spec;
    private readonly Action<string> _report;
    private readonly TimeProvider _time;
    private readonly ServiceLog _log;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _run;
    private volatile ChildProcess _child;
    private int _restarts;
    private TimeSpan _grace = ChildProcess.Grace;

    private Supervisor(ProcessSpec spec, string runFolder, Action<string> report, TimeProvider time)
    {
        (_spec, _report, _time) = (spec, report, time);
        _log = new ServiceLog(runFolder, spec.Name);
        _child = ChildProcess.Start(spec, _log);
        _run = RunAsync();
    }

    public string Name => _spec.Name;

    /// <summary>The process id of the present run, or of the last one while none is under way.</summary>
    public int ProcessId => _child.Id;

    /// <summary>Whether a run is under way: between two runs the process id may already be another program's.</summary>
    public bool IsRunning => !_child.Exited.IsCompleted;

    /// <summary>How often the service was started again.</summary>
    public int Restarts => Volatile.Read(ref _restarts);

    /// <summary>The service's output.</summary>
    public ServiceLog Log => _log;

    /// <summary>Starts the service.</summary>
    /// <param name="spec">What to run.</param>
    /// <param name="runFolder">Where its log goes.</param>
    /// <param name="report">Told, on any thread, each time the service ends by itself.</param>
    /// <param name="time">The clock of the waits between restarts.</param>
    public static Supervisor Start(ProcessSpec spec, string runFolder, Action<string> report, TimeProvider? time = null) =>
        new(spec, runFolder, report, time ?? TimeProvider.System);

    /// <summary>Polls an address, such as <c>/health/ready</c>, until it answers 200.</summary>
    /// <exception cref="TimeoutException">It did not in that time; the message holds the service's last lines.</exception>
    public async Task WaitUntilHealthyAsync(Uri url, TimeSpan timeout, CancellationToken cancellation = default)
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(2) };
        var start = _time.GetTimestamp();
        var last = "";
        while (_time.GetElapsedTime(start) < timeout)
        {
            try
            {
                using var answer = await http.GetAsync(url, cancellation);
                if (answer.StatusCode == HttpStatusCode.OK) return;
                last = $"{(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync(cancellation)}";
            }
            catch (Exception e) when (e is HttpRequestException or TaskCanceledException && !cancellation.IsCancellationRequested)
            {
                last = e.Message;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100), _time, cancellation);
        }

        throw new TimeoutException(
            $"{Name} was not ready at {url} within {timeout.TotalSeconds:0} s, after {Restarts} restarts; the last answer was: {last}\n" +
            $"Its last lines (all of them: {_log.Path}):\n{_log.LastLines}");
    }

    /// <summary>Stops the service for good. Returns once its process is gone.</summary>
    public async Task StopAsync(TimeSpan? grace = null)
    {
        _grace = grace ?? _grace;
        if (!_run.IsCompleted) await _stopping.CancelAsync();
        await _run;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stopping.Dispose();
        _log.Dispose();
    }

    private async Task RunAsync()
    {
        var wait = FirstWait;
        while (true)
        {
            var start = _time.GetTimestamp();
            var stop = Task.Delay(Timeout.InfiniteTimeSpan, _stopping.Token);
            await Task.WhenAny(_child.Exited, stop);
            if (_stopping.IsCancellationRequested) break;

            var lived = _time.GetElapsedTime(start);
            if (lived >= Sound) wait = FirstWait;
            _report($"{Name} ended with exit code {await _child.Exited} after {lived.TotalSeconds:0.0} s; starting it again in {wait.TotalSeconds:0.##} s. " +
                $"Its last lines (all of them: {_log.Path}):\n{_log.LastLines}");
            await Task.WhenAny(Task.Delay(wait, _time, _stopping.Token), stop);
            if (_stopping.IsCancellationRequested) break;

            wait = wait * 2 < LongestWait ? wait * 2 : LongestWait;
            await _child.DisposeAsync();
            _child = ChildProcess.Start(_spec, _log);
            Interlocked.Increment(ref _restarts);
        }

        await _child.StopAsync(_grace);
        await _child.DisposeAsync();
    }
}

namespace Driftline.Streaming;

/// <summary>
/// Gives the thread pool one thread more for as long as a loop lives, which sits in the client's blocking poll on one of them nearly all the time. Without it a process
/// of few cores and several loops has none to spare: the pool adds threads one by one, twice a second, takes idle ones away again, and all requests wait meanwhile.
/// </summary>
internal sealed class HeldPoolThread : IDisposable
{
    private static readonly Lock Changing = new();

    public HeldPoolThread() => Change(1);

    public void Dispose() => Change(-1);

    private static void Change(int by)
    {
        lock (Changing)
        {
            ThreadPool.GetMinThreads(out var workers, out var completionPorts);
            ThreadPool.SetMinThreads(workers + by, completionPorts);
        }
    }
}

namespace Driftline.Predictor;

/// <summary>Tells <see cref="FollowReleases"/> that a release or the catalogue has changed. Any number of raises make one wake-up.</summary>
public sealed class WorkSignal : IDisposable
{
    private readonly SemaphoreSlim _raised = new(0, 1);

    public void Raise()
    {
        try
        {
            _raised.Release();
        }
        catch (SemaphoreFullException) { } // already raised
    }

    public Task WaitAsync(CancellationToken stopping) => _raised.WaitAsync(stopping);

    public void Dispose() => _raised.Dispose();
}

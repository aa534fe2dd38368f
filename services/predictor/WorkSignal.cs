using System.Threading.Channels;

namespace Driftline.Predictor;

/// <summary>Tells <see cref="FollowReleases"/> that a release or the catalogue has changed. Any number of raises make one wake-up.</summary>
public sealed class WorkSignal
{
    private readonly Channel<bool> _raised = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    public void Raise() => _raised.Writer.TryWrite(true);

    public Task WaitAsync(CancellationToken stopping) => _raised.Reader.ReadAsync(stopping).AsTask();
}

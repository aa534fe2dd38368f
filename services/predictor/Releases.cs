using driftline.events;
using Driftline.Streaming;
using Microsoft.Extensions.Options;

namespace Driftline.Predictor;

/// <summary>The newest release of the followed model, from <c>model.releases</c>.</summary>
public sealed class Releases(IOptions<PredictorOptions> options, WorkSignal signal) : ITable<ModelReleased>
{
    private volatile ModelReleased? _newest;

    public ModelReleased? Newest => _newest;

    public void Apply(Received<ModelReleased> record)
    {
        if (record.Key != options.Value.ModelName) return;
        _newest = record.Value;
        signal.Raise();
    }
}

using Driftline.InterestModel;
using Driftline.Sequences;
using TorchSharp;
using static TorchSharp.torch;

namespace Driftline.Bench.Predictor;

/// <summary>The network alone over one event of each user, from tensors that lie on the device to tensors that lie there; and the way there and back.</summary>
internal sealed class BarePass : IDisposable
{
    private readonly ModelArtifact _model;
    private readonly Device _device;
    private readonly Tensor _table;

    private BarePass(ModelArtifact model, Device device)
    {
        (_model, _device) = (model, device);
        model.Network.eval();
        model.Network.to(device);
        using var noGrad = no_grad();
        _table = model.Network.ItemTable();
    }

    public static BarePass Load(string artifact, string device) => new(ModelArtifact.Load(artifact), Devices.Resolve(device));

    /// <summary>Multiplications and additions of the matrix products for one event: every two-dimensional weight once.</summary>
    public double MegaFlops => 2e-6 * _model.Network.named_parameters()
        .Where(parameter => parameter.parameter.shape.Length == 2 && parameter.name.Contains("weight", StringComparison.Ordinal) && !Looked(parameter.name))
        .Sum(parameter => parameter.parameter.numel());

    public IEnumerable<(string What, Action Work)> Steps(int users)
    {
        var categories = _model.Manifest.Categories.Count;
        EncodedEvent[][] events = [.. Enumerable.Range(0, users).Select(user => new EncodedEvent[] { new(ItemRows.First + (user % _model.Items.Count), SequenceEventType.Click, user * 1_000L) })];
        var batch = new Featuriser(_model.Manifest.Features).Build([.. events.Select(one => new ArraySegment<EncodedEvent>(one))]);
        var (shares, interests, state) = (new float[users * categories], new float[users * _model.Network.HalfLives.Count * categories], new float[users * _model.Network.StateSize]);
        yield return ("input to the device", () =>
        {
            using var scope = NewDisposeScope();
            Upload();
            Finish();
        }
        );
        using var held = NewDisposeScope();
        var input = Upload();
        var output = Pass(input);
        yield return ("bare pass", () =>
        {
            using var inference = inference_mode();
            using var scope = NewDisposeScope();
            Pass(input);
            Finish();
        }
        );
        yield return ("output from the device", () =>
        {
            using var scope = NewDisposeScope();
            foreach (var one in output) one.cpu().contiguous();
        }
        );

        (FeatureTensors Features, Tensor Shares, Tensor Interests, Tensor State) Upload() => (
            FeatureTensors.Of(batch, _device), tensor(shares, [users, 1, categories], device: _device),
            tensor(interests, [users, _model.Network.HalfLives.Count, categories], device: _device), tensor(state, [users, _model.Network.StateSize], device: _device));
    }

    public void Dispose()
    {
        _table.Dispose();
        _model.Dispose();
    }

    private Tensor[] Pass((FeatureTensors Features, Tensor Shares, Tensor Interests, Tensor State) input)
    {
        using var inference = inference_mode();
        var (newest, state) = _model.Network.Advance(input.Features, _table, input.Shares, input.State);
        var vectors = _model.Network.UserVectors(newest);
        return [vectors, vectors.mm(_table.narrow(0, ItemRows.First, _model.Items.Count).t()), _model.Network.NextInterest(newest, input.Interests).exp(), state];
    }

    // Work on a CUDA device is queued: a time without this would be that of the queueing.
    private void Finish()
    {
        if (_device.type == DeviceType.CUDA) cuda.synchronize(_device);
    }

    // Tables are looked up in and not multiplied by; the adaptor's product is made once for the item table.
    private static bool Looked(string name) => name.StartsWith("_itemId", StringComparison.Ordinal) || name.StartsWith("_type", StringComparison.Ordinal)
        || name.StartsWith("_gap", StringComparison.Ordinal) || name.StartsWith("_week", StringComparison.Ordinal) || name.StartsWith("_hour", StringComparison.Ordinal)
        || name.StartsWith("_adaptor", StringComparison.Ordinal) || name.StartsWith("_attributes", StringComparison.Ordinal);
}

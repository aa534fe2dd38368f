using Driftline.InterestModel;
using static TorchSharp.torch;

namespace Driftline.Training;

/// <summary>The network as a ranker and forecaster. Puts it into evaluation mode; its item table is made once, here.</summary>
public sealed class NetworkRanker : IItemRanker, ICategoryForecaster, IDisposable
{
    private readonly InterestNetwork _network;
    private readonly Featuriser _featuriser;
    private readonly Device _device;
    private readonly Tensor _table, _items;
    private readonly Blend _blend;

    /// <param name="name">Name in tables.</param>
    /// <param name="network">On <paramref name="device"/>; stays the caller's.</param>
    /// <param name="featuriser">With the model's settings.</param>
    /// <param name="later">Centred text vectors, [N, T], of items that the network was not trained with: they are ranked after its own items, by text alone, and may not be in a history.</param>
    public NetworkRanker(string name, InterestNetwork network, Featuriser featuriser, Device device, Tensor? later = null)
    {
        (Name, _network, _featuriser, _device) = (name, network, featuriser, device);
        network.eval();
        _blend = network.Associations.Read();
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        _table = network.ItemTable();
        var items = _table.narrow(0, ItemRows.First, _table.shape[0] - ItemRows.First);
        if (later is not null) items = cat([items, network.TextPart(later.to(device))]);
        _items = items.t();                                                                                           // [D, V], or [D, V + N]
        scope.Detach(_table, _items);
    }

    public string Name { get; }

    public void Score(IReadOnlyList<EvaluationCase> cases, Span<float> scores)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var logits = _network.UserVectors(States(cases)).mm(_items).cpu().contiguous().data<float>().ToArray();
        logits.CopyTo(scores);
        var boosts = new Dictionary<int, float>();
        var items = logits.Length / cases.Count;
        for (var i = 0; i < cases.Count; i++)
        {
            _blend.Boosts(BlendFit.NewestFirst(cases[i]), logits.AsSpan(i * items, items), boosts);
            foreach (var (item, boost) in boosts) scores[i * items + item] += boost;
        }
    }

    public void Forecast(IReadOnlyList<EvaluationCase> cases, Span<float> shares)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        nn.functional.softmax(_network.NextInterest(States(cases)), -1).cpu().contiguous().data<float>().CopyTo(shares);
    }

    public void Dispose()
    {
        _items.Dispose();
        _table.Dispose();
    }

    // The state after each case's last known event, [B, H].
    private Tensor States(IReadOnlyList<EvaluationCase> cases)
    {
        var batch = _featuriser.Build([.. cases.Select(c => c.Before)], [.. cases.Select(c => c.User.Attributes)]);
        var last = tensor(batch.Lengths.Select((n, user) => (long)user * batch.Length + n - 1).ToArray(), device: _device);
        return _network.Encode(FeatureTensors.Of(batch, _device), _table, _network.CategoryOfRow).flatten(0, 1).index_select(0, last);
    }
}

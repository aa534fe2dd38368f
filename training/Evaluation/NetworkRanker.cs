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
    private readonly ItemValues _boosts;

    /// <param name="name">Name in tables.</param>
    /// <param name="network">On <paramref name="device"/>; stays the caller's.</param>
    /// <param name="featuriser">With the model's settings.</param>
    /// <param name="later">Centred text vectors, [N, T], of items that the network was not trained with: their scores come after those of its own items, see <see cref="Newcomers"/>; they may not be in a history.</param>
    public NetworkRanker(string name, InterestNetwork network, Featuriser featuriser, Device device, Tensor? later = null)
    {
        (Name, _network, _featuriser, _device) = (name, network, featuriser, device);
        network.eval();
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        _table = network.ItemTable();
        var items = _table.narrow(0, ItemRows.First, _table.shape[0] - ItemRows.First);
        Newcomers? newcomers = null;
        if (later is not null)
        {
            var vectors = network.TextPart(later.to(device));
            newcomers = new Newcomers(Rows(items), network.Met());
            foreach (var vector in Rows(vectors)) newcomers.Set(newcomers.End, vector);
            items = cat([items, vectors]);
        }

        _blend = network.Associations.Read(newcomers);
        _boosts = new ItemValues((int)items.shape[0]);
        _items = items.t();                                                                                           // [D, V], or [D, V + N]
        scope.Detach(_table, _items);
    }

    public string Name { get; }

    public void Score(IReadOnlyList<EvaluationCase> cases, Span<float> scores) => EachPass(cases, scores, ScorePass);

    public void Forecast(IReadOnlyList<EvaluationCase> cases, Span<float> shares) => EachPass(cases, shares, ForecastPass);

    public void Dispose()
    {
        _items.Dispose();
        _table.Dispose();
    }

    private static float[][] Rows(Tensor matrix) => [.. matrix.cpu().contiguous().data<float>().ToArray().Chunk((int)matrix.shape[1])];

    private delegate void Pass(EvaluationCase[] cases, Span<float> rows);

    private void EachPass(IReadOnlyList<EvaluationCase> cases, Span<float> rows, Pass write)
    {
        var width = rows.Length / Math.Max(1, cases.Count);
        foreach (var pass in cases.Chunk(_featuriser.UsersPerPass([.. cases.Select(c => c.Before)])))
        {
            write(pass, rows[..(pass.Length * width)]);
            rows = rows[(pass.Length * width)..];
        }
    }

    private void ScorePass(EvaluationCase[] cases, Span<float> scores)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var logits = _network.UserVectors(States(cases).States).mm(_items).cpu().contiguous().data<float>().ToArray();
        logits.CopyTo(scores);
        var all = logits.Length / cases.Length;
        for (var i = 0; i < cases.Length; i++)
        {
            _blend.Boosts(
                Blend.NewestFirst(cases[i].Before, _network.Items, _featuriser.Settings.SequenceLength), logits.AsSpan(i * all, all), _boosts);
            foreach (var item in _boosts.Items) scores[i * all + item] += _boosts[item];
        }
    }

    private void ForecastPass(EvaluationCase[] cases, Span<float> shares)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var (states, batch, last) = States(cases);
        _network.NextInterest(states, batch, last, _network.CategoryOfRow).exp().cpu().contiguous().data<float>().CopyTo(shares);
    }

    // The state after each case's last known event, [B, H], what it was made from, and where it was, [B].
    private (Tensor States, FeatureTensors Batch, Tensor Last) States(IReadOnlyList<EvaluationCase> cases)
    {
        var batch = _featuriser.Build([.. cases.Select(c => c.Before)], [.. cases.Select(c => c.User.Attributes)]);
        var last = tensor(batch.Lengths.Select((n, user) => (long)user * batch.Length + n - 1).ToArray(), device: _device);
        var features = FeatureTensors.Of(batch, _device);
        return (_network.Encode(features, _table, _network.CategoryOfRow).flatten(0, 1).index_select(0, last), features, last);
    }
}

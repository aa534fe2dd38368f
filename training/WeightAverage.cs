using static TorchSharp.torch;

namespace Driftline.Training;

/// <summary>
/// An exponential average of the weights over the steps (Polyak and Juditsky 1992, doi:10.1137/0330046): it stands where the steps wander about, as if
/// the learning rate had fallen, and an epoch's validation depends less on where the last step happened to end.
/// </summary>
/// <param name="weights">The weights at work, by name; they are not owned.</param>
internal sealed class WeightAverage(IReadOnlyDictionary<string, Tensor> weights) : IDisposable
{
    /// <summary>The average, by name, in shapes and device of the weights; their beginning until a step is taken in.</summary>
    public IReadOnlyDictionary<string, Tensor> Values { get; } = weights.ToDictionary(p => p.Key, p => p.Value.detach().clone());

    /// <summary>Takes a step's weights in.</summary>
    /// <param name="step">Steps taken before. The first, which are far off, are soon forgotten: a step's part is 9 / (10 + step) where that is more.</param>
    /// <param name="span">Steps that the average spans, about; at 1 or less it is the newest step's weights.</param>
    public void Add(int step, double span)
    {
        using var noGrad = no_grad();
        var part = Math.Max(1 / Math.Max(1, span), 9.0 / (10 + step));
        foreach (var (name, value) in weights) Values[name].lerp_(value, part);
    }

    /// <summary>Puts the average to work, and keeps the steps' weights in its place; once more undoes it.</summary>
    public void Exchange()
    {
        using var noGrad = no_grad();
        foreach (var (name, value) in weights)
        {
            using var kept = value.detach().clone();
            value.copy_(Values[name]);
            Values[name].copy_(kept);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var tensor in Values.Values) tensor.Dispose();
    }
}

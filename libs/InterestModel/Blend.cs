using System.Numerics.Tensors;

namespace Driftline.InterestModel;

/// <summary>
/// A mixture of distributions over the next item, as language models mix a network with a memory (kNN-LM: Khandelwal et al. 2020,
/// arXiv:1911.00172): p(i) = r_i [ w_0 softmax(logits)_i + sum_k w_k q_k(i) ], where q_k(i) is what the user's events lead to in table k, an
/// event counting decay_k^age (age in events from the newest, 0), and r_i the repeat factor if the user had item i, else 1.
/// <para>
/// It is told as boosts: what must be added to an item's logit so that the logits order items as p does. All but the linked and the repeated
/// items have a boost of 0, so that a service needs the inner product and a short list to rank the whole catalogue exactly.
/// </para>
/// </summary>
/// <param name="tables">In the order of <see cref="Associations.Tables"/>.</param>
public sealed class Blend(IReadOnlyList<LinkTable> tables, BlendSettings settings)
{
    // An event that counts less than this is left out.
    private const float LeastWeight = 0.01f;

    /// <summary>The settings in force.</summary>
    public BlendSettings Settings { get; } = settings;

    /// <summary>The same tables under other settings.</summary>
    public Blend With(BlendSettings other) => new(tables, other);

    /// <summary>The boosts of the items that have one.</summary>
    /// <param name="newestFirst">Index of each event's item, newest event first; below 0 for an item that the model does not know.</param>
    /// <param name="logits">The network's score of each item, [V] or more.</param>
    /// <param name="boosts">Cleared, then filled with item index and boost.</param>
    public void Boosts(ReadOnlySpan<int> newestFirst, ReadOnlySpan<float> logits, Dictionary<int, float> boosts)
    {
        boosts.Clear();
        for (var part = 0; part < Settings.Weights.Length; part++)
        {
            if (Settings.Weights[part] > 0) Add(part, newestFirst, boosts);
        }

        var network = 1 - Settings.Weights.Sum();
        if (boosts.Count > 0)
        {
            // log(1 + q / (w_0 p)), with p = exp(logit - log Z).
            var max = TensorPrimitives.Max(logits);
            double sum = 0;
            foreach (var logit in logits) sum += MathF.Exp(logit - max);
            var logZ = max + Math.Log(sum);
            foreach (var (item, mass) in boosts)
                boosts[item] = (float)Softplus(Math.Log(mass) - Math.Log(network) - (logits[item] - logZ));
        }

        if (Settings.Repeat == 1) return;
        var repeat = MathF.Log(Settings.Repeat);
        var done = new HashSet<int>();
        foreach (var item in newestFirst)
        {
            if (item >= 0 && done.Add(item)) boosts[item] = boosts.GetValueOrDefault(item) + repeat;
        }
    }

    // Adds weight times q of one kind of evidence.
    private void Add(int part, ReadOnlySpan<int> newestFirst, Dictionary<int, float> mass)
    {
        float total = 0, weight = 1;
        var counted = 0;
        for (; counted < newestFirst.Length && weight >= LeastWeight; counted++, weight *= Settings.Decays[part]) total += weight;
        weight = Settings.Weights[part] / Math.Max(total, float.Epsilon);
        for (var i = 0; i < counted; i++, weight *= Settings.Decays[part])
        {
            var item = newestFirst[i];
            if (item < 0) continue;
            if (part == tables.Count)
            {
                mass[item] = mass.GetValueOrDefault(item) + weight;
                continue;
            }

            var table = tables[part];
            for (var at = item * table.Links; at < (item + 1) * table.Links && table.Shares[at] > 0; at++)
                mass[table.Items[at]] = mass.GetValueOrDefault(table.Items[at]) + weight * table.Shares[at];
        }
    }

    private static double Softplus(double x) => x > 30 ? x : Math.Log(1 + Math.Exp(x));
}

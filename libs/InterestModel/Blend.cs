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
/// <param name="newcomers">Items that came after training; null where there are none.</param>
public sealed class Blend(IReadOnlyList<LinkTable> tables, BlendSettings settings, Newcomers? newcomers = null)
{
    // An event that counts less than this is left out.
    private const float LeastWeight = 0.01f;

    /// <summary>The settings in force.</summary>
    public BlendSettings Settings { get; } = settings;

    /// <summary>The indexes of the items of a user's newest events, newest first; -1 for an item that is not among those known.</summary>
    /// <param name="events">Oldest first.</param>
    /// <param name="items">Items that are known: V, or with newcomers <see cref="Newcomers.End"/>.</param>
    /// <param name="most">Events that are read, as many as the network reads.</param>
    public static int[] NewestFirst(ArraySegment<EncodedEvent> events, int items, int most)
    {
        var newestFirst = new int[Math.Min(events.Count, most)];
        for (var i = 0; i < newestFirst.Length; i++)
            newestFirst[i] = events[^(i + 1)].Item - ItemRows.First is var item && item >= 0 && item < items ? item : -1;
        return newestFirst;
    }

    /// <summary>The boosts of the items that have one.</summary>
    /// <param name="newestFirst">Index of each event's item, newest event first; below 0 for an item that the model does not know.</param>
    /// <param name="logits">The network's score of each item, [V]; with those of all newcomers after them where these have boosts too.</param>
    /// <param name="boosts">Cleared, then filled.</param>
    public void Boosts(ReadOnlySpan<int> newestFirst, ReadOnlySpan<float> logits, ItemValues boosts)
    {
        Recall(newestFirst, boosts);
        for (var item = Items; item < logits.Length; item++)
        {
            if (Newcomers!.Recalled(item, boosts) is > 0 and var recalled) boosts.Add(item, recalled);
        }

        if (boosts.Items.Length > 0)
        {
            var (network, logZ) = (Math.Log(NetworkWeight), LogSum(logits[..Items]));
            foreach (var item in boosts.Items) boosts.Set(item, (float)Boost(boosts[item], network, logits[item] - logZ));
        }

        if (Settings.Repeat == 1) return;
        var repeat = MathF.Log(Settings.Repeat);
        foreach (var item in new HashSet<int>(newestFirst.ToArray()))
        {
            if (item >= 0 && item < logits.Length) boosts.Add(item, repeat);
        }
    }

    /// <summary>V.</summary>
    internal int Items { get; } = tables[0].Items.Length / tables[0].Links;

    internal Newcomers? Newcomers { get; } = newcomers;

    /// <summary>w_0.</summary>
    internal float NetworkWeight { get; } = 1 - settings.Weights.Sum();

    /// <summary>The sum of w_k q_k over all kinds of evidence.</summary>
    /// <param name="newestFirst">As for <see cref="Boosts"/>.</param>
    /// <param name="recalled">Cleared, then filled.</param>
    internal void Recall(ReadOnlySpan<int> newestFirst, ItemValues recalled)
    {
        recalled.Clear();
        for (var part = 0; part < Settings.Weights.Length; part++)
        {
            if (Settings.Weights[part] > 0) Add(part, Settings.Weights[part], Settings.Decays[part], newestFirst, recalled);
        }
    }

    /// <summary>log(1 + q / (w_0 p)): what recalled evidence adds to an item's logit.</summary>
    /// <param name="recalled">q, above 0.</param>
    /// <param name="network">log w_0.</param>
    /// <param name="probability">log p, by the network.</param>
    internal static double Boost(double recalled, double network, double probability) => Softplus(Math.Log(recalled) - network - probability);

    /// <summary>q_k: what a user's events lead to by one kind of evidence.</summary>
    /// <param name="part">k: a table's index, or the number of tables for the user's own history.</param>
    /// <param name="decay">What an event counts beside the event after it.</param>
    /// <param name="newestFirst">As for <see cref="Boosts"/>.</param>
    /// <param name="recalled">Cleared, then filled.</param>
    public void Recall(int part, float decay, ReadOnlySpan<int> newestFirst, ItemValues recalled)
    {
        recalled.Clear();
        Add(part, 1, decay, newestFirst, recalled);
    }

    /// <summary>log of the sum of exp of the values, without overflow.</summary>
    internal static double LogSum(ReadOnlySpan<float> logits)
    {
        var max = TensorPrimitives.Max(logits);
        Span<float> some = stackalloc float[512];
        double sum = 0;
        for (var start = 0; start < logits.Length; start += some.Length)
        {
            var part = some[..Math.Min(some.Length, logits.Length - start)];
            TensorPrimitives.Subtract(logits.Slice(start, part.Length), max, part);
            TensorPrimitives.Exp(part, part);
            sum += TensorPrimitives.Sum(part);
        }

        return max + Math.Log(sum);
    }

    private void Add(int part, float weight, float decay, ReadOnlySpan<int> newestFirst, ItemValues mass)
    {
        float total = 0, share = 1;
        var counted = 0;
        for (; counted < newestFirst.Length && share >= LeastWeight; counted++, share *= decay) total += share;
        share = weight / Math.Max(total, float.Epsilon);
        Span<float> shares = counted <= 256 ? stackalloc float[counted] : new float[counted];
        shares.Clear();
        for (var i = 0; i < counted; i++, share *= decay)
        {
            var first = newestFirst.IndexOf(newestFirst[i]); // what a shopper did several times is looked up once
            shares[first] += share;
        }

        for (var i = 0; i < counted; i++)
        {
            if (newestFirst[i] < 0 || newestFirst[i] >= Items || shares[i] == 0) continue; // no table links from a newcomer
            if (part == tables.Count) mass.Add(newestFirst[i], shares[i]);
            else Add(tables[part], newestFirst[i], shares[i], mass);
        }
    }

    private static void Add(LinkTable table, int item, float share, ItemValues mass)
    {
        var items = table.Items.AsSpan(item * table.Links, table.Links);
        var shares = table.Shares.AsSpan(item * table.Links, table.Links);
        for (var at = 0; at < items.Length && shares[at] > 0; at++) mass.Add(items[at], share * shares[at]);
    }

    private static double Softplus(double x) => x > 30 ? x : Math.Log(1 + Math.Exp(x));
}

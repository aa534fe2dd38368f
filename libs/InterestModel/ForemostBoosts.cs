using System.Numerics.Tensors;
using System.Runtime.CompilerServices;

namespace Driftline.InterestModel;

/// <summary>
/// The <see cref="Blend"/>'s boosts that are worth telling: of the items that come highest with theirs, and of all that are lowered. What the user had has places of its
/// own: who buys much has had all that comes highest, and a shop that does not offer it again would be left with nothing else. They are chosen by
/// the mixture's probabilities, which need no logarithm; of the newcomers, those for which one of the foremost stands in, and those that the user had. Keeps its scratch memory: for one thread at a time.
/// </summary>
/// <param name="items">V.</param>
/// <param name="most">Raised items at most that the user had, and as many that they had not.</param>
internal sealed class ForemostBoosts(Blend blend, int items, int most)
{
    /// <summary>In a factor's place: an item that the user had, and that is not ranked yet. With it no mixture is above the network's share.</summary>
    private const float Had = -1;

    private readonly ItemValues _recalled = new(items);
    private readonly float[] _probabilities = new float[items];
    private readonly float[] _factors = [.. Enumerable.Repeat(1f, items)];
    private readonly PriorityQueue<int, float> _raised = new(), _raisedAgain = new(); // the least first; again: what the user had
    private readonly List<(float Mixture, int Item)> _highest = [];
    private readonly Dictionary<int, (float Factor, float Recalled, float Logit)> _newcomers = []; // those looked at
    private readonly List<(int Item, float Boost)> _boosts = [];

    /// <summary>Raised items by falling score, then the lowered.</summary>
    /// <param name="newestFirst">As for <see cref="Blend.Boosts"/>.</param>
    /// <param name="logits">The network's score of each item, [V].</param>
    /// <param name="user">The user vector, [D].</param>
    /// <returns>Changes with the next call.</returns>
    public IReadOnlyList<(int Item, float Boost)> Of(ReadOnlySpan<int> newestFirst, ReadOnlySpan<float> logits, ReadOnlySpan<float> user)
    {
        _boosts.Clear();
        _newcomers.Clear();
        blend.Recall(newestFirst, _recalled);
        var recalled = _recalled.Items;
        if (recalled.Length == 0 && blend.Settings.Repeat == 1) return _boosts;
        var logZ = Blend.LogSum(logits);
        var probabilities = _probabilities.AsSpan(0, recalled.Length);
        for (var i = 0; i < recalled.Length; i++) probabilities[i] = (float)(logits[recalled[i]] - logZ);
        TensorPrimitives.Exp(probabilities, probabilities);
        MarkHad(newestFirst); // passed over at first
        var (least, leastAgain) = (float.NegativeInfinity, float.NegativeInfinity);
        for (var i = 0; i < recalled.Length; i++) Rank(_raised, recalled[i], probabilities[i], _recalled[recalled[i]], _factors[recalled[i]], ref least);
        foreach (var item in newestFirst)
        {
            if (item < 0 || item >= items || _factors[item] != Had) continue;
            _factors[item] = blend.Settings.Repeat;
            Rank(_raisedAgain, item, (float)Math.Exp(logits[item] - logZ), _recalled[item], blend.Settings.Repeat, ref leastAgain);
        }

        var network = Math.Log(blend.NetworkWeight);
        if (blend.Newcomers is { Any: true } newcomers) RankNewcomers(newcomers, newestFirst, user, logZ, ref least, ref leastAgain);
        _highest.Clear();
        while (_raised.TryDequeue(out var item, out var mixture)) _highest.Add((mixture, item));
        while (_raisedAgain.TryDequeue(out var item, out var mixture)) _highest.Add((mixture, item));
        _highest.Sort(static (a, b) => b.Mixture.CompareTo(a.Mixture));
        foreach (var (_, item) in _highest) _boosts.Add((item, item < items ? BoostOf(item, logits[item]) : BoostOfNewcomer(_newcomers[item])));
        foreach (var item in newestFirst)
        {
            if (item < 0 || item >= items || _factors[item] == 1) continue;
            var boost = BoostOf(item, logits[item]);
            if (boost < 0) _boosts.Add((item, boost));
            _factors[item] = 1;
        }

        foreach (var (item, newcomer) in _newcomers)
        {
            if (newcomer.Factor < 1 && BoostOfNewcomer(newcomer) is < 0 and var boost) _boosts.Add((item, boost));
        }

        return _boosts;

        float BoostOf(int item, float logit) => Boost(_factors[item], _recalled[item], logit);

        float BoostOfNewcomer((float Factor, float Recalled, float Logit) newcomer) => Boost(newcomer.Factor, newcomer.Recalled, newcomer.Logit);

        float Boost(float factor, float recalled, float logit) => (float)(Math.Log(factor) + (recalled > 0 ? Blend.Boost(recalled, network, logit - logZ) : 0));
    }

    private void MarkHad(ReadOnlySpan<int> newestFirst)
    {
        foreach (var item in newestFirst)
        {
            if (item >= 0 && item < items) _factors[item] = Had;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)] // thousands of times a user
    private void Rank(PriorityQueue<int, float> raised, int item, float probability, float recalled, float factor, ref float least)
    {
        var network = blend.NetworkWeight * probability;
        var mixture = (network + recalled) * factor;
        if (mixture <= least || mixture <= network) return; // not among the foremost, or lowered
        if (raised.Count < most) raised.Enqueue(item, mixture);
        else raised.DequeueEnqueue(item, mixture);
        if (raised.Count == most && raised.TryPeek(out _, out var lowest)) least = lowest;
    }

    // Those for which one of the foremost stands in, and those that the user had.
    private void RankNewcomers(Newcomers newcomers, ReadOnlySpan<int> newestFirst, ReadOnlySpan<float> user, double logZ, ref float least, ref float leastAgain)
    {
        foreach (var (standIn, _) in (ReadOnlySpan<(int, float)>)[.. _raised.UnorderedItems, .. _raisedAgain.UnorderedItems])
        {
            foreach (var (item, _) in newcomers.For(standIn)) RankNewcomer(item, newestFirst.Contains(item), user, ref least, ref leastAgain);
        }

        if (blend.Settings.Repeat == 1) return;
        foreach (var item in newestFirst)
        {
            if (item >= items) RankNewcomer(item, had: true, user, ref least, ref leastAgain);
        }

        void RankNewcomer(int item, bool had, ReadOnlySpan<float> user, ref float least, ref float leastAgain)
        {
            if (_newcomers.ContainsKey(item)) return;
            var (factor, recalled, logit) = (had ? blend.Settings.Repeat : 1, newcomers.Recalled(item, _recalled), newcomers.Logit(item, user));
            _newcomers.Add(item, (factor, recalled, logit));
            var probability = (float)Math.Exp(logit - logZ);
            if (had) Rank(_raisedAgain, item, probability, recalled, factor, ref leastAgain);
            else Rank(_raised, item, probability, recalled, factor, ref least);
        }
    }
}

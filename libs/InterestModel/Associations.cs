using System.Diagnostics.CodeAnalysis;
using static TorchSharp.torch;

namespace Driftline.InterestModel;

/// <summary>
/// What a model remembers beside its network: for each item the items that go with it, by several kinds of evidence, and how much each kind
/// counts. Buffers only; no gradient ever reaches them. V items, K links an item and table.
/// </summary>
public sealed class Associations : nn.Module
{
    /// <summary>K: links that an item keeps in a table.</summary>
    public const int LinksPerItem = 100;

    /// <summary>The tables, in order. After them comes the user's own history, in which each item leads to itself.</summary>
    public static readonly IReadOnlyList<string> Tables = ["near", "wide", "text"];

    private readonly int _count;

    /// <param name="items">V.</param>
    public Associations(int items)
        : base("associations")
    {
        _count = items;
        foreach (var table in Tables)
        {
            register_buffer($"{table}_items", zeros(items, LinksPerItem, dtype: ScalarType.Int64));
            register_buffer($"{table}_shares", zeros(items, LinksPerItem));
        }

        register_buffer("blend", tensor(BlendSettings.NetworkAlone.ToArray()));
        RegisterComponents();
    }

    /// <summary>Fills a table.</summary>
    /// <param name="name">One of <see cref="Tables"/>.</param>
    /// <param name="row">An item's links and their shares, at most <see cref="LinksPerItem"/> of each; the shares of a row sum to at most 1.</param>
    public void Set(string name, Func<int, (int[] Items, float[] Shares)> row)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var (items, shares) = (new long[_count * LinksPerItem], new float[_count * LinksPerItem]);
        for (var item = 0; item < _count; item++)
        {
            var (linked, share) = row(item);
            for (var i = 0; i < linked.Length; i++) (items[item * LinksPerItem + i], shares[item * LinksPerItem + i]) = (linked[i], share[i]);
        }

        Items(name).copy_(tensor(items, [_count, LinksPerItem]));
        Shares(name).copy_(tensor(shares, [_count, LinksPerItem]));
    }

    /// <summary>Sets how much each kind of evidence counts.</summary>
    public void Set(BlendSettings settings)
    {
        using var noGrad = no_grad();
        using var values = tensor(settings.ToArray());
        Blending.copy_(values);
    }

    /// <summary>How much each kind of evidence counts.</summary>
    public BlendSettings Settings => BlendSettings.Of(Blending.cpu().data<float>().ToArray());

    /// <summary>The tables and settings as they are now, in managed memory.</summary>
    /// <param name="newcomers">Items that came after training.</param>
    public Blend Read(Newcomers? newcomers = null) => new(
        [.. Tables.Select(table => new LinkTable(
            Array.ConvertAll(Items(table).cpu().data<long>().ToArray(), item => (int)item), Shares(table).cpu().data<float>().ToArray(), LinksPerItem))],
        Settings, newcomers);

    // A move to another device puts other tensors in the buffers' place: they are asked for each time.
    private Tensor Items(string table) => get_buffer($"{table}_items")!;

    private Tensor Shares(string table) => get_buffer($"{table}_shares")!;

    private Tensor Blending => get_buffer("blend")!;
}

/// <summary>Links of all items, row-major [V, K]; a share of 0 ends a row.</summary>
public sealed record LinkTable(int[] Items, float[] Shares, int Links);

/// <summary>
/// How a network and its associations make one distribution over the next item.
/// </summary>
/// <param name="Weights">Of each table and of the user's own history; the network has what is left of 1.</param>
/// <param name="Decays">For each of those, what an event counts beside the event after it, 0..1.</param>
/// <param name="Repeat">Factor on an item that the user already had: 1 where repeats are as likely as the parts say, near 0 where none come.</param>
public sealed record BlendSettings(float[] Weights, float[] Decays, float Repeat)
{
    /// <summary>Kinds of evidence beside the network.</summary>
    public static readonly int Parts = Associations.Tables.Count + 1;

    /// <summary>No associations.</summary>
    public static readonly BlendSettings NetworkAlone = new(new float[Parts], [.. Enumerable.Repeat(0.5f, Parts)], 1);

    /// <summary>Weights, decays and repeat factor in one row.</summary>
    public float[] ToArray() => [.. Weights, .. Decays, Repeat];

    /// <summary>What <see cref="ToArray"/> made.</summary>
    [SuppressMessage("Design", "CA1062", Justification = "From a buffer of known length.")]
    public static BlendSettings Of(float[] values) => new(values[..Parts], values[Parts..(2 * Parts)], values[^1]);
}

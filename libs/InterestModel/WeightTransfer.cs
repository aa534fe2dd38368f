using static TorchSharp.torch;

namespace Driftline.InterestModel;

/// <summary>
/// Carries what a network has learnt over to a network of another catalogue. What depends on the catalogue stays behind: the id embeddings of
/// items, the category embeddings and the category head. All the rest goes along: text adaptor, embeddings of event type, gap and season,
/// normalisation, encoder and user head.
/// </summary>
public static class WeightTransfer
{
    // Prefixes of parameter names.
    private static readonly string[] Embeddings = ["_itemId.", "_category."];
    private static readonly string[] CatalogueBound = [.. Embeddings, "_categories."];

    /// <summary>Names of the parameters that go along.</summary>
    public static IReadOnlyList<string> Names(InterestNetwork network) =>
        [.. network.named_parameters().Select(p => p.name).Where(name => !Begins(name, CatalogueBound))];

    /// <summary>
    /// Copies the parameters that go along. The target's id and category embeddings become zero: its items begin as what the adaptor makes of
    /// their texts, and nothing that was not learnt reaches the encoder. Its category head keeps the values that it has.
    /// </summary>
    /// <exception cref="ArgumentException">The networks' shapes differ in a parameter that goes along; the message names it.</exception>
    public static void Copy(InterestNetwork source, InterestNetwork target)
    {
        using var noGrad = no_grad();
        var learnt = source.named_parameters().ToDictionary(p => p.name, p => p.parameter);
        foreach (var (name, parameter) in target.named_parameters())
        {
            if (Begins(name, Embeddings)) parameter.zero_();
            if (Begins(name, CatalogueBound)) continue;
            if (!learnt.TryGetValue(name, out var value) || !value.shape.SequenceEqual(parameter.shape))
            {
                throw new ArgumentException(
                    $"Weights of {name}: the source has {(value is null ? "none" : $"[{string.Join(", ", value.shape)}]")}, the target wants [{string.Join(", ", parameter.shape)}]. Use the same encoder, sizes and text encoder for both.");
            }

            parameter.copy_(value);
        }
    }

    private static bool Begins(string name, string[] prefixes) => prefixes.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal));
}

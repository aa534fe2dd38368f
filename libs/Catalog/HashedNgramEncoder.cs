using System.IO.Hashing;
using System.Numerics.Tensors;
using System.Text;

namespace Driftline.Catalog;

/// <summary>
/// Signed feature hashing (Weinberger et al. 2009, arXiv:0902.2206) of a text's words and of the three-character pieces of each word: a
/// feature's XXH64 picks the component (low bits) and the sign (top bit). Not pretrained: it knows spelling, not meaning, so items are near
/// when their words are alike.
/// </summary>
public sealed class HashedNgramEncoder : TextEncoder
{
    /// <summary>The name that configurations and artifacts know it by.</summary>
    public const string EncoderName = "hashed-ngrams";

    /// <summary>Length of the vectors where a configuration names none.</summary>
    public const int DefaultDimensions = 256;

    // A word counts as much as a handful of its pieces: whole words name things, pieces forgive plurals and misspellings.
    private const float WordWeight = 1f;
    private const float PieceWeight = 0.35f;
    private const int PieceLength = 3;

    /// <exception cref="ArgumentException">Fewer than 8 or more than 4096 dimensions.</exception>
    /// <param name="dimensions">Length of the vectors.</param>
    public HashedNgramEncoder(int dimensions = DefaultDimensions)
    {
        if (dimensions is < 8 or > 4096)
            throw new ArgumentException($"{EncoderName} makes vectors of 8 to 4096 dimensions, not {dimensions}.");
        Dimensions = dimensions;
    }

    /// <inheritdoc/>
    public override string Name => EncoderName;

    /// <inheritdoc/>
    public override string Id => $"{EncoderName}-{Dimensions}";

    /// <inheritdoc/>
    public override string Licence => "none needed: feature hashing, no pretrained weights";

    /// <inheritdoc/>
    public override int Dimensions { get; }

    /// <inheritdoc/>
    public override float[] Encode(IReadOnlyList<string> texts, Action<int>? progress = null)
    {
        var vectors = new float[texts.Count * Dimensions];
        for (var i = 0; i < texts.Count; i++) Encode(texts[i], vectors.AsSpan(i * Dimensions, Dimensions));
        progress?.Invoke(texts.Count);
        return vectors;
    }

    private static void Encode(string text, Span<float> vector)
    {
        var lower = text.ToLowerInvariant();
        for (var start = 0; start < lower.Length;)
        {
            if (!char.IsLetterOrDigit(lower[start]))
            {
                start++;
                continue;
            }

            var end = start + 1;
            while (end < lower.Length && char.IsLetterOrDigit(lower[end])) end++;
            AddWord(lower[start..end], vector);
            start = end;
        }

        var norm = TensorPrimitives.Norm<float>(vector);
        if (norm > 0) TensorPrimitives.Divide(vector, norm, vector);
    }

    private static void AddWord(string word, Span<float> vector)
    {
        Add("w " + word, WordWeight, vector);
        var padded = "^" + word + "$";
        for (var i = 0; i + PieceLength <= padded.Length; i++)
            Add(string.Concat("p ", padded.AsSpan(i, PieceLength)), PieceWeight, vector);
    }

    // UTF-8 rather than the string's memory: the same bytes on any byte order.
    private static void Add(string feature, float weight, Span<float> vector)
    {
        var hash = XxHash64.HashToUInt64(Encoding.UTF8.GetBytes(feature));
        vector[(int)(hash % (ulong)vector.Length)] += (hash >> 63) == 0 ? weight : -weight;
    }
}

namespace Driftline.Catalog;

/// <summary>Turns item text into a vector of fixed length. One instance serves one thread.</summary>
public abstract class TextEncoder
{
    /// <summary>The name that configurations and artifacts know it by.</summary>
    public abstract string Name { get; }

    /// <summary>Licence of the weights, or a statement that there are none.</summary>
    public abstract string Licence { get; }

    /// <summary>Length of the vectors.</summary>
    public abstract int Dimensions { get; }

    /// <summary>Writes the vector of a text: of length 1, or all zeros for a text without any word.</summary>
    /// <param name="text">Any text; case does not matter.</param>
    /// <param name="vector">Exactly <see cref="Dimensions"/> long; overwritten.</param>
    public abstract void Encode(string text, Span<float> vector);

    /// <summary>The vector of a text.</summary>
    public float[] Encode(string text)
    {
        var vector = new float[Dimensions];
        Encode(text, vector);
        return vector;
    }

    /// <summary>The encoder of that name.</summary>
    /// <exception cref="ArgumentException">No encoder has that name, or it cannot make vectors of that length.</exception>
    public static TextEncoder Create(string name, int dimensions) => name switch
    {
        HashedNgramEncoder.EncoderName => new HashedNgramEncoder(dimensions),
        _ => throw new ArgumentException($"Text encoder '{name}' is not known. Known: {HashedNgramEncoder.EncoderName}."),
    };
}

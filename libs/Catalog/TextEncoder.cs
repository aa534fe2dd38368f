namespace Driftline.Catalog;

/// <summary>Turns item text into vectors of fixed length. One instance serves one thread.</summary>
public abstract class TextEncoder : IDisposable
{
    /// <summary>The name that configurations and artifacts know it by.</summary>
    public abstract string Name { get; }

    /// <summary>
    /// What its vectors depend on: equal ids, equal vectors for equal texts. Made of letters, digits, '-', '_' and '.', so that it can name a folder.
    /// </summary>
    public abstract string Id { get; }

    /// <summary>Licence of the weights, or a statement that there are none.</summary>
    public abstract string Licence { get; }

    /// <summary>Length of the vectors.</summary>
    public abstract int Dimensions { get; }

    /// <summary>The vectors of texts: each of length 1, or all zeros for a text without anything to read.</summary>
    /// <param name="texts">Any texts, in any order; case does not matter unless the encoder was pretrained with it.</param>
    /// <param name="progress">Told how many of the texts are done, from time to time and at the end.</param>
    /// <returns>Row-major [texts, <see cref="Dimensions"/>], in the order given.</returns>
    public abstract float[] Encode(IReadOnlyList<string> texts, Action<int>? progress = null);

    /// <summary>The vector of a text.</summary>
    public float[] Encode(string text) => Encode([text]);

    /// <summary>What this encoder reads of an item.</summary>
    public virtual string TextOf(CatalogEntry item) => item.Text;

    /// <summary>Frees what the encoder holds outside managed memory.</summary>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <inheritdoc cref="Dispose()"/>
    protected virtual void Dispose(bool disposing) { }
}

using System.IO.Hashing;
using System.Text;
using Driftline.Catalog;

namespace Driftline.TextEncoders;

/// <summary>
/// A pretrained encoder that keeps its vectors on disk, in <c>vectors/ID</c> of the cache: a text is encoded once on a machine, and what was
/// encoded before a run was stopped stays encoded.
/// </summary>
public sealed class CachedTextEncoder : TextEncoder
{
    private const int TextsPerWrite = 512;

    private readonly TextEncoder _inner;
    private readonly VectorStore _store;

    /// <param name="inner">Taken over.</param>
    /// <param name="cacheFolder">See <see cref="CacheFolder"/>.</param>
    /// <exception cref="IOException">The folder cannot be made.</exception>
    public CachedTextEncoder(TextEncoder inner, string cacheFolder)
    {
        _inner = inner;
        _store = new VectorStore(Path.Combine(cacheFolder, "vectors", inner.Id), inner.Dimensions);
    }

    /// <summary>Texts encoded since this was made, each once.</summary>
    public int Encoded { get; private set; }

    /// <summary>Texts that were found since this was made, on disk or as the repetition of another.</summary>
    public int Found { get; private set; }

    /// <inheritdoc/>
    public override string Name => _inner.Name;

    /// <inheritdoc/>
    public override string Id => _inner.Id;

    /// <inheritdoc/>
    public override string Licence => _inner.Licence;

    /// <inheritdoc/>
    public override int Dimensions => _inner.Dimensions;

    /// <inheritdoc/>
    public override string TextOf(CatalogEntry item) => _inner.TextOf(item);

    /// <inheritdoc/>
    public override float[] Encode(IReadOnlyList<string> texts, Action<int>? progress = null)
    {
        long[] hashes = [.. texts.Select(text => unchecked((long)XxHash64.HashToUInt64(Encoding.UTF8.GetBytes(text))))];
        var known = _store.Read(hashes.ToHashSet());
        // Short texts first: what goes through the encoder together is of like length.
        var missing = hashes.Zip(texts).DistinctBy(text => text.First).Where(text => !known.ContainsKey(text.First)).OrderBy(text => text.Second.Length).ToList();
        var done = texts.Count - missing.Count;
        Found += done;
        progress?.Invoke(done);
        foreach (var chunk in missing.Chunk(TextsPerWrite))
        {
            var before = done;
            var vectors = _inner.Encode([.. chunk.Select(text => text.Second)], count => progress?.Invoke(before + count));
            Keep([.. chunk.Select(text => text.First)], vectors);
            for (var i = 0; i < chunk.Length; i++) known[chunk[i].First] = vectors.AsSpan(i * Dimensions, Dimensions).ToArray();
            done += chunk.Length;
            Encoded += chunk.Length;
        }

        var all = new float[texts.Count * Dimensions];
        for (var i = 0; i < hashes.Length; i++) known[hashes[i]].CopyTo(all, i * Dimensions);
        return all;
    }

    /// <summary>A disk that is full, or may not be written, costs another encoding later, not this one.</summary>
    private void Keep(IReadOnlyList<long> hashes, float[] vectors)
    {
        try
        {
            _store.Append(hashes, vectors);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // What was written of it is cut off by the next writer.
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing) _inner.Dispose();
        base.Dispose(disposing);
    }
}

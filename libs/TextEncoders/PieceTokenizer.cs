namespace Driftline.TextEncoders;

/// <summary>Cuts text into the pieces that a model was trained on.</summary>
internal abstract class PieceTokenizer
{
    /// <summary>What fills up the shorter texts of a batch; masked, so that it only has to be a valid id.</summary>
    public virtual int Padding => 0;

    /// <summary>Changes where texts are cut in another way by the same files: vectors of both are not mixed. Empty for the first way.</summary>
    public virtual string Revision => "";

    /// <summary>The ids of a text's pieces, with what the model wants before and after them.</summary>
    /// <param name="maxLength">Most ids; pieces past it are left out.</param>
    public abstract int[] Encode(string text, int maxLength);

    /// <summary>Pieces cut to fit between prefix and suffix.</summary>
    protected static int[] Between(int[] prefix, IReadOnlyList<int> pieces, int[] suffix, int maxLength) =>
        [.. prefix, .. pieces.Take(Math.Max(0, maxLength - prefix.Length - suffix.Length)), .. suffix];
}

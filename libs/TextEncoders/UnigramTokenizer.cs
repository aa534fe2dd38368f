namespace Driftline.TextEncoders;

/// <summary>A SentencePiece unigram model: text normalised, its spaces and its start made U+2581, cut into its most probable pieces.</summary>
internal sealed class UnigramTokenizer(UnigramSegmenter segmenter, TextNormaliser normaliser, string revision, int[] prefix, int[] suffix, int padding) : PieceTokenizer
{
    private const char Space = '\u2581';

    public override int Padding => padding;

    public override string Revision => revision;

    public override int[] Encode(string text, int maxLength)
    {
        var words = normaliser.Apply(text).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return Between(prefix, words.Length == 0 ? [] : segmenter.Segment(Space + string.Join(Space, words)), suffix, maxLength);
    }
}

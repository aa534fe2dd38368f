using Microsoft.ML.Tokenizers;

namespace Driftline.TextEncoders;

/// <summary>BERT's WordPiece (Devlin et al. 2019, arXiv:1810.04805): <c>[CLS] pieces [SEP]</c>.</summary>
internal sealed class WordPieceTokenizer : PieceTokenizer
{
    private readonly BertTokenizer _bert;
    private readonly bool _lowerCase, _stripAccents;

    /// <param name="vocabulary">One piece a line; the line's number, from 0, is the id.</param>
    /// <param name="lowerCase">Whether the model was trained on text without capitals.</param>
    /// <param name="stripAccents">Whether on text without accents; null is as <paramref name="lowerCase"/>.</param>
    public WordPieceTokenizer(Stream vocabulary, bool lowerCase, bool? stripAccents = null)
    {
        (_lowerCase, _stripAccents) = (lowerCase, stripAccents ?? lowerCase);
        _bert = BertTokenizer.Create(vocabulary, new BertOptions { LowerCaseBeforeTokenization = false, RemoveNonSpacingMarks = false });
    }

    public override int Padding => _bert.PaddingTokenId;

    public override int[] Encode(string text, int maxLength)
    {
        if (_lowerCase) text = text.ToLowerInvariant();
        if (_stripAccents) text = UnicodeForms.WithoutMarks(text);
        return Between([_bert.ClassificationTokenId], _bert.EncodeToIds(text, addSpecialTokens: false), [_bert.SeparatorTokenId], maxLength);
    }
}

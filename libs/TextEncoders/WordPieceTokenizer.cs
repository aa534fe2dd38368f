using System.Globalization;
using System.Text;
using Microsoft.ML.Tokenizers;

namespace Driftline.TextEncoders;

/// <summary>
/// BERT's WordPiece (Devlin et al. 2019, arXiv:1810.04805): <c>[CLS] pieces [SEP]</c>. The text is cut into words here, by the rules of BERT's own basic tokenizer: those of
/// the library drop the ends of lines, so that two words become one, and symbols such as + and %.
/// </summary>
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
        _bert = BertTokenizer.Create(vocabulary, new BertOptions { ApplyBasicTokenization = false, LowerCaseBeforeTokenization = false, RemoveNonSpacingMarks = false });
    }

    public override int Padding => _bert.PaddingTokenId;

    public override string Revision => "wordpiece 2";

    public override int[] Encode(string text, int maxLength)
    {
        text = Words(text);
        if (_stripAccents) text = UnicodeForms.WithoutMarks(text);
        if (_lowerCase) text = text.ToLowerInvariant();
        return Between([_bert.ClassificationTokenId], _bert.EncodeToIds(text, addSpecialTokens: false), [_bert.SeparatorTokenId], maxLength);
    }

    /// <summary>Words with one space between them: a punctuation mark, an ASCII symbol and a Chinese character are words of their own; what has no width or no meaning is left out.</summary>
    internal static string Words(string text)
    {
        var words = new StringBuilder(text.Length + 16);
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.Value is '\t' or '\n' or '\r' || Rune.GetUnicodeCategory(rune) == UnicodeCategory.SpaceSeparator) words.Append(' ');
            else if (rune.Value is 0 or 0xFFFD || Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned) continue;
            else if (IsPunctuation(rune) || IsChinese(rune.Value)) words.Append(' ').Append(rune.ToString()).Append(' ');
            else words.Append(rune.ToString());
        }

        return string.Join(' ', words.ToString().Split(' ', StringSplitOptions.RemoveEmptyEntries));
    }

    // All of ASCII that is neither letter, digit nor space, whatever Unicode calls it.
    private static bool IsPunctuation(Rune rune) => rune.IsAscii ? !Rune.IsLetterOrDigit(rune) : Rune.IsPunctuation(rune);

    // The blocks of CJK ideographs, by BERT's list.
    private static bool IsChinese(int rune) => rune is (>= 0x4E00 and <= 0x9FFF) or (>= 0x3400 and <= 0x4DBF) or (>= 0x20000 and <= 0x2A6DF) or (>= 0x2A700 and <= 0x2B73F)
        or (>= 0x2B740 and <= 0x2B81F) or (>= 0x2B820 and <= 0x2CEAF) or (>= 0xF900 and <= 0xFAFF) or (>= 0x2F800 and <= 0x2FA1F);
}

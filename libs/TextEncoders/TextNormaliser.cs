using System.Text;

namespace Driftline.TextEncoders;

/// <summary>What is done to a text before it is cut, in this order.</summary>
internal sealed class TextNormaliser(IReadOnlyList<Func<string, string>> steps)
{
    public static string LowerCase(string text) => text.ToLowerInvariant();

    public static string Nfkc(string text) => UnicodeForms.Nfkc(text);

    /// <summary>The map that SentencePiece compiles into its models (<c>nmt_nfkc</c>): form KC, characters without width blanks, controls left out.</summary>
    public static string Precompiled(string text)
    {
        text = UnicodeForms.Nfkc(text);
        var mapped = new StringBuilder(text.Length);
        foreach (var one in text)
        {
            if (one is (>= '\u200B' and <= '\u200F') or '\uFEFF' or '\uFFFD' or '\u2581') mapped.Append(' ');
            else if (!char.IsControl(one) || char.IsWhiteSpace(one)) mapped.Append(one);
        }

        return mapped.ToString();
    }

    public string Apply(string text)
    {
        foreach (var step in steps) text = step(text);
        return text;
    }
}

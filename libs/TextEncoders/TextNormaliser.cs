namespace Driftline.TextEncoders;

/// <summary>What is done to a text before it is cut.</summary>
internal sealed record TextNormaliser(bool LowerCase, bool Nfkc)
{
    public string Apply(string text)
    {
        if (LowerCase) text = text.ToLowerInvariant();
        return Nfkc ? UnicodeForms.Nfkc(text) : text;
    }
}

using Xunit;

namespace Driftline.TextEncoders.Tests;

public sealed class UnicodeFormsTests
{
    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("ＲＥＤ ﬁne™ ½\u00a0l", "RED fineTM 1\u20442 l")]
    [InlineData("cafe\u0301 a\u0323\u0302", "café \u1EAD")]
    [InlineData("𝐁𝐚𝐠 日本 😀", "Bag 日本 😀")]
    public void CharactersThatMeanTheSameAreSpeltTheSame(string text, string expected) => Assert.Equal(expected, UnicodeForms.Nfkc(text));

    [Theory]
    [InlineData("café Ångström \u1EAD e\u0301", "cafe Angstrom a e")]
    [InlineData("straße", "straße")]
    public void MarksGoAndLettersStay(string text, string expected) => Assert.Equal(expected, UnicodeForms.WithoutMarks(text));
}

using System.Numerics.Tensors;
using Xunit;

namespace Driftline.Catalog.Tests;

public sealed class HashedNgramEncoderTests
{
    private readonly HashedNgramEncoder _encoder = new(256);

    [Fact]
    public void VectorsHaveLengthOneWhateverTheText()
    {
        foreach (var text in (string[])["cup", "RED RETROSPOT TEACUP", "Käse / fromage, 100 g", "日本語 の 本"])
            Assert.Equal(1, TensorPrimitives.Norm<float>(_encoder.Encode(text)), 1e-5);
    }

    [Fact]
    public void TextWithoutAWordIsAllZeros() => Assert.All(_encoder.Encode(" -- / !"), value => Assert.Equal(0, value));

    [Fact]
    public void CaseAndPunctuationDoNotMatter() => Assert.Equal(_encoder.Encode("Red, Teacup!"), _encoder.Encode("red teacup"));

    [Fact]
    public void TextsThatShareWordsAreNearerThanTextsThatShareNone()
    {
        var cup = _encoder.Encode("red retrospot teacup");
        Assert.True(Similarity(cup, _encoder.Encode("blue retrospot teacups")) > 0.3);
        Assert.True(Math.Abs(Similarity(cup, _encoder.Encode("garden hose 20 m"))) < 0.2);
    }

    [Fact]
    public void AVectorIsTheSameOnEveryRunAndMachine()
    {
        // 'a': one word feature "w a" of weight 1 and one piece "p ^a$" of weight 0.35, at places that XXH64 fixes.
        var vector = new HashedNgramEncoder(4096).Encode("a");
        var places = vector.Index().Where(v => v.Item != 0).OrderByDescending(v => Math.Abs(v.Item)).ToArray();
        Assert.Equal(2, places.Length);
        var norm = Math.Sqrt(1 + 0.35 * 0.35);
        Assert.Equal(1 / norm, Math.Abs(places[0].Item), 1e-5);
        Assert.Equal(0.35 / norm, Math.Abs(places[1].Item), 1e-5);
        var hash = System.IO.Hashing.XxHash64.HashToUInt64("w a"u8);
        Assert.Equal((int)(hash % 4096), places[0].Index);
        Assert.Equal(hash >> 63 == 0, places[0].Item > 0);
    }

    private static float Similarity(float[] a, float[] b) => TensorPrimitives.Dot<float>(a, b);
}

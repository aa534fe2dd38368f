using System.Numerics.Tensors;
using Xunit;

namespace Driftline.TextEncoders.Tests;

public sealed class UseLiteTests
{
    [Theory]
    [InlineData("running shoes", "sneakers", 0.6121)]
    [InlineData("running shoes", "coffee maker", 0.2731)]
    [InlineData("Running SHOES", "SNEAKERS", 0.6121)] // text is lower-cased first
    public void MeaningsAreAsNearAsTheReferenceHasThem(string one, string other, double expected)
    {
        using var encoder = PretrainedWeights.UseLite();
        var (a, b) = (encoder.Encode(one), encoder.Encode(other));
        Assert.Equal(512, a.Length);
        Assert.Equal(1, TensorPrimitives.Norm<float>(a), 1e-5);
        Assert.Equal(expected, TensorPrimitives.Dot<float>(a, b), 1e-3);
    }

    [Fact]
    public void ATextsVectorDoesNotDependOnItsBatch()
    {
        using var encoder = PretrainedWeights.UseLite();
        string[] texts = [.. Enumerable.Range(0, 60).Select(i => string.Join(' ', Enumerable.Range(0, 1 + i * 7 % 90).Select(n => n % 3 == 0 ? "jumbo bag" : "café ☂ naïve"))), "cup", "", " \n"];
        var together = encoder.Encode(texts);
        for (var i = 0; i < texts.Length; i++)
        {
            var alone = encoder.Encode(texts[i]);
            for (var d = 0; d < alone.Length; d++) Assert.Equal(alone[d], together[i * alone.Length + d], 1e-5);
        }

        Assert.All(together.TakeLast(2 * encoder.Dimensions), value => Assert.Equal(0, value));
    }
}

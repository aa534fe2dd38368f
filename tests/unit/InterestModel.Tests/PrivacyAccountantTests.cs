using Driftline.Training;
using Xunit;

namespace Driftline.InterestModel.Tests;

public sealed class PrivacyAccountantTests
{
    [Theory]
    [InlineData(1.0, 2, 1.0)]
    [InlineData(2.0, 8, 1.0)]
    [InlineData(0.5, 1.5, 3.0)]
    public void WithoutSamplingTheDivergenceIsTheClosedForm(double sigma, double order, double expected) =>
        Assert.Equal(expected, PrivacyAccountant.Renyi(1, sigma, order), 12);

    [Theory]
    [InlineData(0.01, 1.0, 2)]
    [InlineData(0.1, 1.3, 5)]
    [InlineData(0.3, 2.0, 16)]
    [InlineData(0.999999999, 2.0, 7)]
    public void WithSamplingItIsTheIntegralOfItsDefinition(double rate, double sigma, int order) =>
        Assert.Equal(Integral(rate, sigma, order), PrivacyAccountant.Renyi(rate, sigma, order), 1e-6 * order);

    // MNIST tutorials of TensorFlow Privacy (github.com/tensorflow/privacy, tutorials): noise 1.3 for 15 epochs and 1.1 for 60, batches of 256
    // among 60,000, delta 1e-5. They turn Renyi divergences into epsilon by the older bound, min over a of r + log(1 / delta) / (a - 1).
    [Theory]
    [InlineData(1.3, 15, 1.19)]
    [InlineData(1.1, 60, 3.01)]
    public void ThePublishedEpsilonsAreFoundByTheOlderBoundAndTheNewerIsTighter(double sigma, int epochs, double published)
    {
        const double Rate = 256 / 60_000.0;
        var rounds = (int)Math.Ceiling(epochs / Rate);
        var older = Enumerable.Range(2, 255).Min(order => rounds * PrivacyAccountant.Renyi(Rate, sigma, order) + Math.Log(1e5) / (order - 1));
        Assert.Equal(published, older, 0.005);
        Assert.InRange(PrivacyAccountant.Epsilon(Rate, sigma, rounds, 1e-5), 0.75 * published, 0.9 * published);
    }

    // Without sampling, T rounds are one Gaussian mechanism of deviation sigma / sqrt(T), whose exact delta is known (Balle and Wang 2018,
    // arXiv:1805.06530, theorem 8): an accountant may be above it, never below.
    [Theory]
    [InlineData(4, 20, 1e-3)]
    [InlineData(1, 1, 1e-5)]
    [InlineData(10, 100, 1e-6)]
    public void TheEpsilonIsNeverBelowTheExactOneAndNotFarAbove(double sigma, int rounds, double delta)
    {
        var epsilon = PrivacyAccountant.Epsilon(1, sigma, rounds, delta);
        var single = sigma / Math.Sqrt(rounds);
        Assert.True(ExactDelta(epsilon, single) <= delta, $"exact delta {ExactDelta(epsilon, single)}");
        Assert.True(ExactDelta(0.85 * epsilon, single) > delta, $"epsilon {epsilon} is more than 15% above the exact one");
    }

    [Fact]
    public void NoNoiseIsNoPrivacyAndMoreRoundsSpendMore()
    {
        Assert.Equal(double.PositiveInfinity, PrivacyAccountant.Epsilon(1, 0, 1, 1e-3));
        Assert.True(PrivacyAccountant.Epsilon(0.1, 1, 10, 1e-3) < PrivacyAccountant.Epsilon(0.1, 1, 20, 1e-3));
        Assert.True(PrivacyAccountant.Epsilon(0.1, 1, 10, 1e-3) < PrivacyAccountant.Epsilon(1, 1, 10, 1e-3));
        Assert.Throws<ArgumentOutOfRangeException>(() => PrivacyAccountant.Epsilon(1, 1, 1, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => PrivacyAccountant.Renyi(0.5, 1, 2.5));
    }

    // log E_{x ~ N(0, s^2)} [((1-q) + q N(x; 1, s^2) / N(x; 0, s^2))^a] / (a - 1), by Simpson's rule.
    private static double Integral(double rate, double sigma, int order)
    {
        const int Steps = 200_000;
        double from = -12 * sigma, to = order + 12 * sigma, width = (to - from) / Steps, sum = 0;
        for (var i = 0; i <= Steps; i++)
        {
            var x = from + i * width;
            var density = Math.Exp(-x * x / (2 * sigma * sigma)) / (sigma * Math.Sqrt(2 * Math.PI));
            var ratio = 1 - rate + rate * Math.Exp((2 * x - 1) / (2 * sigma * sigma));
            sum += density * Math.Pow(ratio, order) * (i == 0 || i == Steps ? 1 : i % 2 == 1 ? 4 : 2);
        }

        return Math.Log(sum * width / 3) / (order - 1);
    }

    private static double ExactDelta(double epsilon, double sigma) =>
        Normal(1 / (2 * sigma) - epsilon * sigma) - Math.Exp(epsilon) * Normal(-1 / (2 * sigma) - epsilon * sigma);

    // The normal distribution function, integrated from its density by Simpson's rule.
    private static double Normal(double x)
    {
        const int Steps = 20_000;
        const double From = -40;
        double width = (x - From) / Steps, sum = 0;
        for (var i = 0; i <= Steps; i++)
        {
            var at = From + i * width;
            sum += Math.Exp(-at * at / 2) * (i == 0 || i == Steps ? 1 : i % 2 == 1 ? 4 : 2);
        }

        return sum * width / 3 / Math.Sqrt(2 * Math.PI);
    }
}

using Driftline.Training;
using Xunit;
using static TorchSharp.torch;

namespace Driftline.InterestModel.Tests;

public sealed class WeightAverageTests : IDisposable
{
    private readonly Dictionary<string, Tensor> _weights = new() { ["w"] = tensor(new float[] { 0, 8 }) };
    private readonly WeightAverage _average;

    public WeightAverageTests() => _average = new WeightAverage(_weights);

    public void Dispose()
    {
        _average.Dispose();
        _weights["w"].Dispose();
    }

    [Fact]
    public void TheFirstStepsAreSoonForgottenAndLaterOnesWeighOneInTheSpan()
    {
        Step(0, 4, 10, 0);
        Assert.Equal([9f, 0.8f], Average, new Near()); // 9 / 10 of the step
        Step(90, 4, 1, 0.8f);
        Assert.Equal([7f, 0.8f], Average, new Near()); // 1 / 4: more than 9 / 100
    }

    [Fact]
    public void ASpanOfNoStepsIsTheNewestStep()
    {
        Step(0, 0, 3, 5);
        Step(500, 0, 0.1f, -7.3f);
        Assert.Equal([0.1f, -7.3f], Average);
    }

    [Fact]
    public void AnExchangePutsTheAverageToWorkAndAnotherUndoesIt()
    {
        Step(90, 2, 4, 4);
        _average.Exchange();
        Assert.Equal([2f, 6f], Values(_weights["w"]));
        _average.Exchange();
        Assert.Equal([4f, 4f], Values(_weights["w"]));
        Assert.Equal([2f, 6f], Average);
    }

    private float[] Average => Values(_average.Values["w"]);

    private void Step(int before, double span, params float[] weights)
    {
        using var moved = tensor(weights);
        _weights["w"].copy_(moved);
        _average.Add(before, span);
    }

    private static float[] Values(Tensor tensor) => tensor.data<float>().ToArray();

    private sealed class Near : IEqualityComparer<float>
    {
        public bool Equals(float x, float y) => Math.Abs(x - y) < 1e-5;

        public int GetHashCode(float value) => 0;
    }
}

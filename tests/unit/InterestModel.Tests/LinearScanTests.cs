using Xunit;
using static TorchSharp.torch;

namespace Driftline.InterestModel.Tests;

public sealed class LinearScanTests
{
    [Theory, InlineData(1, 2, 1), InlineData(3, 7, 5), InlineData(2, 256, 16)]
    public void StatesAndGradientsAreThoseOfTheDefinition(int users, int events, int width)
    {
        random.manual_seed(1);
        using var scope = NewDisposeScope();
        var keep = rand(users, events, width).requires_grad_(true);
        var add = randn(users, events, width).requires_grad_(true);
        var weights = randn(users, events, width);

        var expected = Gradients(Defined, keep, add, weights);
        foreach (var scan in (Func<Tensor, Tensor, Tensor>[])[LinearScan.Run, LinearScan.InParallel])
        {
            var found = Gradients(scan, keep, add, weights);
            foreach (var (a, b) in expected.Zip(found)) Assert.True(allclose(a, b, 1e-4, 1e-5), $"{(a - b).abs().max().item<float>()}");
        }
    }

    [Fact]
    public void TensorsThatAreNotContiguousAreReadAsWhatTheyHold()
    {
        using var scope = NewDisposeScope();
        var (keep, add) = (rand(4, 6, 3).transpose(0, 1), rand(4, 6, 3).transpose(0, 1));
        Assert.True(allclose(Defined(keep, add), LinearScan.Run(keep, add)));
    }

    // h_t = k_t h_{t-1} + a_t, event by event.
    private static Tensor Defined(Tensor keep, Tensor add)
    {
        var states = new List<Tensor> { add.select(1, 0) };
        for (var t = 1; t < add.shape[1]; t++) states.Add(keep.select(1, t) * states[^1] + add.select(1, t));
        return stack(states, 1);
    }

    private static Tensor[] Gradients(Func<Tensor, Tensor, Tensor> scan, Tensor keep, Tensor add, Tensor weights)
    {
        var states = scan(keep, add);
        var gradients = autograd.grad([(states * weights).sum()], [keep, add]);
        return [states, .. gradients];
    }
}

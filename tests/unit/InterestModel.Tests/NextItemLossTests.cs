using Driftline.Training;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Driftline.InterestModel.Tests;

public sealed class NextItemLossTests
{
    [Theory]
    [InlineData(7, 30)]
    [InlineData(40, 60_000)] // more logits than are held at a time
    public void TheLossAndItsGradientsAreThoseOfTheCrossEntropyOverTheCatalogue(int positions, int items)
    {
        using var scope = NewDisposeScope();
        random.manual_seed(3);
        var (users, table) = (randn(positions, 8, dtype: ScalarType.Float64), randn(items + ItemRows.First, 8, dtype: ScalarType.Float64));
        var targets = randint(ItemRows.First, items + ItemRows.First, [positions], dtype: ScalarType.Int64);

        var (loss, ofUsers, ofTable) = Of(users, table, (u, t) => NextItemLoss.Full(u, t, targets) * 2);
        var (expected, expectedOfUsers, expectedOfTable) = Of(users, table, (u, t) => nn.functional.cross_entropy(
            u.mm(t.narrow(0, ItemRows.First, items).t()), targets - ItemRows.First) * 2);

        Assert.Equal(expected, loss, 1e-4);
        Assert.True(ofUsers.allclose(expectedOfUsers, 1e-6, 1e-9));
        Assert.True(ofTable.allclose(expectedOfTable, 1e-6, 1e-9));
    }

    [Fact]
    public void ManySamplesStandForTheCatalogue()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(3);
        const int Items = 5;
        var (users, table) = (randn(40, 8), randn(Items + ItemRows.First, 8));
        var targets = randint(ItemRows.First, Items + ItemRows.First, [40], dtype: ScalarType.Int64);

        Assert.Equal(NextItemLoss.Full(users, table, targets).ToDouble(), NextItemLoss.Sampled(users, table, targets, 100_000).ToDouble(), 0.02);
    }

    private static (double Loss, Tensor OfUsers, Tensor OfTable) Of(Tensor users, Tensor table, Func<Tensor, Tensor, Tensor> loss)
    {
        var (u, t) = (users.detach().clone().requires_grad_(), table.detach().clone().requires_grad_());
        var value = loss(u, t);
        value.backward();
        return (value.ToDouble(), u.grad!, t.grad!);
    }
}

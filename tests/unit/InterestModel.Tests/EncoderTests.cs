using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Driftline.InterestModel.Tests;

public sealed class EncoderTests
{
    private const int Users = 3, Length = 23;

    private static readonly ModelSettings Settings = new() { Dimensions = 12, HiddenSize = 16, Layers = 2, Dropout = 0 };

    public static TheoryData<string> Names => [.. SequenceEncoder.Names];

    [Theory, MemberData(nameof(Names))]
    public void PaddingChangesNoState(string name)
    {
        using var scope = NewDisposeScope();
        var (encoder, input) = Start(name);
        var lengths = tensor(new long[] { Length, 9, 1 });
        var together = encoder.forward(input, lengths);
        for (var user = 0; user < Users; user++)
        {
            var length = lengths[user].ToInt64();
            var alone = encoder.forward(input.narrow(0, user, 1).narrow(1, 0, length), tensor(new[] { length }));
            Assert.True(allclose(alone[0, length - 1], together[user, length - 1], atol: 1e-5), $"user {user}");
        }
    }

    [Theory, MemberData(nameof(Names))]
    public void ACausalStateDependsOnNoLaterEventAndTheOtherSeesTheWholeSequence(string name)
    {
        using var scope = NewDisposeScope();
        var (encoder, input) = Start(name);
        var lengths = full(Users, Length, dtype: ScalarType.Int64);
        var before = encoder.forward(input, lengths);
        var changed = input.clone();
        changed.narrow(1, 12, Length - 12).add_(1);
        var after = encoder.forward(changed, lengths);
        if (encoder.Causal) Assert.True(allclose(before.narrow(1, 0, 12), after.narrow(1, 0, 12), atol: 1e-5));
        changed = input.clone();
        changed.narrow(1, 0, 1).add_(1);
        Assert.False(allclose(before[0, Length - 1], encoder.forward(changed, lengths)[0, Length - 1], atol: 1e-7), "the oldest event must matter");
    }

    [Theory, InlineData("lru"), InlineData("gru"), InlineData("lstm")]
    public void ACarriedStateGivesWhatTheWholeSequenceGives(string name)
    {
        using var scope = NewDisposeScope();
        var (encoder, input) = Start(name);
        var whole = encoder.forward(input, full(Users, Length, dtype: ScalarType.Int64));
        var carrying = Assert.IsType<ICarriesState>(encoder, exactMatch: false);
        var state = zeros(Users, carrying.StateSize);
        for (var t = 0; t < Length; t++)
        {
            (var output, state) = carrying.Advance(input.narrow(1, t, 1), ones(Users, dtype: ScalarType.Int64), state);
            Assert.True(allclose(whole.select(1, t), output, rtol: 1e-5, atol: 1e-6), $"event {t}");
        }
    }

    [Theory, InlineData("lru"), InlineData("gru"), InlineData("lstm")]
    public void AStateGoesOnOverSeveralEventsOfUsersWhoHaveDifferentlyMany(string name)
    {
        using var scope = NewDisposeScope();
        var (encoder, input) = Start(name);
        var carrying = (ICarriesState)encoder;
        long[] first = [1, 5, 16], rest = [1, 7, 7];
        var (_, state) = carrying.Advance(input, tensor(first), zeros(Users, carrying.StateSize));
        var later = stack(Enumerable.Range(0, Users).Select(user => cat([input[user].narrow(0, first[user], rest[user]), zeros(7 - rest[user], Settings.Dimensions)])));
        var (output, _) = carrying.Advance(later, tensor(rest), state);
        for (var user = 0; user < Users; user++)
        {
            var length = first[user] + rest[user];
            var alone = encoder.forward(input.narrow(0, user, 1).narrow(1, 0, length), tensor(new[] { length }));
            Assert.True(allclose(alone[0, length - 1], output[user], rtol: 1e-5, atol: 1e-6), $"user {user}");
        }
    }

    private static (SequenceEncoder Encoder, Tensor Input) Start(string name)
    {
        random.manual_seed(3);
        var encoder = SequenceEncoder.Create(Settings with { Encoder = name });
        encoder.eval();
        return (encoder, randn(Users, Length, Settings.Dimensions));
    }
}

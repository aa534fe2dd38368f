using Driftline.InterestModel;
using Driftline.Sequences;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Driftline.Predictor.Tests;

public sealed class CarriedUsersTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void AUserOfWhomNothingIsHeardIsForgottenThoughThereIsRoom()
    {
        var carried = new CarriedUsers(Options.Create(new PredictorOptions()), _time);
        carried.Put("gone", User());
        for (var hour = 0; hour < 2; hour++)
        {
            _time.Advance(TimeSpan.FromHours(1));
            carried.Put("busy", User());
        }

        Assert.Null(carried.Take("gone"));
        Assert.NotNull(carried.Take("busy"));
        Assert.Equal(0, carried.Size);
    }

    [Fact]
    public void AUserIsKeptForAnHourAtLeast()
    {
        var carried = new CarriedUsers(Options.Create(new PredictorOptions()), _time);
        carried.Put("quiet", User());
        _time.Advance(TimeSpan.FromMinutes(59));
        carried.Put("busy", User());

        Assert.NotNull(carried.Take("quiet"));
    }

    private static CarriedUser User() => new(KnownSequence.Of([]), new CarriedState(new object(), [], [], 0));
}

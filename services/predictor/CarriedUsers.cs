using Driftline.InterestModel;
using Driftline.Sequences;
using Microsoft.Extensions.Options;

namespace Driftline.Predictor;

/// <summary>What is kept of a user between two of their updates.</summary>
public sealed record CarriedUser(KnownSequence Sequence, CarriedState State)
{
    public int Size => Sequence.Size + State.Size;
}

/// <summary>
/// The users seen last, as far as memory is given: two generations, of which the older is dropped when the younger fills its half, or is an hour old: a user whose
/// partition has gone to another replica, where alone an erasure of theirs is heard of, is forgotten. Who takes a user owns
/// what is kept, and puts it back once it is true again; so what an error leaves half done is gone. For one thread at a time.
/// </summary>
public sealed class CarriedUsers(IOptions<PredictorOptions> options, TimeProvider time)
{
    /// <summary>How long a generation is the younger one, at most.</summary>
    private static readonly TimeSpan Generation = TimeSpan.FromHours(1);

    private readonly long _half = options.Value.CarriedStatesMiB * 1024L * 1024 / 2;
    private Dictionary<string, CarriedUser> _younger = new(StringComparer.Ordinal), _older = new(StringComparer.Ordinal);
    private long _youngerSize, _olderSize, _begun = time.GetTimestamp();

    /// <summary>Bytes that are kept, about.</summary>
    public long Size => Volatile.Read(ref _youngerSize) + Volatile.Read(ref _olderSize);

    public CarriedUser? Take(string userId)
    {
        if (_younger.Remove(userId, out var user)) _youngerSize -= user.Size;
        else if (_older.Remove(userId, out user)) _olderSize -= user.Size;
        return user;
    }

    public void Put(string userId, CarriedUser user)
    {
        if (_half == 0) return;
        Take(userId);
        _younger.Add(userId, user);
        _youngerSize += user.Size;
        if (_youngerSize <= _half && time.GetElapsedTime(_begun) < Generation) return;
        _begun = time.GetTimestamp();
        (_older, _olderSize) = (_younger, _youngerSize);
        (_younger, _youngerSize) = (new(StringComparer.Ordinal), 0);
    }
}

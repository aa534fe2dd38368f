using Driftline.InterestModel;

namespace Driftline.Training;

/// <summary>A stretch of a user's training events whose every event has a next one: inputs start..start+length-1.</summary>
public readonly record struct TrainingWindow(UserHistory User, int Start, int Length)
{
    /// <summary>The input events.</summary>
    public ArraySegment<EncodedEvent> Inputs => new(User.Events, Start, Length);
}

/// <summary>
/// Cuts the users' training events into windows, differently in each epoch, so that each event is a target once an epoch and is met with
/// contexts of changing length. Batches hold windows of about one length.
/// </summary>
public sealed class TrainingWindows(TrainingData data, int sequenceLength, int batchSize, int seed)
{
    private const int BatchesPerPool = 24;

    private readonly Random _random = new(seed);

    /// <summary>Batches of one epoch.</summary>
    public IReadOnlyList<TrainingWindow[]> Epoch()
    {
        var windows = Cut().ToArray();
        _random.Shuffle(windows);
        var batches = windows.Chunk(batchSize * BatchesPerPool).SelectMany(pool => pool.OrderBy(window => window.Length).Chunk(batchSize)).ToArray();
        _random.Shuffle(batches);
        return batches;
    }

    private IEnumerable<TrainingWindow> Cut()
    {
        foreach (var user in data.Users)
        {
            var inputs = user.TrainingEvents - 1;
            var length = inputs > sequenceLength ? _random.Next(1, sequenceLength + 1) : inputs;
            for (var start = 0; start < inputs; start += length, length = sequenceLength)
                yield return new TrainingWindow(user, start, Math.Min(length, inputs - start));
        }
    }
}

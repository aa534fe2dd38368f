using Driftline.InterestModel;

namespace Driftline.Training;

/// <summary>A stretch of a user's training events whose every event has a next one: inputs start..start+length-1.</summary>
public readonly record struct TrainingWindow(UserHistory User, int Start, int Length)
{
    /// <summary>The input events.</summary>
    public ArraySegment<EncodedEvent> Inputs => new(User.Events, Start, Length);
}

/// <summary>
/// Cuts the users' training events into windows, differently in each epoch, so that events are met with contexts of changing length. For a
/// causal encoder, which learns from every position, each event is a target once an epoch; for another, which learns from a window's end
/// alone, one in <see cref="EventsPerEnd"/> is. Batches hold windows of about one length. An epoch depends on its number and the seed alone.
/// </summary>
public sealed class TrainingWindows(TrainingData data, int sequenceLength, int batchEvents, bool causal, int seed)
{
    /// <summary>Events of a user for each window end, where only ends are learnt from.</summary>
    public const int EventsPerEnd = 4;

    private const int BatchesPerPool = 24;

    /// <summary>Batches of one epoch.</summary>
    public IReadOnlyList<TrainingWindow[]> Epoch(int epoch)
    {
        var random = new Random(unchecked(seed * 7_919 + epoch));
        var windows = data.Users.SelectMany(user => causal ? Cut(user, random) : Ends(user, random)).ToArray();
        random.Shuffle(windows);
        // Windows of like length come together, but only within a pool, so that batches still differ from epoch to epoch.
        var perPool = Math.Max(1, (int)((long)batchEvents * BatchesPerPool * windows.Length / Math.Max(1, windows.Sum(window => (long)window.Length))));
        var batches = windows.Chunk(perPool).SelectMany(pool => Fill(pool.OrderBy(window => window.Length))).ToArray();
        random.Shuffle(batches);
        return batches;
    }

    private IEnumerable<TrainingWindow> Cut(UserHistory user, Random random)
    {
        var inputs = user.TrainingEvents - 1;
        var length = inputs > sequenceLength ? random.Next(1, sequenceLength + 1) : inputs;
        for (var start = 0; start < inputs; start += length, length = sequenceLength)
            yield return new TrainingWindow(user, start, Math.Min(length, inputs - start));
    }

    private IEnumerable<TrainingWindow> Ends(UserHistory user, Random random)
    {
        var inputs = user.TrainingEvents - 1;
        for (var i = 0; i < inputs; i += EventsPerEnd)
        {
            var end = random.Next(inputs) + 1;
            yield return new TrainingWindow(user, Math.Max(0, end - sequenceLength), Math.Min(end, sequenceLength));
        }
    }

    private IEnumerable<TrainingWindow[]> Fill(IEnumerable<TrainingWindow> windows)
    {
        var batch = new List<TrainingWindow>();
        var events = 0;
        foreach (var window in windows)
        {
            batch.Add(window);
            events += window.Length;
            if (events < batchEvents) continue;
            yield return [.. batch];
            batch.Clear();
            events = 0;
        }

        if (batch.Count > 0) yield return [.. batch];
    }
}

using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Driftline.InterestModel;

public sealed partial class InterestPredictor
{
    // An encoder holds some hundred numbers per event and dimension until a pass is over; h_t is one for each category.
    private const int EventsPerPass = 8192, SharesPerPass = 4_000_000;

    // All items' scores of the users that are answered at once.
    private const int ScoresPerPass = 1_000_000;

    // Padding of a pass that costs less than a pass of its own.
    private const int LittlePadding = 64;

    // Users for whom it pays to wake another thread, and the scores at which fewer do.
    private const int LeastUsersOfThread = 16, ScoresOfThread = 50_000;

    /// <summary>What a user's prediction is made from; the spans are gone when the call returns. Several threads call, each with scratch memory of its own.</summary>
    /// <param name="vector">[D].</param>
    /// <param name="logits">The inner products with the trained items, [V].</param>
    /// <param name="next">h_{t+1}, [C].</param>
    /// <param name="observed">h_t at each half-life, [half-lives, C].</param>
    private delegate void Answered(Scratch scratch, int user, ReadOnlySpan<float> vector, ReadOnlySpan<float> logits, ReadOnlySpan<float> next, ReadOnlySpan<float> observed);

    /// <summary>Runs the network for users: the encoder over what is to be read of each, then the heads.</summary>
    private void Answer(Reading[] readings, Answered answered)
    {
        foreach (var pass in Passes(readings)) Read(pass);
        var most = Math.Clamp(ScoresPerPass / Math.Max(1, _model.Items.Count), 1, 1024);
        for (var start = 0; start < readings.Length; start += most)
            Answer(new ArraySegment<Reading>(readings, start, Math.Min(most, readings.Length - start)), answered);
    }

    /// <summary>Readings of like length together, so that little is padded; none of those that have nothing to read.</summary>
    private IEnumerable<ArraySegment<Reading>> Passes(Reading[] readings)
    {
        var most = Math.Min(EventsPerPass, SharesPerPass / Categories.Count);
        var sorted = Array.FindAll(readings, reading => reading.Newest.Length == 0 || reading.ToRead > 0);
        Array.Sort(sorted, (a, b) => a.ToRead.CompareTo(b.ToRead));
        for (var (start, end, events) = (0, 0, 0); start < sorted.Length; (start, events) = (end, 0))
        {
            for (; end < sorted.Length; end++)
            {
                var padded = (end - start + 1) * sorted[end].ToRead;
                if (end > start && (padded > most || padded > (2 * (events + sorted[end].ToRead)) + LittlePadding)) break;
                events += sorted[end].ToRead;
            }

            yield return new(sorted, start, end - start);
        }
    }

    /// <summary>Takes the encoder over the events to read of each user.</summary>
    private void Read(ArraySegment<Reading> pass)
    {
        using var inference = inference_mode();
        using var scope = NewDisposeScope();
        var stateSize = _model.Network.StateSize;
        var batch = Featuriser.Build([.. pass.Select(reading => reading.Window)], [.. pass.Select(reading => reading.Attributes)], [.. pass.Select(reading => reading.ToRead)]);
        var (shares, states) = (new float[batch.Users * batch.Length * Categories.Count], new float[batch.Users * stateSize]);
        EachOf(batch.Users, (scratch, i) =>
        {
            batch.Lengths[i] = Math.Max(1, batch.Lengths[i]); // of someone without events, one event of which nothing is known
            scratch.Observed.AfterEach(pass[i].Window, pass[i].ToRead, _featuriser.Settings.HalfLifeDays, shares.AsSpan(i * batch.Length * Categories.Count));
            pass[i].Encoder.CopyTo(states.AsSpan(i * stateSize));
        });

        var (newest, state) = _model.Network.Advance(
            FeatureTensors.Of(batch, _device), _items.Table(), tensor(shares, [batch.Users, batch.Length, Categories.Count], device: _device), tensor(states, [batch.Users, stateSize], device: _device));
        var newestRows = Floats(OnHost(newest));
        var stateRows = Floats(OnHost(state));
        for (var i = 0; i < batch.Users; i++) pass[i].Advanced(Row(newestRows, i, batch.Users), Row(stateRows, i, batch.Users));
    }

    private void Answer(ArraySegment<Reading> readings, Answered answered)
    {
        using var inference = inference_mode();
        using var scope = NewDisposeScope();
        var (width, halfLives) = (readings[0].Newest.Length, _model.Network.HalfLives);
        var (newest, observed) = (new float[readings.Count * width], new float[readings.Count * halfLives.Count * Categories.Count]);
        EachOf(readings.Count, (scratch, i) =>
        {
            readings[i].Newest.CopyTo(newest.AsSpan(i * width));
            scratch.Observed.AfterNewest(readings[i].Window, halfLives, observed.AsSpan(i * halfLives.Count * Categories.Count, halfLives.Count * Categories.Count));
        });

        var states = tensor(newest, [readings.Count, width], device: _device);
        var vectors = _model.Network.UserVectors(states);
        var scores = vectors.mm(_items.Table().narrow(0, ItemRows.First, _model.Items.Count).t());
        var forecast = _model.Network.NextInterest(states, tensor(observed, [readings.Count, halfLives.Count, Categories.Count], device: _device)).exp();
        var (vectorRows, logits, next) = (OnHost(vectors), OnHost(scores), OnHost(forecast));
        EachOf(readings.Count, (scratch, i) => answered(
            scratch, readings.Offset + i, Row(Floats(vectorRows), i, readings.Count), Row(Floats(logits), i, readings.Count), Row(Floats(next), i, readings.Count), Row(observed, i, readings.Count)));
    }

    // Does something for each of so many users, on several threads where there are enough of both.
    private void EachOf(int users, Action<Scratch, int> work)
    {
        var least = Math.Clamp(ScoresOfThread / Math.Max(1, _model.Items.Count), 1, LeastUsersOfThread);
        var threads = Math.Clamp(users / least, 1, _scratch.Length);
        try
        {
            if (threads == 1) Part(0);
            else Parallel.For(0, threads, Part);
        }
        catch (AggregateException several)
        {
            ExceptionDispatchInfo.Throw(several.InnerExceptions[0]); // callers tell a user's fault from others by its kind
        }

        void Part(int thread)
        {
            var scratch = _scratch[thread] ??= new Scratch(
                new ObservedShares(_featuriser, Categories.Count, _items.CategoryOf), new ForemostBoosts(_blend, _model.Items.Count, MaxBoosts),
                _model.Population is { } population ? new PopulationMovement(population) : null);
            for (var i = users * thread / threads; i < users * (thread + 1) / threads; i++) work(scratch, i);
        }
    }

    private static ReadOnlySpan<float> Row(ReadOnlySpan<float> rows, int row, int of) => rows.Slice(row * (rows.Length / of), rows.Length / of);

    // Both live as long as the dispose scope that is open.
    private static Tensor OnHost(Tensor matrix) => matrix.cpu().contiguous();

    private static ReadOnlySpan<float> Floats(Tensor onHost) => MemoryMarshal.Cast<byte, float>(onHost.bytes);

    /// <summary>Memory that a thread computes in.</summary>
    private sealed record Scratch(ObservedShares Observed, ForemostBoosts Foremost, PopulationMovement? Population);

    /// <summary>What is to be read of one user, and what came of it.</summary>
    /// <param name="Window">The newest events, at most as many as the model reads.</param>
    /// <param name="ToRead">How many of them the encoder has not read; 0 of an empty window too, which is read all the same.</param>
    /// <param name="Attributes">As <see cref="AttributeVocabulary.Encode"/> gives them.</param>
    private sealed record Reading(ArraySegment<EncodedEvent> Window, int ToRead, int[] Attributes, CarriedState? Carried)
    {
        /// <summary>The encoder's state before the events to read.</summary>
        public float[] Encoder => Carried?.Encoder ?? [];

        /// <summary>The encoder's output after the newest event; empty before anything is read.</summary>
        public float[] Newest { get; private set; } = Carried?.Newest ?? [];

        public static Reading Whole(ArraySegment<EncodedEvent> window, int[] attributes) => new(window, window.Count, attributes, null);

        public void Advanced(ReadOnlySpan<float> newest, ReadOnlySpan<float> state)
        {
            if (Newest.Length == 0) Newest = new float[newest.Length];
            newest.CopyTo(Newest);
            Carried?.Keep(Newest, state);
        }
    }
}

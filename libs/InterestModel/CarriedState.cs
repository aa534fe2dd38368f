namespace Driftline.InterestModel;

/// <summary>
/// What an <see cref="InterestPredictor"/> keeps of a user from one prediction to the next, so that one event more costs one event and not the
/// whole sequence. It belongs to the predictor that made it, which changes it when it goes on from it.
/// </summary>
public sealed class CarriedState
{
    private EncodedEvent[] _events;
    private int _first;

    /// <param name="owner">Stands for the predictor: a state that is kept for long does not keep a replaced model in memory.</param>
    internal CarriedState(object owner, ReadOnlySpan<EncodedEvent> events, int[] attributes, int items)
    {
        (Owner, Attributes, Items) = (owner, attributes, items);
        _events = events.ToArray();
        Count = events.Length;
        Read = events.Length;
        foreach (var e in events) HoldsUnknown |= e.Item == ItemRows.Unknown;
    }

    /// <summary>Bytes that it takes, about.</summary>
    public int Size => 200 + (_events.Length * 16) + (4 * (Encoder.Length + Newest.Length + Attributes.Length));

    internal object Owner { get; }

    /// <summary>The newest events, at most as many as the model reads, oldest first.</summary>
    internal ArraySegment<EncodedEvent> Events => new(_events, _first, Count);

    internal int Count { get; private set; }

    /// <summary>Events that the encoder's state has read, those included that have left the window.</summary>
    internal int Read { get; private set; }

    /// <summary>Whether one of the events' items had no row.</summary>
    internal bool HoldsUnknown { get; private set; }

    /// <summary>The encoder's state, [S]; empty before anything is read.</summary>
    internal float[] Encoder { get; private set; } = [];

    /// <summary>The encoder's output after the newest event, [H]; empty before anything is read.</summary>
    internal float[] Newest { get; private set; } = [];

    internal int[] Attributes { get; }

    /// <summary>The version of the item table whose vectors it was made with.</summary>
    internal int Items { get; set; }

    /// <summary>Keeps what the encoder came to.</summary>
    /// <param name="newest">Taken over.</param>
    internal void Keep(float[] newest, ReadOnlySpan<float> encoder)
    {
        Newest = newest;
        if (Encoder.Length == 0) Encoder = new float[encoder.Length];
        encoder.CopyTo(Encoder);
    }

    /// <summary>Appends events; of more than <paramref name="most"/> the oldest leave.</summary>
    internal void Append(IReadOnlyList<EncodedEvent> events, int most)
    {
        Read += events.Count;
        foreach (var e in events)
        {
            HoldsUnknown |= e.Item == ItemRows.Unknown;
            if (_first + Count == _events.Length) MakeRoom(most);
            _events[_first + Count++] = e;
            if (Count <= most) continue;
            _first++;
            Count--;
        }
    }

    // Room at the end for a quarter more, so that the events lie in one piece and are moved seldom.
    private void MakeRoom(int most)
    {
        var next = new EncodedEvent[Math.Min(Count + (Count / 4) + 4, most + (most / 4) + 4)];
        Events.CopyTo(next);
        (_events, _first) = (next, 0);
    }
}

using System.Numerics.Tensors;

namespace Driftline.Catalog;

/// <summary>
/// Exact top-k by inner product over item vectors of one model version. Small catalogues are scanned; of larger ones most is passed over by
/// bounds (<see cref="CodedIndex"/>), which changes the time and not the answer.
/// <para>
/// One writer at a time (writes take a lock among themselves); any number of searches, which take no lock and see one consistent state: a write
/// appends a row beyond what published states can see and marks the item's older row as ended by this state's number, so a reader of an older
/// state still finds exactly the rows that were current in it. Codes are made in the background; the rows written since are scanned.
/// </para>
/// </summary>
public sealed class VectorIndex : IItemIndex
{
    private const int FirstCapacity = 256, BlockRows = CodedRows.BlockRows;

    /// <summary>Codes are made anew when this part of the rows they cover has been written since.</summary>
    private const int UncodedPart = 8;

    private readonly int _codeFrom;
    private readonly Lock _writing = new();
    private volatile State _state;
    private Task? _coding;

    /// <param name="dimensions">Length of every vector.</param>
    /// <param name="codeFrom">Items from which on searches use codes, at the cost of about a third more memory; <see cref="int.MaxValue"/> for never.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is not positive.</exception>
    public VectorIndex(int dimensions, int codeFrom = int.MaxValue)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(dimensions);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(codeFrom);
        Dimensions = dimensions;
        _codeFrom = codeFrom;
        _state = new State(0, 0, 0, new ItemRows(0, dimensions), null);
    }

    public int Dimensions { get; }

    /// <summary>Items in the newest state.</summary>
    public int Count => _state.Live;

    /// <inheritdoc/>
    public void Upsert(string itemId, ReadOnlySpan<float> vector)
    {
        IItemIndex.Check(vector, Dimensions, nameof(vector));
        lock (_writing)
        {
            var state = _state.Rows == _state.Items.Capacity ? Rebuild(_state) : _state;
            var number = state.Number + 1;
            var isNew = state.Items.Write(state.Rows, itemId, vector, TensorPrimitives.Norm(vector), number);
            _state = state with { Number = number, Rows = state.Rows + 1, Live = state.Live + (isNew ? 1 : 0) };
            if (CodesAreDue(_state)) _coding ??= Task.Run(MakeCodes);
        }
    }

    /// <inheritdoc/>
    public bool Remove(string itemId)
    {
        lock (_writing)
        {
            var number = _state.Number + 1;
            if (!_state.Items.Remove(itemId, number)) return false;
            _state = _state with { Number = number, Live = _state.Live - 1 };
            return true;
        }
    }

    /// <inheritdoc/>
    public float[]?[] VectorsOf(IReadOnlyList<string> itemIds)
    {
        var state = _state;
        return [.. itemIds.Select(id => state.Items.Find(id, state.Number, state.Rows) is var row and >= 0 ? state.Items.Vector(row).ToArray() : null)];
    }

    /// <inheritdoc/>
    public IReadOnlyList<ScoredItem> Search(
        ReadOnlySpan<float> query, int count, ItemAdmission? filter = null, IReadOnlyDictionary<string, float>? boosts = null, bool cosine = false,
        IReadOnlyCollection<string>? among = null)
    {
        IItemIndex.Check(query, Dimensions, nameof(query));
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        if (count == 0) return [];
        var state = _state;
        var best = new BestItems(state.Items, state.Number, query.ToArray(), count, filter, boosts, cosine);
        best.OfferBoosted(state.Rows);
        if (among is not null)
        {
            foreach (var itemId in among) best.Offer(itemId, state.Rows);
        }
        else
        {
            state.Codes?.Search(best);
            Scan(state.Items, state.Codes?.End ?? 0, state.Rows, best);
        }

        return best.Take();
    }

    public void Drop()
    {
        // The garbage collector has it all.
    }

    /// <summary>Ends when the codes that are due are made.</summary>
    public Task CodedAsync()
    {
        lock (_writing) return _coding ?? Task.CompletedTask;
    }

    private void Scan(ItemRows items, int from, int to, BestItems best)
    {
        Span<float> scores = stackalloc float[BlockRows];
        for (var first = from; first < to; first += BlockRows)
        {
            var count = Math.Min(BlockRows, to - first);
            InnerProducts.Of(best.Query, items.Matrix.AsSpan(first * Dimensions, count * Dimensions), scores[..count]);
            var norms = items.Norms.AsSpan(first, count);
            var limit = best.Limit(new Lengths(TensorPrimitives.Min<float>(norms), TensorPrimitives.Max<float>(norms)));
            for (var open = BestItems.NotBelow(limit, scores, count); open != 0; open &= open - 1) best.Offer(first + (int)uint.TrailingZeroCount(open));
        }
    }

    /// <summary>Copies the live rows into new arrays, with as much room again; readers of older states keep the old arrays.</summary>
    private State Rebuild(State old)
    {
        var items = new ItemRows(Math.Max(FirstCapacity, checked(old.Live * 2)), Dimensions);
        var movedTo = new int[old.Rows];
        Array.Fill(movedTo, -1);
        var rows = 0;
        var end = -1;
        for (var row = 0; row < old.Rows; row++)
        {
            if (row == old.Codes?.End) end = rows;
            if (!old.Items.Holds(row, old.Number)) continue;
            items.Write(rows, old.Items.Ids[row], old.Items.Vector(row), old.Items.Norms[row], old.Number);
            movedTo[row] = rows++;
        }

        return new State(old.Number, rows, old.Live, items, old.Codes?.Moved(movedTo, end < 0 ? rows : end));
    }

    private bool CodesAreDue(State state) =>
        state.Live >= _codeFrom && state.Rows - (state.Codes?.End ?? 0) is var uncoded && uncoded > (state.Codes?.End ?? 0) / UncodedPart;

    private void MakeCodes()
    {
        while (true)
        {
            State state;
            lock (_writing)
            {
                state = _state;
                if (!CodesAreDue(state))
                {
                    _coding = null;
                    return;
                }
            }

            int[] current = [.. Enumerable.Range(0, state.Rows).Where(row => state.Items.Holds(row, state.Number))];
            var codes = new CodedIndex(state.Items.Matrix, Dimensions, current, state.Rows);
            lock (_writing)
            {
                if (_state.Items == state.Items) _state = _state with { Codes = codes }; // else the rows have moved
            }
        }
    }

    /// <param name="Number">Grows by one with each write.</param>
    /// <param name="Rows">Rows that readers of this state may look at.</param>
    private sealed record State(long Number, int Rows, int Live, ItemRows Items, CodedIndex? Codes);
}

namespace Driftline.Training;

/// <summary>A square matrix of which each row keeps its largest cells.</summary>
internal sealed class SparseRows
{
    private readonly int[][] _columns;
    private readonly float[][] _values;

    private SparseRows(int count) => (_columns, _values) = (new int[count][], new float[count][]);

    /// <summary>The cells of a row, largest first, ties by column.</summary>
    public (int[] Columns, float[] Values) this[int row] => (_columns[row], _values[row]);

    /// <summary>Counts row by row.</summary>
    /// <param name="count">Rows, and columns.</param>
    /// <param name="keep">Cells that a row keeps.</param>
    /// <param name="fill">Counts a row.</param>
    /// <param name="weigh">The cell's value from row, column and count; the count where left out.</param>
    public static SparseRows Of(int count, int keep, Action<int, RowCounter> fill, Func<int, int, float, float>? weigh = null)
    {
        var rows = new SparseRows(count);
        Parallel.For(0, count, () => new RowCounter(count), (row, _, counter) =>
        {
            fill(row, counter);
            (rows._columns[row], rows._values[row]) = counter.Take(keep, weigh is null ? null : (column, value) => weigh(row, column, value));
            return counter;
        }, _ => { });
        return rows;
    }
}

/// <summary>Counts one row at a time in a dense buffer and clears only what was touched.</summary>
internal sealed class RowCounter(int columns)
{
    private readonly float[] _counts = new float[columns];
    private readonly int[] _group = new int[columns];
    private readonly List<int> _touched = [];
    private int _now;

    public void Add(int column, float count)
    {
        if (_counts[column] == 0) _touched.Add(column);
        _counts[column] += count;
    }

    /// <summary>Begins a group within which a column counts once.</summary>
    public void NextGroup() => _now++;

    public void AddOncePerGroup(int column)
    {
        if (_group[column] == _now) return;
        _group[column] = _now;
        Add(column, 1);
    }

    /// <summary>The largest cells; the counter is empty afterwards.</summary>
    public (int[] Columns, float[] Values) Take(int keep, Func<int, float, float>? weigh)
    {
        var cells = _touched.Select(column => (Column: column, Value: weigh is null ? _counts[column] : weigh(column, _counts[column]))).ToArray();
        foreach (var column in _touched) _counts[column] = 0;
        _touched.Clear();
        Array.Sort(cells, (a, b) => a.Value != b.Value ? b.Value.CompareTo(a.Value) : a.Column.CompareTo(b.Column));
        var kept = cells.AsSpan(0, Math.Min(keep, cells.Length));
        var (indexes, values) = (new int[kept.Length], new float[kept.Length]);
        for (var i = 0; i < kept.Length; i++) (indexes[i], values[i]) = kept[i];
        return (indexes, values);
    }
}

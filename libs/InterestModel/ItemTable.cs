using static TorchSharp.torch;

namespace Driftline.InterestModel;

/// <summary>Item ids, vectors and categories of a model at work: the trained rows, then those registered since.</summary>
internal sealed class ItemTable : IDisposable
{
    private readonly Dictionary<string, int> _rows = new(StringComparer.Ordinal);
    private readonly List<string> _ids = ["", ""];
    private readonly List<long?> _texts = [null, null]; // null: to be set anew
    private readonly List<float[]> _vectors = [];
    private readonly List<int> _categories = [];
    private readonly List<int> _changed = [];
    private readonly int _trained;
    private readonly Device _device;
    private Tensor? _table;

    public ItemTable(ModelArtifact model, Device device)
    {
        _device = device;
        var dimensions = model.Manifest.Architecture.Dimensions;
        var values = model.Network.ItemTable().cpu().contiguous().data<float>().ToArray();
        _vectors.AddRange(Enumerable.Range(0, values.Length / dimensions).Select(row => values.AsSpan(row * dimensions, dimensions).ToArray()));
        _categories.AddRange(model.Network.CategoryOfRow.cpu().data<long>().Select(category => (int)category));
        foreach (var item in model.Items)
        {
            _rows.Add(item.Id, _ids.Count);
            _ids.Add(item.Id);
            _texts.Add(item.TextHash);
        }

        _trained = _ids.Count;
        _changed.AddRange(new int[_trained]);
    }

    /// <summary>Counts the changes.</summary>
    public int Version { get; private set; }

    /// <summary>The version that the newest item came with.</summary>
    public int Grown { get; private set; }

    /// <summary>The version that a row has had its vector and category since.</summary>
    public int ChangedAt(int row) => _changed[row];

    public int RowOf(string itemId) => _rows.GetValueOrDefault(itemId, ItemRows.Unknown);

    public string IdOf(int row) => _ids[row];

    public bool IsTrained(int row) => row >= ItemRows.First && row < _trained;

    public int CategoryOf(int row) => _categories[row];

    public bool HasText(string itemId, long textHash) => _rows.TryGetValue(itemId, out var row) && _texts[row] == textHash;

    public IEnumerable<(string ItemId, float[] Vector)> Vectors() =>
        Enumerable.Range(ItemRows.First, _ids.Count - ItemRows.First).Select(row => (_ids[row], _vectors[row]));

    public void Set(string itemId, long textHash, float[] vector, int category)
    {
        Version++;
        if (_rows.TryGetValue(itemId, out var row))
        {
            (_texts[row], _vectors[row], _categories[row], _changed[row]) = (textHash, vector, category, Version);
        }
        else
        {
            _rows.Add(itemId, _ids.Count);
            _ids.Add(itemId);
            _texts.Add(textHash);
            _vectors.Add(vector);
            _categories.Add(category);
            _changed.Add(Version);
            Grown = Version;
        }

        Forget();
    }

    /// <summary>The item is set anew when it comes back; sequences that hold it use its vector and category until then.</summary>
    public void ForgetText(int row) => _texts[row] = null;

    /// <summary>Vectors, [rows, D]; made again after a change, and owned by the table.</summary>
    public Tensor Table()
    {
        if (_table is not null) return _table;
        var dimensions = _vectors[0].Length;
        var values = new float[_vectors.Count * dimensions];
        for (var row = 0; row < _vectors.Count; row++) _vectors[row].CopyTo(values, row * dimensions);
        return _table = tensor(values, [_vectors.Count, dimensions], device: _device).DetachFromDisposeScope();
    }

    public void Dispose() => Forget();

    private void Forget()
    {
        _table?.Dispose();
        _table = null;
    }
}

namespace Driftline.TextEncoders.Tests;

/// <summary>A Hugging Face export of a network that looks up each piece's vector: row i of the table is (i, i^2, 1).</summary>
internal sealed class TinyExport : IDisposable
{
    public const int Dimensions = 3;

    // Ids are line numbers from 0.
    public static readonly string[] Vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "red", "cup", "##s", "tea", "##cup", "the", ",", "caf", "##e"];

    private readonly TempFolder _folder = new();

    public TinyExport()
    {
        _folder.Write("vocab.txt", string.Join('\n', Vocabulary) + "\n");
        var graph = new OnnxGraph("tiny");
        var ids = graph.Input("input_ids", OnnxGraph.Int64Type, "batch", "length");
        graph.Input("attention_mask", OnnxGraph.Int64Type, "batch", "length");
        var types = graph.Input("token_type_ids", OnnxGraph.Int64Type, "batch", "length");
        var segment = graph.Node("Cast", [graph.Node("Unsqueeze", [types, graph.Integers(2)])], ("to", OnnxGraph.FloatType));
        var table = graph.Constant([.. Enumerable.Range(0, Vocabulary.Length).SelectMany(Row)], Vocabulary.Length, Dimensions);
        graph.Named("last_hidden_state", "Add", graph.Node("Gather", [table, ids]), segment);
        graph.Output("last_hidden_state", OnnxGraph.FloatType, "batch", "length", Dimensions);
        Directory.CreateDirectory(_folder["onnx"]);
        graph.Save(_folder["onnx/model.onnx"]);
    }

    public string Path => _folder.Path;

    public string Name => "onnx:" + Path;

    public static float[] Row(int id) => [id, id * id, 1];

    public void Write(string name, string text) => _folder.Write(name, text);

    public void Remove(string name) => File.Delete(_folder[name]);

    public void Dispose() => _folder.Dispose();
}

namespace Driftline.TextEncoders;

/// <summary>
/// Universal Sentence Encoder Lite (Cer et al. 2018, arXiv:1803.11175) as ONNX: piece embeddings, doubled, plus sinusoidal timing; two pre-norm
/// Transformer layers (Vaswani et al. 2017, arXiv:1706.03762) of 4 heads; the mean over the pieces; one tanh layer.
/// <para>Inputs <c>input_ids</c> and <c>attention_mask</c>, int64 [batch, length]; output <c>sentence_embedding</c>, float32 [batch, 512].</para>
/// </summary>
internal sealed class UseLiteGraph
{
    public const int MaxLength = 128, Dimensions = 512;
    private const int Width = 256, Heads = 4;
    private const float Epsilon = 1e-6f, Masked = -1e9f;
    private const string Encode = "module_apply_default/Encoder_en/KonaTransformer/Encode";

    private readonly OnnxGraph _graph = new("use-lite");
    private readonly TensorFlowJsWeights _weights;

    private UseLiteGraph(TensorFlowJsWeights weights) => _weights = weights;

    /// <summary>Writes the network with its weights.</summary>
    /// <exception cref="InvalidDataException">A weight is missing or of another shape.</exception>
    public static void Write(TensorFlowJsWeights weights, string path)
    {
        var network = new UseLiteGraph(weights);
        network.Build();
        network._graph.Save(path);
    }

    private void Build()
    {
        var ids = _graph.Input("input_ids", OnnxGraph.Int64Type, "batch", "length");
        var attention = _graph.Input("attention_mask", OnnxGraph.Int64Type, "batch", "length");
        var mask = _graph.Node("Cast", [attention], ("to", OnnxGraph.FloatType));
        var keep = Unsqueeze(mask, 2);                                                             // [B, L, 1]
        var bias = Times(_graph.Node("Sub", [Number(1), Unsqueeze(mask, 1, 2)]), Number(Masked));  // [B, 1, 1, L]

        var x = Times(Plus(Embedded(ids), Timing(ids)), keep);                                     // [B, L, 256]
        for (var layer = 0; layer < 2; layer++) x = Layer(layer, x, bias);                         // [B, L, 512]

        var sum = _graph.Node("ReduceSum", [Times(x, keep), _graph.Integers(1)], ("keepdims", 0));
        var count = _graph.Node("Max", [_graph.Node("ReduceSum", [keep, _graph.Integers(1)], ("keepdims", 0)), Number(1)]);
        var mean = _graph.Node("Div", [sum, count]);
        const string Tanh = "module/Encoder_en/hidden_layers/tanh_layer_0";
        _graph.Named("sentence_embedding", "Tanh", Plus(Product(mean, $"{Tanh}/weights", Dimensions, Dimensions), Vector($"{Tanh}/bias", Dimensions)));
        _graph.Output("sentence_embedding", OnnxGraph.FloatType, "batch", Dimensions);
    }

    // The network adds the embedding to (embedding + timing).
    private string Embedded(string ids)
    {
        var table = _weights.Take("module/Embeddings_en", 8002, Width);
        return _graph.Node("Gather", [_graph.Constant([.. table.Select(value => 2 * value)], 8002, Width), ids]);
    }

    // Row p: the sines of p times each inverse time scale, then the cosines.
    private string Timing(string ids)
    {
        var scales = _weights.Take($"{Encode}/TransformerStack/Layer_0/AddTimingSignal/TimingSignal/ExpandDims_1", 1, Width / 2);
        var rows = new float[MaxLength * Width];
        for (var p = 0; p < MaxLength; p++)
        {
            for (var i = 0; i < scales.Length; i++)
            {
                rows[p * Width + i] = MathF.Sin(p * scales[i]);
                rows[p * Width + scales.Length + i] = MathF.Cos(p * scales[i]);
            }
        }

        var length = _graph.Node("Slice", [_graph.Node("Shape", [ids]), _graph.Integers(1), _graph.Integers(2)]);
        return _graph.Node("Slice", [_graph.Constant(rows, MaxLength, Width), _graph.Integers(0), length]);
    }

    private string Layer(int index, string x, string bias)
    {
        var width = index == 0 ? Width : Dimensions;
        var layer = $"{Encode}/Layer_{index}/TransformerLayer";
        var attended = Attention(index, Norm(layer, x, width), bias, width);
        // Layer 0 widens: its residual goes through a dense layer.
        var residual = index == 0
            ? Plus(Product(x, $"{layer}/dense/kernel/ConcatPartitions/concat", Width, Dimensions), Vector($"{layer}/dense/bias/ConcatPartitions/concat", Dimensions))
            : x;
        var middle = Plus(attended, residual);

        const int Inner = 3 * Dimensions;
        var kernels = $"{Encode}/TransformerStack/Layer_{index}/TransformerLayer/FFN";
        var inner = Plus(Product(Norm($"{layer}/FFN", middle, Dimensions), $"{kernels}/conv1/Tensordot/Reshape_1", Dimensions, Inner), Vector($"{layer}/FFN/conv1/bias/ConcatPartitions/concat", Inner));
        var outer = Product(_graph.Node("Relu", [inner]), $"{kernels}/conv2/Tensordot/Reshape_1", Inner, Dimensions);
        return Plus(middle, Plus(outer, Vector($"{layer}/FFN/conv2/bias/ConcatPartitions/concat", Dimensions)));
    }

    private string Attention(int index, string x, string bias, int width)
    {
        var kernels = $"module/Encoder_en/KonaTransformer/Encode/Layer_{index}/TransformerLayer/MultiheadAttention";
        var biases = $"{Encode}/Layer_{index}/TransformerLayer/MultiheadAttention";
        var all = Plus(
            Product(x, $"{kernels}/qkv_transform_single/kernel/part_0", width, 3 * width),
            Vector($"{biases}/qkv_transform_single/bias/ConcatPartitions/concat", 3 * width));
        var parts = _graph.Nodes("Split", 3, [all, _graph.Integers(width, width, width)], ("axis", 2));
        var query = Times(Split(parts[0], width, [0, 2, 1, 3]), Number((float)(1 / Math.Sqrt((double)width / Heads))));
        var scores = Plus(_graph.Node("MatMul", [query, Split(parts[1], width, [0, 2, 3, 1])]), bias);      // [B, heads, L, L]
        var mixed = _graph.Node("MatMul", [_graph.Node("Softmax", [scores], ("axis", -1)), Split(parts[2], width, [0, 2, 1, 3])]);
        var joined = _graph.Node("Reshape", [_graph.Node("Transpose", [mixed], ("perm", new long[] { 0, 2, 1, 3 })), _graph.Integers(0, 0, width)]);
        return Plus(
            Product(joined, $"{kernels}/output_transform_single/kernel/part_0", width, Dimensions),
            Vector($"{biases}/output_transform_single/bias/ConcatPartitions/concat", Dimensions));
    }

    // [B, L, width] to [B, L, heads, width / heads], then permuted.
    private string Split(string x, int width, long[] order) =>
        _graph.Node("Transpose", [_graph.Node("Reshape", [x, _graph.Integers(0, 0, Heads, width / Heads)])], ("perm", order));

    private string Norm(string owner, string x, int width) => _graph.Node(
        "LayerNormalization",
        [
            x, Vector($"{owner}/layer_prepostprocess/layer_norm/layer_norm_scale/ConcatPartitions/concat", width),
            Vector($"{owner}/layer_prepostprocess/layer_norm/layer_norm_bias/ConcatPartitions/concat", width),
        ],
        ("axis", -1), ("epsilon", Epsilon));

    private string Product(string x, string weight, int rows, int columns) =>
        _graph.Node("MatMul", [x, _graph.Constant(_weights.Take(weight, rows, columns), rows, columns)]);

    private string Vector(string weight, int length) => _graph.Constant(_weights.Take(weight, length), length);

    private string Number(float value) => _graph.Constant([value]);

    private string Plus(string a, string b) => _graph.Node("Add", [a, b]);

    private string Times(string a, string b) => _graph.Node("Mul", [a, b]);

    private string Unsqueeze(string x, params long[] axes) => _graph.Node("Unsqueeze", [x, _graph.Integers(axes)]);
}

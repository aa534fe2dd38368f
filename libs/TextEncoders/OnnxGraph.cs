using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Driftline.TextEncoders;

/// <summary>
/// Builds an ONNX model (opset 17) node by node and writes it: the few messages of onnx.proto3 that a feed-forward graph needs. Values are known
/// by name, and each method returns the name of what it adds.
/// </summary>
internal sealed class OnnxGraph(string name)
{
    public const int FloatType = 1, Int64Type = 7;
    private const int IrVersion = 8, Opset = 17;

    private readonly ProtoWriter _nodes = new();
    private readonly ProtoWriter _initializers = new();
    private readonly ProtoWriter _inputs = new();
    private readonly ProtoWriter _outputs = new();
    private int _count;

    /// <summary>An input of the model; a dimension is a number or a free name.</summary>
    public string Input(string name, int type, params object[] shape) => Value(_inputs, 11, name, type, shape);

    /// <summary>Gives a value out of the model.</summary>
    public void Output(string name, int type, params object[] shape) => Value(_outputs, 12, name, type, shape);

    /// <summary>A float32 constant, row-major.</summary>
    public string Constant(ReadOnlySpan<float> values, params long[] shape)
    {
        var bytes = new byte[values.Length * sizeof(float)];
        if (BitConverter.IsLittleEndian) MemoryMarshal.AsBytes(values).CopyTo(bytes);
        else for (var i = 0; i < values.Length; i++) BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(i * sizeof(float)), values[i]);
        return Initializer(FloatType, bytes, shape);
    }

    /// <summary>An int64 vector.</summary>
    public string Integers(params long[] values)
    {
        var bytes = new byte[values.Length * sizeof(long)];
        for (var i = 0; i < values.Length; i++) BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(i * sizeof(long)), values[i]);
        return Initializer(Int64Type, bytes, [values.Length]);
    }

    /// <summary>A node of one output.</summary>
    public string Node(string op, string[] inputs, params (string Name, object Value)[] attributes) => Nodes(op, 1, inputs, attributes)[0];

    /// <summary>A node whose output is called <paramref name="output"/>.</summary>
    public string Named(string output, string op, params string[] inputs)
    {
        Add(op, inputs, [output], []);
        return output;
    }

    /// <summary>A node of several outputs.</summary>
    public string[] Nodes(string op, int outputs, string[] inputs, params (string Name, object Value)[] attributes)
    {
        string[] names = [.. Enumerable.Range(0, outputs).Select(_ => $"v{_count++}")];
        Add(op, inputs, names, attributes);
        return names;
    }

    /// <summary>Writes the model.</summary>
    public void Save(string path)
    {
        var graph = new ProtoWriter();
        graph.Append(_nodes);
        graph.Text(2, name);
        graph.Append(_initializers);
        graph.Append(_inputs);
        graph.Append(_outputs);
        var model = new ProtoWriter();
        model.Number(1, IrVersion);
        model.Text(2, "driftline");
        model.Message(7, graph);
        var opset = new ProtoWriter();
        opset.Text(1, "");
        opset.Number(2, Opset);
        model.Message(8, opset);
        using var file = File.Create(path);
        model.CopyTo(file);
    }

    private void Add(string op, string[] inputs, string[] outputs, (string Name, object Value)[] attributes)
    {
        var node = new ProtoWriter();
        foreach (var input in inputs) node.Text(1, input);
        foreach (var output in outputs) node.Text(2, output);
        node.Text(3, $"{op}_{outputs[0]}");
        node.Text(4, op);
        foreach (var (attribute, value) in attributes) node.Message(5, Attribute(attribute, value));
        _nodes.Message(1, node);
    }

    private static ProtoWriter Attribute(string name, object value)
    {
        const int Float = 1, Integer = 2, IntegerList = 7;
        var attribute = new ProtoWriter();
        attribute.Text(1, name);
        switch (value)
        {
            case float number:
                attribute.Single(2, number);
                attribute.Number(20, Float);
                break;
            case int number:
                attribute.Number(3, number);
                attribute.Number(20, Integer);
                break;
            case long[] numbers:
                foreach (var number in numbers) attribute.Number(8, number);
                attribute.Number(20, IntegerList);
                break;
            default:
                throw new ArgumentException($"An attribute of type {value.GetType().Name} is not written here.");
        }

        return attribute;
    }

    private string Initializer(int type, byte[] bytes, long[] shape)
    {
        var name = $"c{_count++}";
        var tensor = new ProtoWriter();
        foreach (var dimension in shape) tensor.Number(1, dimension);
        tensor.Number(2, type);
        tensor.Text(8, name);
        tensor.Bytes(9, bytes);
        _initializers.Message(5, tensor);
        return name;
    }

    private static string Value(ProtoWriter target, int field, string name, int type, object[] shape)
    {
        var dimensions = new ProtoWriter();
        foreach (var each in shape)
        {
            var dimension = new ProtoWriter();
            if (each is string free) dimension.Text(2, free);
            else dimension.Number(1, Convert.ToInt64(each, System.Globalization.CultureInfo.InvariantCulture));
            dimensions.Message(1, dimension);
        }

        var tensor = new ProtoWriter();
        tensor.Number(1, type);
        tensor.Message(2, dimensions);
        var typed = new ProtoWriter();
        typed.Message(1, tensor);
        var value = new ProtoWriter();
        value.Text(1, name);
        value.Message(2, typed);
        target.Message(field, value);
        return name;
    }
}

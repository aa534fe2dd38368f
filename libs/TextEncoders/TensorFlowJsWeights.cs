using System.Runtime.InteropServices;
using System.Text.Json;

namespace Driftline.TextEncoders;

/// <summary>
/// The weights of a TensorFlow.js graph model: <c>model.json</c> lists names, shapes and types in the order in which the shards, laid end to end,
/// hold the values (32 bits each, little-endian).
/// </summary>
internal sealed class TensorFlowJsWeights
{
    private readonly Dictionary<string, (long[] Shape, byte[] Bytes)> _weights = new(StringComparer.Ordinal);

    /// <param name="folder">Holds <c>model.json</c> and the shards.</param>
    /// <exception cref="InvalidDataException">The files do not fit together.</exception>
    public TensorFlowJsWeights(string folder)
    {
        using var model = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "model.json")));
        foreach (var group in model.RootElement.GetProperty("weightsManifest").EnumerateArray())
        {
            var bytes = group.GetProperty("paths").EnumerateArray().SelectMany(path => File.ReadAllBytes(Path.Combine(folder, Path.GetFileName(path.GetString()!)))).ToArray();
            long at = 0;
            foreach (var weight in group.GetProperty("weights").EnumerateArray())
            {
                long[] shape = [.. weight.GetProperty("shape").EnumerateArray().Select(dimension => dimension.GetInt64())];
                var length = shape.Aggregate(4L, (product, dimension) => product * dimension);
                if (at + length > bytes.Length) throw new InvalidDataException($"{folder}: the weight files end in the middle of {weight.GetProperty("name")}.");
                if (weight.GetProperty("dtype").GetString() == "float32")
                    _weights.Add(weight.GetProperty("name").GetString()!, (shape, bytes.AsSpan((int)at, (int)length).ToArray()));
                at += length;
            }
        }
    }

    /// <summary>A weight's values, row-major.</summary>
    /// <param name="shape">What it must have; leading dimensions of 1 do not matter.</param>
    /// <exception cref="InvalidDataException">It is missing, or has another shape.</exception>
    public float[] Take(string name, params long[] shape)
    {
        if (!_weights.TryGetValue(name, out var weight)) throw new InvalidDataException($"Weight '{name}' is missing.");
        if (!weight.Shape.SkipWhile(dimension => dimension == 1).SequenceEqual(shape.SkipWhile(dimension => dimension == 1)))
            throw new InvalidDataException($"Weight '{name}' has shape [{string.Join(", ", weight.Shape)}], not [{string.Join(", ", shape)}].");
        return MemoryMarshal.Cast<byte, float>(weight.Bytes).ToArray();
    }
}

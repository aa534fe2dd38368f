using System.Buffers.Binary;
using System.Text.Json;
using System.Text.Json.Nodes;
using static TorchSharp.torch;

namespace Driftline.InterestModel;

/// <summary>
/// The safetensors file format (https://huggingface.co/docs/safetensors): 8 bytes of header length, little endian, a JSON header of names,
/// types, shapes and offsets, then the tensors' bytes. Float32 and int64 only, which is all that a model here holds.
/// </summary>
public static class SafeTensors
{
    /// <summary>Writes tensors to a file, by name.</summary>
    public static void Write(string path, IReadOnlyDictionary<string, Tensor> tensors)
    {
        var header = new JsonObject();
        long offset = 0;
        var ordered = tensors.OrderBy(pair => pair.Key, StringComparer.Ordinal).ToList();
        foreach (var (name, tensor) in ordered)
        {
            var size = tensor.numel() * tensor.element_size();
            header[name] = new JsonObject
            {
                ["dtype"] = TypeName(tensor.dtype),
                ["shape"] = new JsonArray([.. tensor.shape.Select(n => (JsonNode)n)]),
                ["data_offsets"] = new JsonArray(offset, offset + size),
            };
            offset += size;
        }

        var json = JsonSerializer.SerializeToUtf8Bytes(header);
        var padded = (json.Length + 7) / 8 * 8; // tensors start aligned
        using var file = File.Create(path);
        var length = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, padded);
        file.Write(length);
        file.Write(json);
        for (var i = json.Length; i < padded; i++) file.WriteByte((byte)' ');
        foreach (var (_, tensor) in ordered)
        {
            using var host = tensor.detach().cpu().contiguous();
            file.Write(host.bytes);
        }
    }

    /// <summary>Copies a file's tensors into those given, name by name.</summary>
    /// <exception cref="InvalidDataException">A tensor is missing, left over, or of another type or shape.</exception>
    public static void ReadInto(string path, IReadOnlyDictionary<string, Tensor> tensors)
    {
        using var file = File.OpenRead(path);
        var length = new byte[8];
        file.ReadExactly(length);
        var json = new byte[BinaryPrimitives.ReadInt64LittleEndian(length)];
        file.ReadExactly(json);
        var header = JsonNode.Parse(json)!.AsObject();
        if (tensors.Keys.FirstOrDefault(name => !header.ContainsKey(name)) is { } missing)
            throw new InvalidDataException($"{path}: tensor '{missing}' is missing.");
        foreach (var (name, entry) in header)
        {
            if (!tensors.TryGetValue(name, out var target)) throw new InvalidDataException($"{path}: tensor '{name}' is not part of this model.");
            var shape = entry!["shape"]!.AsArray().Select(n => (long)n!).ToArray();
            if ((string)entry["dtype"]! != TypeName(target.dtype) || !shape.SequenceEqual(target.shape))
            {
                throw new InvalidDataException(
                    $"{path}: tensor '{name}' is {entry["dtype"]} [{string.Join(", ", shape)}], but the model's is {TypeName(target.dtype)} [{string.Join(", ", target.shape)}].");
            }

            var offsets = entry["data_offsets"]!.AsArray();
            var bytes = new byte[(long)offsets[1]! - (long)offsets[0]!];
            file.Seek(8 + json.Length + (long)offsets[0]!, SeekOrigin.Begin);
            file.ReadExactly(bytes);
            using var noGrad = no_grad();
            using var host = zeros(shape, target.dtype);
            host.bytes = bytes;
            target.copy_(host);
        }
    }

    private static string TypeName(ScalarType type) => type switch
    {
        ScalarType.Float32 => "F32",
        ScalarType.Int64 => "I64",
        _ => throw new NotSupportedException($"Tensors of type {type} are not stored."),
    };
}

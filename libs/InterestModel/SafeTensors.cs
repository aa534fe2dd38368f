using System.Buffers.Binary;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using static TorchSharp.torch;

namespace Driftline.InterestModel;

/// <summary>
/// The safetensors file format (https://huggingface.co/docs/safetensors): 8 bytes of header length, little endian, a JSON header of names,
/// types, shapes and offsets, then the tensors' bytes. Float32 and int64 only, which is all that a model here holds.
/// </summary>
public static class SafeTensors
{
    private const int MaxHeaderBytes = 16 * 1024 * 1024;

    private static readonly JsonSerializerOptions Strict = new() { RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true };

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
    /// <exception cref="InvalidDataException">The file is no safetensors file, or a tensor is missing, left over, or of another type or shape.</exception>
    public static void ReadInto(string path, IReadOnlyDictionary<string, Tensor> tensors)
    {
        using var file = File.OpenRead(path);
        var (header, data) = ReadHeader(path, file);
        if (tensors.Keys.FirstOrDefault(name => !header.ContainsKey(name)) is { } missing)
            throw new InvalidDataException($"{path}: tensor '{missing}' is missing.");
        foreach (var (name, entry) in header)
        {
            if (!tensors.TryGetValue(name, out var target)) throw new InvalidDataException($"{path}: tensor '{name}' is not part of this model.");
            if (entry.Dtype != TypeName(target.dtype) || !entry.Shape.SequenceEqual(target.shape))
            {
                throw new InvalidDataException(
                    $"{path}: tensor '{name}' is {entry.Dtype} [{string.Join(", ", entry.Shape)}], but the model's is {TypeName(target.dtype)} [{string.Join(", ", target.shape)}].");
            }

            if (entry.DataOffsets is not [>= 0 and var begin, var end] || end > file.Length - data || end - begin != target.numel() * target.element_size())
                throw new InvalidDataException($"{path}: tensor '{name}' is said to lie at [{string.Join(", ", entry.DataOffsets)}], which is not its size or not in the file.");
            var bytes = new byte[end - begin];
            file.Seek(data + begin, SeekOrigin.Begin);
            file.ReadExactly(bytes);
            using var noGrad = no_grad();
            using var host = zeros(entry.Shape, target.dtype);
            host.bytes = bytes;
            target.copy_(host);
        }
    }

    /// <returns>The tensors by name, and where their bytes begin.</returns>
    private static (Dictionary<string, Entry> Header, long Data) ReadHeader(string path, FileStream file)
    {
        try
        {
            var length = new byte[sizeof(long)];
            file.ReadExactly(length);
            var size = BinaryPrimitives.ReadInt64LittleEndian(length);
            if (size < 0 || size > Math.Min(MaxHeaderBytes, file.Length - sizeof(long))) throw new InvalidDataException($"{path}: says that its header has {size} bytes.");
            var json = new byte[size];
            file.ReadExactly(json);
            return (JsonSerializer.Deserialize<Dictionary<string, Entry>>(json, Strict) ?? [], sizeof(long) + size);
        }
        catch (Exception e) when (e is EndOfStreamException or JsonException)
        {
            throw new InvalidDataException($"{path}: is no safetensors file: {e.Message}", e);
        }
    }

    private sealed record Entry(
        [property: JsonPropertyName("dtype")] string Dtype, [property: JsonPropertyName("shape")] long[] Shape, [property: JsonPropertyName("data_offsets")] long[] DataOffsets);

    private static string TypeName(ScalarType type) => type switch
    {
        ScalarType.Float32 => "F32",
        ScalarType.Int64 => "I64",
        _ => throw new NotSupportedException($"Tensors of type {type} are not stored."),
    };
}

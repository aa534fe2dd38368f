using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Driftline.Hosting.Security;

/// <summary>
/// The file that <see cref="SecurityOptions.KeysFile"/> names:
/// <c>{"keys":[{"name":"shop","sha256":"9f86…","scopes":["events:write"],"requestsPerSecond":200}]}</c>. It holds no secret, only hashes.
/// </summary>
public static class ApiKeyFile
{
    private const int MaxKeys = 1_000, MaxNameChars = 64, MaxBytes = 1024 * 1024, MaxRequestsPerSecond = 1_000_000;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        WriteIndented = true,
    };

    /// <exception cref="InvalidDataException">It cannot be read, or says what no key can be; the message names the place and the fix.</exception>
    public static IReadOnlyList<ApiKey> Read(string path)
    {
        try
        {
            using var stream = File.OpenRead(path);
            if (stream.Length > MaxBytes) throw new InvalidDataException($"{path} is {stream.Length} bytes long: at most {MaxBytes} are read.");
            var keys = (JsonSerializer.Deserialize<Content>(stream, Json) ?? throw new JsonException("it holds null.")).Keys;
            Check(path, keys);
            return [.. keys.Select(key => new ApiKey(key.Name, key.Sha256, key.Scopes, key.RequestsPerSecond))];
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new InvalidDataException($"{path} is no file of API keys: {e.Message}", e);
        }
    }

    /// <summary>Replaces the file as a whole, so that whoever reads it meanwhile sees the old one or the new.</summary>
    /// <exception cref="InvalidDataException">It could not be read again; the file is as it was.</exception>
    public static void Write(string path, IReadOnlyList<ApiKey> keys)
    {
        var content = new Content([.. keys.Select(key => new Entry(key.Name, key.Sha256, key.Scopes, key.RequestsPerSecond))]);
        Check(path, content.Keys);
        var bytes = JsonSerializer.SerializeToUtf8Bytes(content, Json);
        if (bytes.Length > MaxBytes) throw new InvalidDataException($"{path} would be {bytes.Length} bytes long: at most {MaxBytes} are read.");
        var next = path + ".next";
        File.WriteAllBytes(next, bytes);
        File.Move(next, path, overwrite: true);
    }

    private static void Check(string path, IReadOnlyList<Entry> keys)
    {
        if (keys.Count > MaxKeys) throw new InvalidDataException($"{path} holds {keys.Count} keys: at most {MaxKeys} are taken.");
        foreach (var (key, i) in keys.Select((key, i) => (key, i)))
        {
            if (Fault(key) is { } fault) throw new InvalidDataException($"{path}: keys[{i}] {fault}");
        }
    }

    private static string? Fault(Entry? key)
    {
        if (key is null) return "must be an object, not null.";
        if (key.Name.Length is 0 or > MaxNameChars) return $"must have a name of 1 to {MaxNameChars} characters.";
        if (key.Sha256.Length != SHA256.HashSizeInBytes * 2 || !key.Sha256.All(char.IsAsciiHexDigit))
            return $"({key.Name}): sha256 must be {SHA256.HashSizeInBytes * 2} hexadecimal digits, the SHA-256 of the key and not the key itself.";
        if (key.Scopes.Count == 0 || key.Scopes.Any(scope => !Scopes.All.Contains(scope))) return $"({key.Name}): scopes must be of {string.Join(", ", Scopes.All)}, at least one.";
        return key.RequestsPerSecond is < 1 or > MaxRequestsPerSecond ? $"({key.Name}): requestsPerSecond must be between 1 and {MaxRequestsPerSecond}." : null;
    }

    private sealed record Content(IReadOnlyList<Entry> Keys);

    private sealed record Entry(string Name, string Sha256, IReadOnlyList<string> Scopes, int? RequestsPerSecond = null);
}

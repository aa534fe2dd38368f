using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Driftline.Hosting.Security;

/// <summary>
/// A caller's key as it is kept: never the key itself, but its SHA-256. A key is 256 random bits, so that nobody finds it by trying, however fast the hash
/// is; a slow one, as passwords need, would only make each request dearer.
/// </summary>
/// <param name="Name">Whose it is; it appears in no answer, and keys may share it while one replaces the other.</param>
/// <param name="Sha256">Of the key's ASCII, in hexadecimal.</param>
/// <param name="Scopes">What it may do, of <see cref="Security.Scopes.All"/>.</param>
/// <param name="RequestsPerSecond">Its own limit; null for <see cref="SecurityOptions.RequestsPerSecond"/>.</param>
public sealed record ApiKey(string Name, string Sha256, IReadOnlyList<string> Scopes, int? RequestsPerSecond = null)
{
    /// <summary>What tells a key from a JSON Web Token, and lets scanners of repositories find one that was committed.</summary>
    public const string Prefix = "dl_";

    private const int SecretBytes = 32;

    private readonly byte[] _hash = Convert.FromHexString(Sha256);

    /// <summary>A new key.</summary>
    /// <returns>The key, which is for its holder alone, and what the services keep of it.</returns>
    public static (string Secret, ApiKey Kept) Create(string name, IReadOnlyList<string> scopes, int? requestsPerSecond = null)
    {
        var secret = Prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SecretBytes));
        return (secret, new ApiKey(name, Convert.ToHexStringLower(Hash(secret)), scopes, requestsPerSecond));
    }

    internal static byte[] Hash(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));

    /// <summary>Takes the same time wherever the two differ.</summary>
    internal bool Matches(ReadOnlySpan<byte> hash) => CryptographicOperations.FixedTimeEquals(_hash, hash);

    // The generated one would print the hash into whatever log meets the record.
    public override string ToString() => $"{nameof(ApiKey)} {Name}";
}

using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;

namespace Driftline.Hosting;

/// <summary>
/// What stands for user ids behind the HTTP edges where <see cref="PrivacyOptions.Pseudonymise"/> is on: <c>p_</c> and the HMAC-SHA256 of the id in base64url. What is a
/// pseudonym already stays, so ids that answers name can be asked for. Of an anonymous user the session's id is replaced, so that it is still told as one. Thread-safe.
/// </summary>
public sealed class Pseudonyms(IOptions<PrivacyOptions> options)
{
    private const string Prefix = "p_";
    private static readonly int Length = Prefix.Length + Base64Url.GetEncodedLength(HMACSHA256.HashSizeInBytes);

    private readonly byte[] _key = Convert.FromBase64String(options.Value.HashKey);

    public bool AreOn { get; } = options.Value.Pseudonymise;

    public string Of(string userId) => !AreOn || IsPseudonym(userId) ? userId
        : AnonymousUsers.SessionOf(userId) is { } session ? AnonymousUsers.IdOf(Of(session))
        : Prefix + Base64Url.EncodeToString(HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes(userId)));

    private static bool IsPseudonym(string userId) =>
        userId.Length == Length && userId.StartsWith(Prefix, StringComparison.Ordinal) && Base64Url.IsValid(userId.AsSpan(Prefix.Length));
}

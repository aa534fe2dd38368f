using System.ComponentModel.DataAnnotations;

namespace Driftline.Hosting;

/// <summary>Configuration section <c>Privacy</c>; the same for every service.</summary>
public sealed class PrivacyOptions
{
    public const string Section = "Privacy";

    /// <summary>
    /// Key of the HMAC-SHA256 that stands for a user where the id itself is not needed, in base64. Without one the hash can be found by trying likely ids.
    /// Environment: <c>Privacy__HashKey</c>.
    /// </summary>
    [Base64String(ErrorMessage = "Privacy:HashKey must be base64: make one with `openssl rand -base64 32`.")]
    public string HashKey { get; set; } = "";

    /// <summary>
    /// Whether ingestor and recommender put a pseudonym in place of each user id that a request names, so that nothing behind them knows it. Turning it on or off, or
    /// another key, makes every user a new one.
    /// </summary>
    public bool Pseudonymise { get; set; }

    /// <summary>
    /// How long events from before an erasure are suppressed, and its progress is known: longer than any topic keeps them, and than they may be late.
    /// </summary>
    [Range(typeof(TimeSpan), "7.00:00:00", "36500.00:00:00", ErrorMessage = "Privacy:SuppressionExpiry must be between 7 and 36500 days: storefront.events are kept for 7, and a replay must not bring an erased user back.")]
    public TimeSpan SuppressionExpiry { get; set; } = TimeSpan.FromDays(30);
}

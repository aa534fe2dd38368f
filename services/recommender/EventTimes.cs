using driftline.events;

namespace Driftline.Recommender;

/// <summary>Which events' times can be believed. Storefronts may write the topic themselves; what fails here the feature-builder rejects.</summary>
internal static class EventTimes
{
    /// <summary>A time this far ahead of the clock would hold for its whole lead: at the top of a ranking, or against a user's real events.</summary>
    private static readonly TimeSpan MaxLead = TimeSpan.FromMinutes(10);

    /// <summary>Whether the event happened and was received at times from the Unix epoch to a little ahead of now.</summary>
    public static bool AreSound(StorefrontEvent happened, TimeProvider time)
    {
        var latest = (time.GetUtcNow() + MaxLead).ToUnixTimeMilliseconds();
        return happened.eventTime >= 0 && happened.eventTime <= latest && happened.receivedAt >= 0 && happened.receivedAt <= latest;
    }
}

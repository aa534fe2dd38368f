using Driftline.InterestModel;

namespace Driftline.Training;

/// <summary>Parts of users' histories.</summary>
internal static class Histories
{
    /// <summary>A user's events that meet a condition, their orders numbered anew from 0.</summary>
    public static (string UserId, EncodedEvent[] Events, int[] Orders) Where(UserHistory user, Func<EncodedEvent, bool> keeps)
    {
        var events = new List<EncodedEvent>();
        var orders = new List<int>();
        var last = -1;
        for (var i = 0; i < user.Events.Length; i++)
        {
            if (!keeps(user.Events[i])) continue;
            orders.Add(orders.Count == 0 ? 0 : orders[^1] + (user.Orders[i] != last ? 1 : 0));
            last = user.Orders[i];
            events.Add(user.Events[i]);
        }

        return (user.UserId, [.. events], [.. orders]);
    }
}

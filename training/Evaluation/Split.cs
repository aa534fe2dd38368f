using System.Globalization;
using System.IO.Hashing;
using System.Text;
using Driftline.InterestModel;

namespace Driftline.Training;

/// <summary>
/// Which events are for training, validation and test. By name:
/// <list type="bullet">
/// <item><c>leave-one-out</c>, <c>leave-out:N</c>: a user's last N events are the test, the N before them the validation; a user with too few for
/// both has a test only, and one with N events or fewer has neither.</item>
/// <item><c>time:YYYY-MM-DD</c> (midnight UTC, T): events before T are for training. A user with events on both sides has a test: the next order
/// after T, the history being all before T. Of one user in five (XXH64 of the id) the last order before T is the validation and no training.</item>
/// <item><c>time:auto</c>: T is the midnight before the 80th percentile of the events' times.</item>
/// </list>
/// </summary>
public sealed record Split
{
    /// <summary>Days after the moment of a forecast that it is judged on.</summary>
    public const int HorizonDays = 7;

    /// <summary>Coming events that it is judged on where those days hold none.</summary>
    public const int SparseHorizonEvents = 10;

    /// <summary>Of this many users one validates under a split by time.</summary>
    public const int ValidationUserOf = 5;

    private const double AutoShare = 0.8;
    private const long Day = 86_400_000;

    private Split(int held, DateTimeOffset? time) => (Held, Time) = (held, time);

    /// <summary>The last event is the test, the one before it the validation.</summary>
    public static Split LeaveOneOut { get; } = new(1, null);

    /// <summary>N of leave-out; 0 for a split by time.</summary>
    public int Held { get; }

    /// <summary>T of a split by time; null for leave-out, and for <c>time:auto</c> before <see cref="Resolve"/>.</summary>
    public DateTimeOffset? Time { get; }

    /// <summary>The text that <see cref="Parse"/> reads.</summary>
    public string Name => (Held, Time) switch
    {
        (1, _) => "leave-one-out",
        (0, { } time) => string.Create(CultureInfo.InvariantCulture, $"time:{time:yyyy-MM-dd}"),
        (0, null) => "time:auto",
        _ => string.Create(CultureInfo.InvariantCulture, $"leave-out:{Held}"),
    };

    /// <summary>A sentence for the head of a table.</summary>
    public string Protocol => Held > 0
        ? string.Create(CultureInfo.InvariantCulture, $"Leave-out: each user's last {(Held == 1 ? "event is" : $"{Held} events are")} the test")
        : string.Create(CultureInfo.InvariantCulture, $"Split by time at {Time:yyyy-MM-dd} UTC: each user's next order is the test");

    /// <summary>A split by its name.</summary>
    /// <exception cref="InputException">There is none of that name.</exception>
    public static Split Parse(string text)
    {
        if (text == "leave-one-out") return LeaveOneOut;
        if (text == "time:auto") return new Split(0, null);
        if (text.StartsWith("leave-out:", StringComparison.Ordinal)
            && int.TryParse(text["leave-out:".Length..], NumberStyles.None, CultureInfo.InvariantCulture, out var held) && held > 0) return new Split(held, null);
        if (text.StartsWith("time:", StringComparison.Ordinal)
            && DateOnly.TryParseExact(text["time:".Length..], "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
            return new Split(0, new DateTimeOffset(day, TimeOnly.MinValue, TimeSpan.Zero));
        throw new InputException($"--split {text}: use leave-one-out, leave-out:N (N of 1 or more), time:YYYY-MM-DD or time:auto.");
    }

    /// <summary>The same split, with T chosen where it is <c>time:auto</c>.</summary>
    /// <param name="times">Of all events, ascending, in milliseconds.</param>
    /// <exception cref="InputException">No midnight has events on both sides.</exception>
    public Split Resolve(IReadOnlyList<long> times)
    {
        if (Held > 0 || Time is not null || times.Count == 0) return this;
        var at = times[(int)(times.Count * AutoShare)];
        var midnight = at - ((at % Day) + Day) % Day;
        if (midnight <= times[0]) midnight += Day;
        return midnight <= times[^1]
            ? new Split(0, DateTimeOffset.FromUnixTimeMilliseconds(midnight))
            : throw new InputException("--split time:auto: all events are of one day (UTC), so that no midnight divides them. Use leave-one-out.");
    }

    /// <summary>Divides a user's events.</summary>
    /// <param name="userId">The storefront's user id.</param>
    /// <param name="events">Oldest first.</param>
    /// <param name="orders">The ordinal of each event's order.</param>
    public UserHistory Divide(string userId, EncodedEvent[] events, int[] orders) =>
        Held > 0 ? LeaveOut(userId, events, orders) : ByTime(userId, events, orders);

    private UserHistory LeaveOut(string userId, EncodedEvent[] events, int[] orders)
    {
        var count = events.Length;
        if (count <= Held) return new UserHistory(userId, events, orders, count);
        var validates = count > 2 * Held;
        var user = new UserHistory(userId, events, orders, validates ? count - 2 * Held : count - Held);
        user.Test = Case(count - Held);
        if (validates) user.Validation = Case(count - 2 * Held);
        return user;

        EvaluationCase Case(int known) =>
            Of(user, known, known + Held, events[known - 1].Time, events[known - 1].Time + HorizonDays * Day, known + Held);
    }

    private UserHistory ByTime(string userId, EncodedEvent[] events, int[] orders)
    {
        var time = (Time ?? throw new InvalidOperationException("time:auto must be resolved before events are divided.")).ToUnixTimeMilliseconds();
        var known = events.TakeWhile(e => e.Time < time).Count();
        var last = known;
        if (known > 0 && XxHash64.HashToUInt64(Encoding.UTF8.GetBytes(userId)) % ValidationUserOf == 0)
        {
            while (last > 0 && orders[last - 1] == orders[known - 1]) last--;
            if (last == 0) last = known; // one order only: it is for training
        }

        var user = new UserHistory(userId, events, orders, last);
        if (last < known) user.Validation = Of(user, last, known, events[last].Time, time, known);
        if (known > 0 && known < events.Length)
        {
            var end = known;
            while (end < events.Length && orders[end] == orders[known]) end++;
            user.Test = Of(user, known, end, time, time + HorizonDays * Day, events.Length);
        }

        return user;
    }

    // Relevant are the items of events [known, relevantEnd); the forecast is judged on those until the horizon, or the next few, of [known, limit).
    private static EvaluationCase Of(UserHistory user, int known, int relevantEnd, long asOf, long horizon, int limit)
    {
        var end = known;
        while (end < limit && user.Events[end].Time <= horizon) end++;
        if (end == known) end = Math.Min(limit, known + SparseHorizonEvents);
        return new EvaluationCase(user, known, [.. user.Events[known..relevantEnd].Select(e => e.Item).Distinct()], end, asOf);
    }
}

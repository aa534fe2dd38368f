using Driftline.InterestModel;

namespace Driftline.Training;

/// <summary>A user's events, oldest first, rows with equal times in file order.</summary>
public sealed class UserHistory
{
    /// <param name="userId">The storefront's user id.</param>
    /// <param name="events">All events.</param>
    /// <param name="orders">The ordinal of each event's order, from 0.</param>
    /// <param name="trainingEvents">How many events, from the oldest, are for training.</param>
    public UserHistory(string userId, EncodedEvent[] events, int[] orders, int trainingEvents)
    {
        if (orders.Length != events.Length) throw new ArgumentException($"{events.Length} events have {orders.Length} orders.", nameof(orders));
        (UserId, Events, Orders, TrainingEvents) = (userId, events, orders, trainingEvents);
    }

    /// <summary>The storefront's user id.</summary>
    public string UserId { get; }

    /// <summary>All events.</summary>
    public EncodedEvent[] Events { get; }

    /// <summary>
    /// The ordinal of each event's order (basket), from 0: a new one where the order id changes or, where it is empty, the time.
    /// </summary>
    public int[] Orders { get; }

    /// <summary>How many events, from the oldest, are for training.</summary>
    public int TrainingEvents { get; }

    /// <summary>How many events, from the oldest, are for training or validation.</summary>
    public int KnownEvents => Validation is null ? TrainingEvents : Test?.Known ?? Validation.FutureEnd;

    /// <summary>The user's attributes as <see cref="AttributeVocabulary.Encode"/> gives them, [A].</summary>
    public int[] Attributes { get; internal set; } = [];

    /// <summary>What the user is validated on, if anything.</summary>
    public EvaluationCase? Validation { get; internal set; }

    /// <summary>What the user is tested on, if anything.</summary>
    public EvaluationCase? Test { get; internal set; }
}

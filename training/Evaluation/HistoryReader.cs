using Driftline.InterestModel;

namespace Driftline.Training;

/// <summary>Collects a user's events and numbers their orders.</summary>
internal sealed class HistoryReader(string userId)
{
    private readonly List<EncodedEvent> _events = [];
    private readonly List<int> _orders = [];
    private string? _order;

    public void Add(EncodedEvent e, string? orderId)
    {
        var order = string.IsNullOrEmpty(orderId) ? null : orderId;
        var next = _events.Count == 0 ? 0
            : _orders[^1] + (order != _order || (order is null && e.Time != _events[^1].Time) ? 1 : 0);
        _order = order;
        _events.Add(e);
        _orders.Add(next);
    }

    public UserHistory Divide(Split split) => split.Divide(userId, [.. _events], [.. _orders]);
}

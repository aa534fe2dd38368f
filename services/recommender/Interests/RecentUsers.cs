using Microsoft.Extensions.Options;

namespace Driftline.Recommender.Interests;

internal readonly record struct RecentUser(string UserId, DateTimeOffset UpdatedAt);

/// <summary>The users updated last on this replica, newest first: something to look at in the console. Bounded; lost with the process.</summary>
internal sealed class RecentUsers(IOptions<RecommenderOptions> options)
{
    private readonly Lock _lock = new();
    private readonly LinkedList<RecentUser> _newestFirst = new();
    private readonly Dictionary<string, LinkedListNode<RecentUser>> _nodes = new(StringComparer.Ordinal);

    public void Saw(string userId, DateTimeOffset at)
    {
        lock (_lock)
        {
            Remove(userId);
            _nodes[userId] = _newestFirst.AddFirst(new RecentUser(userId, at));
            if (_newestFirst.Count > options.Value.RecentUsers) Remove(_newestFirst.Last!.Value.UserId);
        }
    }

    public void Forget(string userId)
    {
        lock (_lock) Remove(userId);
    }

    public IReadOnlyList<RecentUser> Newest(int count)
    {
        lock (_lock) return [.. _newestFirst.Take(count)];
    }

    private void Remove(string userId)
    {
        if (_nodes.Remove(userId, out var node)) _newestFirst.Remove(node);
    }
}

using Driftline.Sequences;

namespace Driftline.Local;

/// <summary>
/// What the pipeline must come to show: the sequence of every user after each accepted event, by its digest. An answer's digest then tells
/// exactly which accepted events it reflects. It expects that one user's events were sent in the order of the calls.
/// </summary>
/// <param name="counts">Whether what is asked about tells how many of a user's events it reflects in the digest's place.</param>
public sealed class Ledger(int maxLength, bool counts = false)
{
    private readonly Dictionary<string, UserLedger> _users = new(StringComparer.Ordinal);

    public IReadOnlyCollection<string> Users => _users.Keys;

    /// <summary>Takes over what a user's sequence held before the run.</summary>
    public void Known(string userId, UserSequence sequence) => User(userId).Append(sequence.Entries);

    /// <summary>Notes an accepted event.</summary>
    /// <returns>The user's position: the number of events noted for them so far.</returns>
    public int Accepted(string userId, IReadOnlyList<SequenceEntry> entries) => User(userId).Append(entries);

    /// <summary>Whether a digest shows a state at or after a position.</summary>
    public bool Reflects(string userId, long digest, int position) => PositionOf(userId, digest) >= position;

    /// <summary>The position whose state a digest shows; -1 if it shows no state that ever was.</summary>
    public int PositionOf(string userId, long digest) => User(userId).PositionOf(digest);

    /// <summary>How many of the events noted for the user a digest does not show; all of them if it shows no state that ever was.</summary>
    public int Missing(string userId, long digest) => User(userId).Missing(digest);

    private UserLedger User(string userId)
    {
        lock (_users)
        {
            if (!_users.TryGetValue(userId, out var user)) _users.Add(userId, user = new UserLedger(maxLength, counts));
            return user;
        }
    }

    private sealed class UserLedger(int maxLength, bool counts)
    {
        private readonly SortedSet<(long Time, byte[] Member)> _window = new(Comparer<(long Time, byte[] Member)>.Create((a, b) =>
            a.Time != b.Time ? a.Time.CompareTo(b.Time) : a.Member.AsSpan().SequenceCompareTo(b.Member)));

        private readonly Dictionary<long, int> _positions = new() { [0] = 0 };
        private long _digest;
        private int _position;

        public int Append(IReadOnlyList<SequenceEntry> entries)
        {
            lock (_positions)
            {
                foreach (var entry in entries)
                {
                    var member = PackedMember.Pack(entry);
                    if (!_window.Add((entry.EventTime, member))) continue;
                    _digest += HashOf(member);
                    if (_window.Count <= maxLength) continue;
                    var oldest = _window.Min;
                    _window.Remove(oldest);
                    _digest -= HashOf(oldest.Member);
                }

                _positions[_digest] = ++_position;
                return _position;
            }
        }

        public int PositionOf(long digest)
        {
            lock (_positions)
            {
                if (counts) return digest >= 0 && digest <= _position ? (int)digest : -1;
                return _positions.GetValueOrDefault(digest, -1);
            }
        }

        public int Missing(long digest)
        {
            lock (_positions) return _position - Math.Max(0, PositionOf(digest));
        }

        private static long HashOf(byte[] member)
        {
            var digest = new SequenceDigest();
            digest.Add(member);
            return digest.Value;
        }
    }
}

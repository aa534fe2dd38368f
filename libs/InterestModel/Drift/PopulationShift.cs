namespace Driftline.InterestModel;

/// <summary>
/// How far a distribution over categories, gathered from live users, has moved from the one of training: the population stability index,
/// <c>sum over c of (live - training) ln(live / training)</c> (Siddiqi 2006, Credit Risk Scorecards), which is the symmetric
/// Kullback-Leibler divergence in nats. Users fade: after <see cref="HalfLife"/> others one counts half. Not thread-safe.
/// </summary>
/// <param name="training">Shares in training, [C].</param>
public sealed class PopulationShift(IReadOnlyList<float> training)
{
    /// <summary>Users after which an earlier one counts half.</summary>
    public const int HalfLife = 5_000;

    /// <summary>Users below which there is no index: so few differ from any distribution by chance.</summary>
    public const int MinUsers = 100;

    private const double Floor = 1e-4; // a share of nothing would make the index infinite

    private static readonly double Fade = Math.Pow(0.5, 1.0 / HalfLife);

    private readonly double[] _sum = new double[training.Count];
    private double _weight;
    private long _users;

    /// <summary>Counts one user in; one without a distribution (all zeros) is passed over.</summary>
    /// <exception cref="ArgumentException">The distribution is over another number of categories.</exception>
    public void Add(ReadOnlySpan<float> distribution)
    {
        if (distribution.Length != training.Count) throw new ArgumentException($"A distribution over {distribution.Length} categories cannot be compared with training's {training.Count}.", nameof(distribution));
        if (!distribution.ContainsAnyExcept(0f)) return;
        for (var c = 0; c < _sum.Length; c++) _sum[c] = (_sum[c] * Fade) + distribution[c];
        _weight = (_weight * Fade) + 1;
        _users++;
    }

    /// <summary>The index, 0 for no movement; below 0.1 is usually called stable and above 0.25 a shift. Null below <see cref="MinUsers"/>.</summary>
    public double? Index()
    {
        if (_users < MinUsers) return null;
        double index = 0;
        for (var c = 0; c < _sum.Length; c++)
        {
            var (live, then) = (Math.Max(Floor, _sum[c] / _weight), Math.Max(Floor, training[c]));
            index += (live - then) * Math.Log(live / then);
        }

        return index;
    }
}

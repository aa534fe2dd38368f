namespace Driftline.Training;

/// <summary>
/// The differential privacy that is spent by releasing noisy sums round after round. In each round every contributor takes part by a coin of its own
/// (Poisson sampling), a contribution's norm is at most 1, and the sum gets Gaussian noise of deviation sigma. Neighbours differ by one contributor's
/// whole contribution. Renyi divergences add up over the rounds and are turned into (epsilon, delta) once.
/// </summary>
public static class PrivacyAccountant
{
    private static readonly int[] WholeOrders = [.. Enumerable.Range(2, 255), 320, 512, 1024, 2048];
    private static readonly double[] Orders = [.. Enumerable.Range(1, 99).Select(i => 1 + i / 100.0), .. WholeOrders.Select(order => (double)order)];

    /// <summary>
    /// Renyi differential privacy of one round at an order. Without sampling: order / (2 sigma^2) (Mironov 2017, arXiv:1702.07476, corollary 3). With
    /// sampling at rate q, for whole orders: log(sum_k C(order, k) (1-q)^(order-k) q^k exp((k^2 - k) / (2 sigma^2))) / (order - 1) (Mironov, Talwar and
    /// Zhang 2019, arXiv:1908.10530, section 3.3).
    /// </summary>
    /// <param name="rate">q, more than 0 and at most 1.</param>
    /// <param name="sigma">Noise multiplier, more than 0.</param>
    /// <param name="order">More than 1; whole where <paramref name="rate"/> is below 1.</param>
    public static double Renyi(double rate, double sigma, double order)
    {
        if (rate is <= 0 or > 1) throw new ArgumentOutOfRangeException(nameof(rate), rate, "must be more than 0 and at most 1");
        if (sigma <= 0) throw new ArgumentOutOfRangeException(nameof(sigma), sigma, "must be more than 0");
        if (order <= 1) throw new ArgumentOutOfRangeException(nameof(order), order, "must be more than 1");
        if (rate == 1) return order / (2 * sigma * sigma);
        if (order != Math.Floor(order)) throw new ArgumentOutOfRangeException(nameof(order), order, "must be whole where contributors are sampled");
        var n = (int)order;
        var terms = new double[n + 1];
        double logChoose = 0;
        for (var k = 0; k <= n; k++)
        {
            terms[k] = logChoose + (n - k) * Math.Log(1 - rate) + k * Math.Log(rate) + ((double)k * k - k) / (2 * sigma * sigma);
            logChoose += Math.Log(n - k) - Math.Log(k + 1);
        }

        var most = terms.Max();
        return (most + Math.Log(terms.Sum(term => Math.Exp(term - most)))) / (n - 1);
    }

    /// <summary>
    /// The epsilon spent at a delta: the least over the orders a of rounds * Renyi(a) + log((a - 1) / a) - (log delta + log a) / (a - 1) (Canonne,
    /// Kamath and Steinke 2020, arXiv:2004.00010, proposition 12). Infinite without noise.
    /// </summary>
    /// <param name="delta">More than 0 and less than 1.</param>
    public static double Epsilon(double rate, double sigma, int rounds, double delta)
    {
        if (delta is <= 0 or >= 1) throw new ArgumentOutOfRangeException(nameof(delta), delta, "must be more than 0 and less than 1");
        if (sigma == 0) return double.PositiveInfinity;
        return Math.Max(0, Orders.Where(order => rate == 1 || order >= 2).Min(order =>
            rounds * Renyi(rate, sigma, order) + Math.Log((order - 1) / order) - (Math.Log(delta) + Math.Log(order)) / (order - 1)));
    }
}

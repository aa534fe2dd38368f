namespace Driftline.Storefront.Simulation;

/// <summary>
/// A small seeded source of random numbers: SplitMix64 (Steele, Lea and Flood 2014, "Fast splittable pseudorandom number generators").
/// Its 8 bytes of state let every shopper have their own, so that one shopper's life does not depend on how many others there are.
/// </summary>
internal sealed class Draw(ulong state)
{
    private ulong _state = state;

    /// <summary>A source for one purpose: the same numbers always give the same source.</summary>
    public static Draw For(long seed, int purpose, long first = 0, long second = 0) =>
        new(Mix(Mix(Mix(Mix((ulong)seed) ^ (uint)purpose) + (ulong)first) + (ulong)second));

    public double Uniform() => (Next() >> 11) * (1.0 / (1UL << 53));

    public double Uniform(double low, double high) => low + ((high - low) * Uniform());

    public bool Chance(double probability) => Uniform() < probability;

    public int Below(int count) => (int)(Uniform() * count);

    public T Of<T>(IReadOnlyList<T> choices) => choices[Below(choices.Count)];

    /// <summary>Mean 0, deviation 1 (Box and Muller 1958).</summary>
    public double Normal() => Math.Sqrt(-2 * Math.Log(1 - Uniform())) * Math.Cos(2 * Math.PI * Uniform());

    public double Exponential(double mean) => -mean * Math.Log(1 - Uniform());

    /// <summary>An index, each as probable as its share of the weights' sum.</summary>
    public int Weighted(ReadOnlySpan<double> weights)
    {
        double sum = 0;
        foreach (var weight in weights) sum += weight;
        var left = Uniform() * sum;
        for (var i = 0; i < weights.Length; i++)
        {
            left -= weights[i];
            if (left < 0) return i;
        }

        return weights.Length - 1;
    }

    private ulong Next()
    {
        _state += 0x9E3779B97F4A7C15;
        return Finish(_state);
    }

    private static ulong Mix(ulong value) => Finish(value + 0x9E3779B97F4A7C15);

    private static ulong Finish(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}

/// <summary>What a source of random numbers is for; part of its seed.</summary>
internal static class Purpose
{
    public const int Catalog = 1;
    public const int Shopper = 2;
    public const int Trend = 3;
    public const int Hobby = 4;
    public const int Visit = 5;
}

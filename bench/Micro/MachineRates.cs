using System.Diagnostics;
using System.Numerics;
using System.Numerics.Tensors;

namespace Driftline.Bench.Micro;

/// <summary>What one core of this machine can do at most: the floors are computed with it. Measured once a process, the best of several attempts.</summary>
internal static class MachineRates
{
    private const int Attempts = 30, InCache = 16 * 1_024, InMemory = 64 * 1_024 * 1_024;

    private static readonly Lazy<double> Cache = new(() => CopyRate(InCache)), Memory = new(() => ReadRate(InMemory)), Multiply = new(MultiplyRate);

    /// <summary>Bytes a nanosecond that are copied where they are in the first cache.</summary>
    public static double CacheBytes => Cache.Value;

    /// <summary>Bytes a nanosecond that are read from memory.</summary>
    public static double MemoryBytes => Memory.Value;

    /// <summary>Multiplications and additions of single precision a nanosecond.</summary>
    public static double Flops => Multiply.Value;

    private static double CopyRate(int bytes)
    {
        var (from, to) = (new byte[bytes], new byte[bytes]);
        return bytes / Best(() => from.AsSpan().CopyTo(to), calls: 1_000);
    }

    private static double ReadRate(int bytes)
    {
        var floats = new float[bytes / sizeof(float)];
        return bytes / Best(() => TensorPrimitives.Sum(floats), calls: 1);
    }

    /// <summary>Out of registers: eight sums that do not wait for each other.</summary>
    private static double MultiplyRate()
    {
        const int rounds = 1_000, sums = 8;
        var total = Vector<float>.Zero;
        var nanoseconds = Best(() =>
        {
            var (x, y) = (new Vector<float>(0.5f), new Vector<float>(0.25f));
            var (a, b, c, d) = (x, x, x, x);
            var (e, f, g, h) = (x, x, x, x);
            for (var i = 0; i < rounds; i++)
            {
                a = Vector.FusedMultiplyAdd(a, x, y);
                b = Vector.FusedMultiplyAdd(b, x, y);
                c = Vector.FusedMultiplyAdd(c, x, y);
                d = Vector.FusedMultiplyAdd(d, x, y);
                e = Vector.FusedMultiplyAdd(e, x, y);
                f = Vector.FusedMultiplyAdd(f, x, y);
                g = Vector.FusedMultiplyAdd(g, x, y);
                h = Vector.FusedMultiplyAdd(h, x, y);
            }

            total += a + b + c + d + e + f + g + h;
        }, calls: 20);
        return 2.0 * rounds * sums * Vector<float>.Count / nanoseconds;
    }

    /// <returns>Nanoseconds a call.</returns>
    private static double Best(Action work, int calls)
    {
        var best = double.MaxValue;
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var started = Stopwatch.GetTimestamp();
            for (var i = 0; i < calls; i++) work();
            best = Math.Min(best, Stopwatch.GetElapsedTime(started).TotalNanoseconds / calls);
        }

        return best;
    }
}

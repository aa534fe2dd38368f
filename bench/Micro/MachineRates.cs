using System.Diagnostics;
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

    private static double MultiplyRate()
    {
        var (a, b) = (new float[InCache / (4 * sizeof(float))], new float[InCache / (4 * sizeof(float))]);
        return 2.0 * a.Length / Best(() => TensorPrimitives.Dot<float>(a, b), calls: 5_000);
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

using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Driftline.Training;

/// <summary>Random numbers that nobody can draw again: from the system's cryptographic generator.</summary>
internal static class SecretRandom
{
    /// <summary>Uniform in [0, 1), 53 bits.</summary>
    public static double NextDouble()
    {
        Span<ulong> bits = stackalloc ulong[1];
        RandomNumberGenerator.Fill(MemoryMarshal.AsBytes(bits));
        return Uniform(bits[0]);
    }

    /// <summary>Independent standard normal numbers (Box and Muller 1958, doi:10.1214/aoms/1177706645).</summary>
    public static float[] Gaussian(int count)
    {
        var bits = new ulong[count + count % 2];
        RandomNumberGenerator.Fill(MemoryMarshal.AsBytes(bits.AsSpan()));
        var numbers = new float[count];
        for (var i = 0; i < count; i += 2)
        {
            var radius = Math.Sqrt(-2 * Math.Log(1 - Uniform(bits[i])));
            var (sine, cosine) = Math.SinCos(2 * Math.PI * Uniform(bits[i + 1]));
            numbers[i] = (float)(radius * cosine);
            if (i + 1 < count) numbers[i + 1] = (float)(radius * sine);
        }

        return numbers;
    }

    private static double Uniform(ulong bits) => (bits >> 11) * (1.0 / (1ul << 53));
}

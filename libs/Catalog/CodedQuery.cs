using System.Numerics.Tensors;

namespace Driftline.Catalog;

/// <summary>A query as numbers of -63 to 63 times <see cref="Step"/>: with codes of 0 to 255, sums of two products fit 16 bits.</summary>
internal sealed class CodedQuery
{
    private const int Largest = 63;

    /// <param name="values">Shape (dimensions); kept, not copied.</param>
    public CodedQuery(float[] values)
    {
        Values = values;
        Length = TensorPrimitives.Norm<float>(values);
        Step = Math.Max(TensorPrimitives.MaxMagnitude<float>(values) is var largest ? Math.Abs(largest) / Largest : 0, float.Epsilon);
        Codes = new sbyte[CodedRows.Padded(values.Length)];
        var error = 0d;
        for (var i = 0; i < values.Length; i++)
        {
            Codes[i] = (sbyte)Math.Clamp(MathF.Round(values[i] / Step), -Largest, Largest);
            var off = values[i] - (double)Step * Codes[i];
            error += off * off;
            Sum += Codes[i];
        }

        Error = (float)Math.Sqrt(error);
    }

    public float[] Values { get; }

    public float Length { get; }

    /// <summary>Padded with zeros to <see cref="CodedRows.Padded"/>.</summary>
    public sbyte[] Codes { get; }

    public float Step { get; }

    /// <summary>Sum of the codes.</summary>
    public int Sum { get; }

    /// <summary>Length of the difference to the coded query.</summary>
    public float Error { get; }
}

using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Driftline.Catalog;

/// <summary>
/// Vectors as one byte a dimension, in blocks of <see cref="BlockRows"/>. A code counts steps from the block's centre, <c>x = centre + step * (code - 128)</c>,
/// and each block knows how far its codes are off, so that a score from codes comes with a bound of its error.
/// </summary>
/// <remarks>Four dimensions of 32 rows lie side by side (128 bytes), as the processor's instructions for sums of products of bytes take them.</remarks>
internal sealed class CodedRows
{
    public const int BlockRows = 32;
    private const int Group = 4, Zero = 128, Largest = 127;

    private readonly int _dimensions;
    private readonly int _blockBytes;
    private readonly byte[] _codes;
    private readonly float[] _centres;
    private readonly float[] _steps;
    private readonly float[] _errors;

    /// <param name="rows">Rows of the matrix, in the order in which they are coded.</param>
    public CodedRows(ReadOnlySpan<float> matrix, int dimensions, ReadOnlySpan<int> rows)
    {
        _dimensions = dimensions;
        _blockBytes = Padded(dimensions) * BlockRows;
        Count = rows.Length;
        Blocks = (rows.Length + BlockRows - 1) / BlockRows;
        _codes = GC.AllocateUninitializedArray<byte>(checked(Blocks * _blockBytes));
        _codes.AsSpan().Fill(Zero);
        _centres = new float[Blocks * dimensions];
        _steps = new float[Blocks];
        _errors = new float[Blocks];
        Lengths = new float[Blocks];
        Radii = new float[Blocks];
        for (var block = 0; block < Blocks; block++) Code(block, matrix, rows[(block * BlockRows)..Math.Min(rows.Length, (block + 1) * BlockRows)]);
    }

    public int Count { get; }

    public int Blocks { get; }

    /// <summary>Shape (Blocks, dimensions): the means of the blocks' vectors.</summary>
    public ReadOnlySpan<float> Centres => _centres;

    /// <summary>For each block the largest distance of a vector from the centre.</summary>
    public float[] Radii { get; }

    /// <summary>Euclidean lengths of the centres.</summary>
    public float[] Lengths { get; }

    public static int Padded(int dimensions) => (dimensions + Group - 1) / Group * Group;

    /// <summary>Scores of a block's vectors; what lies beyond <see cref="Count"/> has the centre's.</summary>
    /// <param name="ofCentre">The query's inner product with the block's centre.</param>
    /// <param name="scores">Shape (BlockRows).</param>
    /// <returns>Most that a score can be away from the inner product of query and vector, rounding included.</returns>
    public float Scores(int block, CodedQuery query, float ofCentre, Span<float> scores)
    {
        Span<int> sums = stackalloc int[BlockRows];
        Sums(_codes.AsSpan(block * _blockBytes, _blockBytes), query.Codes, sums);
        var unit = _steps[block] * query.Step;
        for (var i = 0; i < BlockRows; i += Vector256<float>.Count)
        {
            var fromCentre = Vector256.Create<int>(sums[i..]) - Vector256.Create(Zero * query.Sum);
            (Vector256.ConvertToSingle(fromCentre) * unit + Vector256.Create(ofCentre)).CopyTo(scores[i..]);
        }

        var reach = Radii[block] + _errors[block];
        return query.Length * _errors[block] + query.Error * reach + Rounding(_dimensions) * query.Length * (Lengths[block] + reach);
    }

    /// <summary>Bound of what rounding to <c>float</c> does to an inner product, as a share of the product of the two lengths.</summary>
    public static float Rounding(int dimensions) => 2 * (dimensions + Group) * 1.2e-7f;

    /// <summary>For each of 32 rows the sum over the dimensions of code times query code.</summary>
    internal static void Sums(ReadOnlySpan<byte> codes, ReadOnlySpan<sbyte> query, Span<int> sums)
    {
        if (AvxVnni.IsSupported || Avx2.IsSupported) SumsOfVectors(codes, query, sums);
        else PlainSums(codes, query, sums);
    }

    internal static void PlainSums(ReadOnlySpan<byte> codes, ReadOnlySpan<sbyte> query, Span<int> sums)
    {
        sums.Clear();
        for (var group = 0; group < query.Length; group += Group)
        {
            for (var row = 0; row < BlockRows; row++)
            {
                var four = codes.Slice(group * BlockRows + row * Group, Group);
                sums[row] += four[0] * query[group] + four[1] * query[group + 1] + four[2] * query[group + 2] + four[3] * query[group + 3];
            }
        }
    }

    private static void SumsOfVectors(ReadOnlySpan<byte> codes, ReadOnlySpan<sbyte> query, Span<int> sums)
    {
        ref var code = ref MemoryMarshal.GetReference(codes);
        Vector256<int> a = default, b = default, c = default, d = default;
        nuint at = 0;
        foreach (var group in MemoryMarshal.Cast<sbyte, int>(query))
        {
            var four = Vector256.Create(group).AsSByte();
            a = Add(a, Vector256.LoadUnsafe(ref code, at), four);
            b = Add(b, Vector256.LoadUnsafe(ref code, at + 32), four);
            c = Add(c, Vector256.LoadUnsafe(ref code, at + 64), four);
            d = Add(d, Vector256.LoadUnsafe(ref code, at + 96), four);
            at += BlockRows * Group;
        }

        a.CopyTo(sums);
        b.CopyTo(sums[8..]);
        c.CopyTo(sums[16..]);
        d.CopyTo(sums[24..]);
    }

    private static Vector256<int> Add(Vector256<int> sums, Vector256<byte> codes, Vector256<sbyte> query) => AvxVnni.IsSupported
        ? AvxVnni.MultiplyWideningAndAdd(sums, codes, query)
        : sums + Avx2.MultiplyAddAdjacent(Avx2.MultiplyAddAdjacent(codes, query), Vector256<short>.One);

    private void Code(int block, ReadOnlySpan<float> matrix, ReadOnlySpan<int> rows)
    {
        var centre = _centres.AsSpan(block * _dimensions, _dimensions);
        foreach (var row in rows) TensorPrimitives.MultiplyAdd(matrix.Slice(row * _dimensions, _dimensions), 1f / rows.Length, centre, centre);
        Lengths[block] = TensorPrimitives.Norm<float>(centre);
        var offsets = new float[rows.Length * _dimensions];
        for (var i = 0; i < rows.Length; i++)
        {
            var offset = offsets.AsSpan(i * _dimensions, _dimensions);
            TensorPrimitives.Subtract(matrix.Slice(rows[i] * _dimensions, _dimensions), centre, offset);
            Radii[block] = Math.Max(Radii[block], TensorPrimitives.Norm<float>(offset));
        }

        var step = _steps[block] = Math.Max(Math.Abs(TensorPrimitives.MaxMagnitude<float>(offsets)) / Largest, float.Epsilon);
        var codes = _codes.AsSpan(block * _blockBytes, _blockBytes);
        for (var i = 0; i < rows.Length; i++)
        {
            var error = 0d;
            for (var d = 0; d < _dimensions; d++)
            {
                var offset = offsets[i * _dimensions + d];
                var code = Math.Clamp((int)MathF.Round(offset / step), -Largest, Largest);
                codes[d / Group * Group * BlockRows + i * Group + d % Group] = (byte)(code + Zero);
                error += ((double)offset - (double)step * code) * ((double)offset - (double)step * code);
            }

            _errors[block] = Math.Max(_errors[block], (float)Math.Sqrt(error));
        }
    }
}

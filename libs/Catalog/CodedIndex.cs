using System.Numerics.Tensors;

namespace Driftline.Catalog;

/// <summary>
/// A copy of a matrix's rows of which a search reads only a part: like rows lie in leaves of 32, and leaves in nodes of 32, each with a centre and a
/// radius. By the inequality of Cauchy and Schwarz no row of a leaf has an inner product above <c>query · centre + |query| * radius</c>, so leaves that
/// cannot hold one of the best are passed over; in the others, codes of one byte a dimension say which rows are worth their exact score. Nothing is missed.
/// </summary>
internal sealed class CodedIndex
{
    private const int Rows = CodedRows.BlockRows;

    private readonly int _dimensions;
    private readonly int[] _rows;
    private readonly CodedRows _leaves;
    private readonly CodedRows _nodes;
    private readonly float[] _nodeRadii;
    private readonly Lengths[] _leafLengths;
    private readonly Lengths[] _nodeLengths;

    /// <param name="matrix">Shape (any, dimensions), row-major.</param>
    /// <param name="rows">The rows to take in; kept, in another order.</param>
    /// <param name="end">The first row of the matrix that is to be searched beside this.</param>
    public CodedIndex(ReadOnlySpan<float> matrix, int dimensions, int[] rows, int end)
    {
        (_dimensions, _rows, End) = (dimensions, rows, end);
        LikeRows.SideBySide(matrix, dimensions, rows);
        _leaves = new CodedRows(matrix, dimensions, rows);
        _nodes = new CodedRows(_leaves.Centres, dimensions, [.. Enumerable.Range(0, _leaves.Blocks)]);
        _nodeRadii = new float[_nodes.Blocks];
        _leafLengths = new Lengths[_leaves.Blocks];
        _nodeLengths = new Lengths[_nodes.Blocks];
        Array.Fill(_leafLengths, Lengths.None);
        Array.Fill(_nodeLengths, Lengths.None);
        var offset = new float[dimensions];
        for (var i = 0; i < rows.Length; i++)
        {
            var row = matrix.Slice(rows[i] * dimensions, dimensions);
            int leaf = i / Rows, node = leaf / Rows;
            TensorPrimitives.Subtract(row, Row(_nodes.Centres, node), offset);
            _nodeRadii[node] = Math.Max(_nodeRadii[node], TensorPrimitives.Norm<float>(offset));
            var length = TensorPrimitives.Norm(row);
            _leafLengths[leaf] = _leafLengths[leaf].With(length);
            _nodeLengths[node] = _nodeLengths[node].With(length);
        }
    }

    private CodedIndex(CodedIndex of, int[] rows, int end)
    {
        (_dimensions, _leaves, _nodes, _nodeRadii, _leafLengths, _nodeLengths) = (of._dimensions, of._leaves, of._nodes, of._nodeRadii, of._leafLengths, of._nodeLengths);
        (_rows, End) = (rows, end);
    }

    /// <summary>The first row of the matrix that this does not know of.</summary>
    public int End { get; }

    /// <summary>The same of a matrix whose rows have moved.</summary>
    /// <param name="movedTo">For each row its new number, or -1 if it is gone.</param>
    public CodedIndex Moved(ReadOnlySpan<int> movedTo, int end)
    {
        var rows = new int[_rows.Length];
        for (var i = 0; i < rows.Length; i++) rows[i] = _rows[i] < 0 ? -1 : movedTo[_rows[i]];
        return new CodedIndex(this, rows, end);
    }

    /// <summary>Offers every row that may be among the best.</summary>
    public void Search(BestItems best)
    {
        var query = new CodedQuery(best.Query);
        var nodes = BestFirst(query, best, out var ofNodes, out var uppers);
        var reach = query.Length * (1 + CodedRows.Rounding(_dimensions));
        Span<float> scores = stackalloc float[Rows];
        foreach (var node in nodes)
        {
            if (uppers[node] < best.Limit(_nodeLengths[node])) continue;
            var slack = _nodes.Scores(node, query, ofNodes[node], scores);
            var first = node * Rows;
            for (var leaf = first; leaf < Math.Min(first + Rows, _leaves.Blocks); leaf++)
                if (!(scores[leaf - first] + slack + reach * _leaves.Radii[leaf] < best.Limit(_leafLengths[leaf]))) SearchLeaf(leaf, query, best);
        }
    }

    /// <summary>Nodes by what their rows may score at most: what is found early lets the rest be passed over.</summary>
    private int[] BestFirst(CodedQuery query, BestItems best, out float[] ofNodes, out float[] uppers)
    {
        ofNodes = new float[_nodes.Blocks];
        uppers = new float[_nodes.Blocks];
        InnerProducts.Of(query.Values, _nodes.Centres, ofNodes);
        var keys = new float[_nodes.Blocks];
        var order = new int[_nodes.Blocks];
        var rounding = query.Length * CodedRows.Rounding(_dimensions);
        for (var node = 0; node < order.Length; node++)
        {
            uppers[node] = ofNodes[node] + query.Length * _nodeRadii[node] + rounding * (_nodes.Lengths[node] + _nodeRadii[node]);
            (keys[node], order[node]) = (-best.Score(uppers[node], _nodeLengths[node]), node);
        }

        Array.Sort(keys, order);
        return order;
    }

    private void SearchLeaf(int leaf, CodedQuery query, BestItems best)
    {
        Span<float> scores = stackalloc float[Rows];
        var slack = _leaves.Scores(leaf, query, InnerProducts.Of(query.Values, Row(_leaves.Centres, leaf)), scores);
        var rows = _rows.AsSpan(leaf * Rows, Math.Min(Rows, _rows.Length - leaf * Rows));
        for (var open = BestItems.NotBelow(best.Limit(_leafLengths[leaf]) - slack, scores, rows.Length); open != 0; open &= open - 1)
            if (rows[(int)uint.TrailingZeroCount(open)] is var row and >= 0) best.Offer(row);
    }

    private ReadOnlySpan<float> Row(ReadOnlySpan<float> matrix, int row) => matrix.Slice(row * _dimensions, _dimensions);
}

namespace Driftline.TextEncoders;

/// <summary>
/// The most probable segmentation of a text under a unigram language model of pieces (Kudo 2018, arXiv:1804.10959), by Viterbi's algorithm. A
/// character that no piece covers is unknown; neighbouring unknown characters are one piece.
/// </summary>
internal sealed class UnigramSegmenter
{
    // Below the worst piece, as SentencePiece has it: an unknown character is the last resort.
    private const double UnknownPenalty = 10;

    private readonly Dictionary<string, (int Id, double Score)> _pieces;
    private readonly Dictionary<string, (int Id, double Score)>.AlternateLookup<ReadOnlySpan<char>> _lookup;
    private readonly int _longest;
    private readonly int _unknown;
    private readonly double _unknownScore;

    /// <param name="pieces">Each piece with its id and its log probability. Of a piece that comes twice the last counts.</param>
    /// <param name="unknown">Id of the unknown piece.</param>
    public UnigramSegmenter(IEnumerable<(string Piece, int Id, double Score)> pieces, int unknown)
    {
        _pieces = new(StringComparer.Ordinal);
        foreach (var (piece, id, score) in pieces.Where(piece => piece.Piece.Length > 0)) _pieces[piece] = (id, score);
        if (_pieces.Count == 0) throw new ArgumentException("There is no piece.", nameof(pieces));
        _lookup = _pieces.GetAlternateLookup<ReadOnlySpan<char>>();
        _longest = _pieces.Keys.Max(piece => piece.Length);
        _unknown = unknown;
        _unknownScore = _pieces.Values.Min(piece => piece.Score) - UnknownPenalty;
    }

    /// <summary>The ids of the pieces, first to last.</summary>
    public List<int> Segment(string text)
    {
        var best = new (double Score, int From, int Id)[text.Length + 1]; // the best way to reach each place
        Array.Fill(best, (double.NegativeInfinity, 0, _unknown), 1, text.Length);
        for (var start = 0; start < text.Length; start++)
        {
            if (double.IsNegativeInfinity(best[start].Score)) continue;
            for (var length = 1; length <= Math.Min(_longest, text.Length - start); length++)
            {
                if (_lookup.TryGetValue(text.AsSpan(start, length), out var piece)) Reach(start, length, piece.Id, piece.Score);
            }

            var character = char.IsHighSurrogate(text[start]) && start + 1 < text.Length && char.IsLowSurrogate(text[start + 1]) ? 2 : 1;
            if (!_lookup.ContainsKey(text.AsSpan(start, character))) Reach(start, character, _unknown, _unknownScore);
        }

        var ids = new List<int>();
        for (var end = text.Length; end > 0; end = best[end].From)
        {
            if (best[end].Id != _unknown || ids.Count == 0 || ids[^1] != _unknown) ids.Add(best[end].Id);
        }

        ids.Reverse();
        return ids;

        void Reach(int start, int length, int id, double score)
        {
            var reached = best[start].Score + score;
            if (reached >= best[start + length].Score) best[start + length] = (reached, start, id);
        }
    }
}

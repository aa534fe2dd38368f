using System.Numerics.Tensors;
using Driftline.Catalog;
using Driftline.InterestModel;

namespace Driftline.Training;

/// <summary>Ranks by the cosine of an item's centred text vector with the last known item's; that item itself comes last.</summary>
public sealed class NearestText : IItemRanker
{
    private readonly TextVectors _texts;

    /// <param name="texts">Raw vectors of all items.</param>
    public NearestText(TextVectors texts) => _texts = texts.CentredBy(texts.Mean());

    public string Name => "nearest text to the last item";

    public void Score(IReadOnlyList<EvaluationCase> cases, Span<float> scores)
    {
        for (var i = 0; i < cases.Count; i++)
        {
            var last = cases[i].User.Events[cases[i].Known - 1].Item - ItemRows.First;
            var row = scores.Slice(i * _texts.Count, _texts.Count);
            for (var item = 0; item < row.Length; item++) row[item] = TensorPrimitives.Dot(_texts[last], _texts[item]);
            row[last] = -2;
        }
    }
}

using System.Numerics.Tensors;

namespace Driftline.Recommender.Retrieval;

/// <summary>
/// The user's scores mixed with likeness to the item of the page, in equal parts and one search. With u the user's vector, c the page's item's,
/// v an item's and b its boost for the user, the item's score is
/// <c>(u.v + b) / (2 |u|) + c.v / (2 |c|)</c>, which is <c>q.v + b / (2 |u|)</c> for the query <c>q = u / (2 |u|) + c / (2 |c|)</c>:
/// both parts are lengths of v's projection, so neither outweighs the other by the size of its vector.
/// </summary>
internal sealed class PageContext
{
    private readonly float[] _user;
    private readonly float[] _item;
    private readonly float _userScale;

    /// <param name="boosts">The user's boosts by item.</param>
    public PageContext(float[] user, float[] item, IReadOnlyDictionary<string, float> boosts)
    {
        (_user, _item) = (Diversify.Unit(user), Diversify.Unit(item));
        var norm = TensorPrimitives.Norm(user);
        _userScale = norm > Diversify.LeastNorm ? norm : 1; // without a direction, its boosts stay as they are
        Query = new float[user.Length];
        TensorPrimitives.Add(_user, _item, Query);
        TensorPrimitives.Divide(Query, 2, Query);
        Boosts = boosts.ToDictionary(boost => boost.Key, boost => boost.Value / (2 * _userScale), StringComparer.Ordinal);
    }

    public float[] Query { get; }

    public Dictionary<string, float> Boosts { get; }

    /// <summary>True for an item that owes at least half of its score to the page's item.</summary>
    public bool LeadsTo(string itemId, ReadOnlySpan<float> vector) =>
        TensorPrimitives.Dot(_item, vector) / 2 >= TensorPrimitives.Dot(_user, vector) / 2 + Boosts.GetValueOrDefault(itemId);
}

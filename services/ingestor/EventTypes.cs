using System.Collections.Frozen;

namespace Driftline.Ingestor;

/// <summary>The event types and the other names under which storefronts send them.</summary>
internal static class EventTypes
{
    public const string Click = "click";
    public const string AddToCart = "add-to-cart";
    public const string Purchase = "purchase";
    public const string Review = "review";
    public const string Impression = "impression";

    public static readonly IReadOnlyList<string> All = [Click, AddToCart, Purchase, Review, Impression];

    /// <summary>Every name that <c>eventType</c> may have, with the type that it stands for.</summary>
    public static readonly FrozenDictionary<string, string> Names = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        [Click] = Click,
        ["detail-page-view"] = Click,
        ["view_item"] = Click,
        [AddToCart] = AddToCart,
        ["add_to_cart"] = AddToCart,
        [Purchase] = Purchase,
        ["purchase-complete"] = Purchase,
        [Review] = Review,
        [Impression] = Impression,
    }.ToFrozenDictionary(StringComparer.Ordinal);
}

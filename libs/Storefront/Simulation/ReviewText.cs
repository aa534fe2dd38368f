namespace Driftline.Storefront.Simulation;

/// <summary>Composes reviews whose words agree with their stars.</summary>
internal static class ReviewText
{
    private static readonly string[][] Openings =
    [
        ["Very disappointed with this {0}.", "Sent the {0} straight back.", "A waste of money, I am sorry to say.", "This {0} broke within a week."],
        ["Not what I hoped for.", "The {0} looks better in the picture.", "Below average, even for the price.", "I expected more of {1}."],
        ["It is all right.", "The {0} does its job, no more.", "Neither good nor bad.", "An ordinary {0} from {1}."],
        ["Really pleased with the {0}.", "A good {0} for the money.", "Would buy from {1} again.", "Nice {0}, well packed."],
        ["I love this {0}!", "Best {0} I have ever owned.", "Absolutely perfect.", "{1} at its best: a wonderful {0}."],
    ];

    private static readonly string[][] Middles =
    [
        ["They say it {2}; mine did not.", "Nothing about it {2}, whatever the page says.", "Forget the promise that it {2}."],
        ["It hardly {2}.", "Only now and then can one say that it {2}.", "I would not say that it {2}."],
        ["It {2}, more or less.", "Yes, it {2}, but so do others.", "It {2} on most days."],
        ["It {2}, as described.", "What I like: it {2}.", "It {2}, just as I needed."],
        ["It truly {2}.", "It {2} and I use it daily.", "It {2}, better than I dared to hope."],
    ];

    private static readonly string[][] Endings =
    [
        ["Avoid.", "Asked for a refund.", "One star is generous.", ""],
        ["Probably going back.", "Would not order again.", "Poor value.", ""],
        ["Fair for the price.", "Might look for another next time.", "Okay for now.", ""],
        ["Recommended.", "One small mark when it arrived, still happy.", "Good value.", ""],
        ["Highly recommended!", "Already ordered another as a gift.", "Five stars.", ""],
    ];

    /// <summary>A review of one to three sentences for a rating of 1 to 5.</summary>
    public static string Compose(Product product, int rating, Draw draw)
    {
        var level = rating - 1;
        return string.Join(' ', new[] { draw.Of(Openings[level]), draw.Of(Middles[level]), draw.Of(Endings[level]) }.Where(part => part.Length > 0))
            .Replace("{0}", product.Noun, StringComparison.Ordinal)
            .Replace("{1}", product.Brand, StringComparison.Ordinal)
            .Replace("{2}", product.Feature, StringComparison.Ordinal);
    }
}

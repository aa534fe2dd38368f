namespace Driftline.InterestModel;

/// <summary>What moves an interest.</summary>
public enum DriftKind
{
    /// <summary>The whole population moves so, but the training data spans too little to tell a season from a trend.</summary>
    Unknown,

    /// <summary>The time of the year moves everybody.</summary>
    Seasonal,

    /// <summary>A fashion moves everybody.</summary>
    Trend,

    /// <summary>Neither explains it: the user alone moves.</summary>
    Personal,
}

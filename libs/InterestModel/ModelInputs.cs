namespace Driftline.InterestModel;

/// <summary>The inputs that a network can be made without.</summary>
public static class ModelInputs
{
    /// <summary>The users' attributes.</summary>
    public const string Attributes = "attributes";

    /// <summary>The items' text vectors: items live on their ids alone, and those that training has not met have none.</summary>
    public const string Text = "text";

    /// <summary>h_t, the observed interest.</summary>
    public const string ObservedInterest = "h_t";

    /// <summary>Week of the year and hour of the week.</summary>
    public const string Season = "season";

    /// <summary>All names.</summary>
    public static readonly IReadOnlyList<string> Names = [Attributes, Text, ObservedInterest, Season];
}

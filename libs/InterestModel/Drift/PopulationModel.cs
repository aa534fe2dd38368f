namespace Driftline.InterestModel;

/// <summary>
/// How the population's interest moves, fitted from training events alone: the season of each category and its level with the season taken
/// off, both as logs of the category's share over its share in all training events. <c>population.json</c> of an artifact.
/// </summary>
public sealed record PopulationModel
{
    /// <summary>Points of the seasonal profile; point w stands for the middle of the w-th of 52 equal parts of the year.</summary>
    public const int SeasonWeeks = 52;

    /// <summary>Days between two points of <see cref="Level"/>.</summary>
    public const int StepDays = 7;

    /// <summary>Days of the coming horizon, which the network was trained to foretell.</summary>
    public required double HorizonDays { get; init; }

    /// <summary>The end of the training events, in milliseconds since the Unix epoch.</summary>
    public required long End { get; init; }

    /// <summary>Each category's share of all training events, half an event added to each, [C]; sums to 1.</summary>
    public required float[] Share { get; init; }

    /// <summary>[52][C]; empty where the training events span less than a year, so that season and trend cannot be told apart.</summary>
    public required float[][] Season { get; init; }

    /// <summary>[weeks][C], the newest first: point k is the mean of the week that ends k weeks before <see cref="End"/>.</summary>
    public required float[][] Level { get; init; }

    /// <summary>Change of the level a day, at the end of training, [C].</summary>
    public required float[] Slope { get; init; }

    /// <summary>Whether a season can be told from a trend.</summary>
    public bool KnowsSeasons => Season.Length > 0;
}

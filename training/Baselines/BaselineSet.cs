using Driftline.InterestModel;

namespace Driftline.Training;

/// <summary>The baselines of every table, in its order.</summary>
public static class BaselineSet
{
    /// <summary>Rankers of items.</summary>
    public static IEnumerable<IItemRanker> Items(TrainingData data)
    {
        yield return new Popularity(data);
        yield return new RecentPopularity(data);
        yield return new OwnHistory(data);
        yield return LastItem.CoOccurrence(data);
        yield return LastItem.Markov(data);
        yield return new ItemNeighbours(data);
    }

    /// <summary>Forecasters of categories.</summary>
    /// <param name="data">Counted over its training events.</param>
    /// <param name="featuriser">Says what h_t is.</param>
    public static IEnumerable<ICategoryForecaster> Categories(TrainingData data, Featuriser featuriser)
    {
        yield return new Persistence(data, featuriser);
        yield return ExponentialDecay.Chosen(data, featuriser);
        yield return new Population(data, featuriser);
        yield return new CategoryMarkov(data, featuriser);
    }
}

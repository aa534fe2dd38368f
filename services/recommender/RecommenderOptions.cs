using System.ComponentModel.DataAnnotations;
using Driftline.Recommender.Experiments;

namespace Driftline.Recommender;

/// <summary>What searches the item vectors: this process, or vector sets of Redis 8.</summary>
public enum VectorEngineKind
{
    Memory,
    Redis,
}

/// <summary>Configuration section <c>Recommender</c>.</summary>
public sealed class RecommenderOptions
{
    public const string Section = "Recommender";

    /// <summary>How long a user's interests are kept after their last update.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "3650.00:00:00", ErrorMessage = "Recommender:InterestExpiry must be between 1 minute and 3650 days.")]
    public TimeSpan InterestExpiry { get; set; } = TimeSpan.FromDays(90);

    /// <summary>How long a superseded model version's item vectors stay, for users whose interests were computed with it.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "365.00:00:00", ErrorMessage = "Recommender:SupersededVersionGrace must be between 00:00:00 and 365 days.")]
    public TimeSpan SupersededVersionGrace { get; set; } = TimeSpan.FromDays(1);

    /// <summary>What searches the item vectors.</summary>
    [EnumDataType(typeof(VectorEngineKind), ErrorMessage = "Recommender:VectorEngine must be Memory or Redis.")]
    public VectorEngineKind VectorEngine { get; set; } = VectorEngineKind.Memory;

    /// <summary>Items from which on a search in memory uses codes and bounds instead of reading every vector.</summary>
    [Range(1, int.MaxValue, ErrorMessage = "Recommender:CodeVectorsFrom must be between 1 and 2147483647.")]
    public int CodeVectorsFrom { get; set; } = 5_000;

    /// <summary>Time after which an action counts half in the trending items.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "3650.00:00:00", ErrorMessage = "Recommender:TrendingHalfLife must be between 1 minute and 3650 days.")]
    public TimeSpan TrendingHalfLife { get; set; } = TimeSpan.FromDays(7);

    /// <summary>Most items that are counted for trending; beyond it, the least trending are forgotten.</summary>
    [Range(100, 10_000_000, ErrorMessage = "Recommender:TrendingMaxItems must be between 100 and 10000000.")]
    public int TrendingMaxItems { get; set; } = 200_000;

    /// <summary>How many of the events on <c>storefront.events</c>, the newest, a replica reads for trending before it is ready.</summary>
    [Range(1, int.MaxValue, ErrorMessage = "Recommender:TrendingEvents must be between 1 and 2147483647.")]
    public int TrendingEvents { get; set; } = 5_000_000;

    /// <summary>Most event streams (server-sent events) open at once on this replica.</summary>
    [Range(0, 100_000, ErrorMessage = "Recommender:MaxStreams must be between 0 and 100000.")]
    public int MaxStreams { get; set; } = 1_000;

    /// <summary>Longest silence on an event stream; proxies close connections that say nothing.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00", ErrorMessage = "Recommender:StreamHeartbeat must be between 1 second and 5 minutes.")]
    public TimeSpan StreamHeartbeat { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How many of the users updated last are known by that time: the population of the trends, and the console's list.</summary>
    [Range(1, 10_000_000, ErrorMessage = "Recommender:RecentUsers must be between 1 and 10000000.")]
    public int RecentUsers { get; set; } = 100_000;

    /// <summary>Earlier states of a user's interests that are kept; 0 keeps none.</summary>
    [Range(0, 1_000, ErrorMessage = "Recommender:HistoryLength must be between 0 and 1000.")]
    public int HistoryLength { get; set; } = 20;

    /// <summary>Time after buying an item during which it is not recommended to its buyer again; zero hides nothing.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "36500.00:00:00", ErrorMessage = "Recommender:RepurchaseInterval must be between 00:00:00 and 36500 days.")]
    public TimeSpan RepurchaseInterval { get; set; } = TimeSpan.FromDays(30);

    /// <summary>The same by main category, where it differs: days for coffee, years for washing machines.</summary>
    public Dictionary<string, TimeSpan> RepurchaseIntervals { get; set; } = new(StringComparer.Ordinal);

    /// <summary>Share of a personal answer's places that are filled by chance from the best items further down, unless the request says otherwise; 0 explores nothing.</summary>
    [Range(0.0, 1.0, ErrorMessage = "Recommender:ExploreRate must be between 0 and 1.")]
    public double ExploreRate { get; set; }

    /// <summary>The predictor that is asked what led to an item, e.g. <c>http://predictor</c>; null explains nothing.</summary>
    public Uri? PredictorUrl { get; set; }

    /// <summary>Experiments, in the order in which they take users. See <see cref="ExperimentOptions"/>.</summary>
    public IReadOnlyList<ExperimentOptions> Experiments { get; set; } = [];

    /// <summary>A click or purchase without a token counts for the item's last showing or click at most this long before it.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "90.00:00:00", ErrorMessage = "Recommender:AttributionWindow must be between 00:00:00 and 90 days.")]
    public TimeSpan AttributionWindow { get; set; } = TimeSpan.FromDays(1);

    /// <summary>How long a user's part in experiments is kept after their last feedback, and the counts of all experiments after the last of any.</summary>
    [Range(typeof(TimeSpan), "7.00:00:00", "3650.00:00:00", ErrorMessage = "Recommender:FeedbackExpiry must be between 7 and 3650 days: topics are kept for 7, and a replay must find what it has counted.")]
    public TimeSpan FeedbackExpiry { get; set; } = TimeSpan.FromDays(90);

    /// <summary>What the console says about the data, e.g. "Simulated data"; empty says nothing.</summary>
    public string DataLabel { get; set; } = "";

    /// <summary>The Prometheus that scrapes the services, e.g. <c>http://prometheus:9090</c>, for the console's operations page; null leaves the page empty.</summary>
    public Uri? PrometheusUrl { get; set; }

    /// <summary>Where the console may send events of its own, e.g. <c>http://127.0.0.1:5080</c>; null hides its form.</summary>
    public Uri? IngestorUrl { get; set; }
}

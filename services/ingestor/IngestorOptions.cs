using System.ComponentModel.DataAnnotations;

namespace Driftline.Ingestor;

/// <summary>Configuration section <c>Ingestor</c>: what a request and an event may be, and how long an answer may take.</summary>
internal sealed class IngestorOptions
{
    public const string Section = "Ingestor";

    /// <summary>Events older than this when they arrive (after skew correction) are rejected. To load history, raise it and FeatureBuilder:MaxLateness, by which they are judged again.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "36500.00:00:00", ErrorMessage = "Ingestor:MaxLateness must be between 00:01:00 and 36500.00:00:00.")]
    public TimeSpan MaxLateness { get; set; } = TimeSpan.FromDays(7);

    /// <summary>Events further in the future than this (after skew correction) are rejected.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00", ErrorMessage = "Ingestor:MaxFuture must be between 00:00:00 and 1.00:00:00.")]
    public TimeSpan MaxFuture { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Most elements in one request.</summary>
    [Range(1, 10_000, ErrorMessage = "Ingestor:MaxBatchEvents must be between 1 and 10000.")]
    public int MaxBatchEvents { get; set; } = 1_000;

    /// <summary>Largest request body.</summary>
    [Range(1_024, 16 * 1024 * 1024, ErrorMessage = "Ingestor:MaxRequestBytes must be between 1024 and 16777216.")]
    public int MaxRequestBytes { get; set; } = 1024 * 1024;

    /// <summary>Most requests with a body that are read or answered at once; more are answered with 503. With <see cref="MaxRequestBytes"/> it bounds the memory that bodies take.</summary>
    [Range(1, 100_000, ErrorMessage = "Ingestor:MaxConcurrentRequests must be between 1 and 100000.")]
    public int MaxConcurrentRequests { get; set; } = 256;

    /// <summary>How long a body may take to come, whatever its rate; then the answer is 408. A slow sender has one of the <see cref="MaxConcurrentRequests"/> places for no longer.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00", ErrorMessage = "Ingestor:BodyTimeout must be between 00:00:01 and 00:10:00.")]
    public TimeSpan BodyTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Most levels that an element's objects and arrays may nest, in fields that nobody reads too.</summary>
    [Range(4, 1_000, ErrorMessage = "Ingestor:MaxJsonDepth must be between 4 and 1000.")]
    public int MaxJsonDepth { get; set; } = 64;

    /// <summary>Largest element of a batch. Keep it well below the broker's message.max.bytes: a rejected element becomes one record.</summary>
    [Range(1_024, 16 * 1024 * 1024, ErrorMessage = "Ingestor:MaxElementBytes must be between 1024 and 16777216.")]
    public int MaxElementBytes { get; set; } = 256 * 1024;

    /// <summary>Most entries in an event's <c>items</c>.</summary>
    [Range(1, 10_000, ErrorMessage = "Ingestor:MaxEventItems must be between 1 and 10000.")]
    public int MaxEventItems { get; set; } = 100;

    /// <summary>Longest event, user, session and item id, in UTF-16 characters: as many as surely fit the 1,024 bytes that the stages behind take, with what makes a session's id a user's.</summary>
    [Range(16, 338, ErrorMessage = "Ingestor:MaxIdChars must be between 16 and 338.")]
    public int MaxIdChars { get; set; } = 256;

    /// <summary>Longest attribution token, in UTF-16 characters.</summary>
    [Range(16, 16_384, ErrorMessage = "Ingestor:MaxTokenChars must be between 16 and 16384.")]
    public int MaxTokenChars { get; set; } = 2_048;

    /// <summary>Longest title, category, attribute name and attribute value, in UTF-16 characters.</summary>
    [Range(16, 16_384, ErrorMessage = "Ingestor:MaxNameChars must be between 16 and 16384.")]
    public int MaxNameChars { get; set; } = 1_024;

    /// <summary>Longest review text and item description, in UTF-16 characters.</summary>
    [Range(16, 1_000_000, ErrorMessage = "Ingestor:MaxTextChars must be between 16 and 1000000.")]
    public int MaxTextChars { get; set; } = 20_000;

    /// <summary>Most attributes of an event or an item, and most categories of an item.</summary>
    [Range(1, 1_000, ErrorMessage = "Ingestor:MaxAttributes must be between 1 and 1000.")]
    public int MaxAttributes { get; set; } = 64;

    /// <summary>Longest wait for Kafka's acknowledgements before the answer is 503.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:05:00", ErrorMessage = "Ingestor:ProduceTimeout must be between 00:00:00.100 and 00:05:00.")]
    public TimeSpan ProduceTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>What <c>Retry-After</c> tells the client with a 503; sent in whole seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00", ErrorMessage = "Ingestor:RetryAfter must be between 00:00:01 and 01:00:00.")]
    public TimeSpan RetryAfter { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Most records waiting for an acknowledgement, over all requests; beyond it the answer is 503 at once. Bounds memory.</summary>
    [Range(1, 10_000_000, ErrorMessage = "Ingestor:MaxInFlightEvents must be between 1 and 10000000.")]
    public int MaxInFlightEvents { get; set; } = 50_000;

    /// <summary>How many acknowledged events are remembered to tell duplicates; each takes about 40 bytes of memory.</summary>
    [Range(2, 100_000_000, ErrorMessage = "Ingestor:DuplicateWindowEvents must be between 2 and 100000000.")]
    public int DuplicateWindowEvents { get; set; } = 1_000_000;
}

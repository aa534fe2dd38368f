using System.ComponentModel.DataAnnotations;
using Driftline.Sequences;
using Microsoft.Extensions.Options;

namespace Driftline.FeatureBuilder;

/// <summary>Configuration section <c>FeatureBuilder</c>.</summary>
public sealed class FeatureBuilderOptions
{
    public const string Section = "FeatureBuilder";

    /// <summary>How long before its receipt an event may have happened.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "36500.00:00:00", ErrorMessage = "FeatureBuilder:MaxLateness must be between 1 second and 36500 days.")]
    public TimeSpan MaxLateness { get; set; } = TimeSpan.FromDays(7);

    /// <summary>How far ahead of when it was received an event may be.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00", ErrorMessage = "FeatureBuilder:MaxFuture must be between 0 and 1 day.")]
    public TimeSpan MaxFuture { get; set; } = TimeSpan.FromMinutes(5);

    [ValidateObjectMembers]
    public SequenceStoreOptions Sequence { get; set; } = new();
}

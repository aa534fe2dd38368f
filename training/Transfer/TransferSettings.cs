namespace Driftline.Training;

/// <summary>How <c>transfer</c> pretrains and fine-tunes; everything else is as for any training.</summary>
public sealed record TransferSettings
{
    /// <summary>Share of the source's items that live on their text alone in a step of pretraining: what rests on ids does not transfer.</summary>
    public double SourceIdDropout { get; init; } = 0.9;

    /// <summary>Factor on the learning rate of what was carried over, in fine-tuning; what begins anew learns at the full rate.</summary>
    public double FineTuneRate { get; init; } = 0.5;

    /// <summary>
    /// Batches are made smaller where an epoch of a share would otherwise have fewer steps than this, in fine-tuning and from scratch alike.
    /// </summary>
    public int StepsPerEpoch { get; init; } = 24;
}

using System.ComponentModel.DataAnnotations;
using Driftline.InterestModel;
using Driftline.Schemas;
using Driftline.Sequences;

namespace Driftline.Predictor;

/// <summary>Configuration section <c>Predictor</c>.</summary>
public sealed class PredictorOptions
{
    public const string Section = "Predictor";

    /// <summary>Which model to follow in <c>model.releases</c>. One that is not <see cref="Topics.DefaultModel"/> is a challenger: it has a consumer group and output topics of its own.</summary>
    [Required(ErrorMessage = "Predictor:ModelName is missing: name the model to follow in model.releases.")]
    [RegularExpression("[A-Za-z0-9._-]{1,64}", ErrorMessage = "Predictor:ModelName must be 1 to 64 letters, digits, '.', '_' or '-': it is part of topics' names.")]
    public string ModelName { get; set; } = Topics.DefaultModel;

    /// <summary>Where the model runs; <c>auto</c> takes the first CUDA device if there is one.</summary>
    [RegularExpression("auto|cpu|cuda:[0-9]+", ErrorMessage = "Predictor:Device must be auto, cpu or cuda:N.")]
    public string Device { get; set; } = "auto";

    /// <summary>
    /// CPU threads of a forward pass and of what is done for each user of a batch; 0 leaves Torch its own choice and takes one for each core. Passes are
    /// too small to be shared well: more than one pays beside a GPU.
    /// </summary>
    [Range(0, 256, ErrorMessage = "Predictor:Threads must be between 0 and 256.")]
    public int Threads { get; set; } = 1;

    /// <summary>Rising and falling categories listed in an update.</summary>
    [Range(1, Drifts.MaxShifts, ErrorMessage = "Predictor:MaxShifts must be between 1 and 5.")]
    public int MaxShifts { get; set; } = Drifts.MaxShifts;

    /// <summary>Newest events whose part an explanation tells; each costs a run of the model over the user's sequence, while predictions wait.</summary>
    [Range(1, 1_000, ErrorMessage = "Predictor:ExplainedEvents must be between 1 and 1000.")]
    public int ExplainedEvents { get; set; } = 32;

    /// <summary>Memory for what is kept of users between their updates, so that the next one need not read their whole sequences.</summary>
    [Range(0, 65_536, ErrorMessage = "Predictor:CarriedStatesMiB must be between 0 and 65536.")]
    public int CarriedStatesMiB { get; set; } = 256;

    /// <summary>Where pretrained text encoders are kept; left out, <c>DRIFTLINE_CACHE</c> or the user's cache folder.</summary>
    public string? CacheFolder { get; set; }

    public SequenceStoreOptions Sequence { get; set; } = new();
}

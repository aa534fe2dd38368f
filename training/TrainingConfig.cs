using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using Driftline.InterestModel;
using Driftline.TextEncoders;

namespace Driftline.Training;

/// <summary>How a model is trained. Durations that bound a run are in seconds of wall clock.</summary>
public sealed record TrainingSettings
{
    public int Seed { get; init; } = 1;

    /// <summary>
    /// Input events of a step, about: it takes as many windows as come to that. 0 is a hundredth of the training events, 256 to 1,024,
    /// and more of a set of more than 235,520: a 230th, at most 2,048.
    /// </summary>
    public int BatchEvents { get; init; }

    public int MaxEpochs { get; init; } = 60;

    /// <summary>Epochs without a better validation NDCG@10 before training stops.</summary>
    public int Patience { get; init; } = 6;

    /// <summary>Hard cap on the training loop; the best model until then is kept.</summary>
    public double MaxSeconds { get; init; } = 1500;

    /// <summary>
    /// For steps of up to 1,024 input events; for larger ones it rises with the square root of their events, as suits Adam (Malladi et al. 2022, arXiv:2205.10287).
    /// </summary>
    public double LearningRate { get; init; } = 2e-3;

    public double WeightDecay { get; init; } = 0.01;

    /// <summary>Steps over which the learning rate rises to its value.</summary>
    public int WarmupSteps { get; init; } = 100;

    /// <summary>Factor on the learning rate after an epoch without a better validation figure.</summary>
    public double Decay { get; init; } = 0.7;

    /// <summary>
    /// What is validated and kept is an average of the weights over the steps of about this many epochs; 0 is the last step's weights. See
    /// <see cref="WeightAverage"/>.
    /// </summary>
    public double AverageEpochs { get; init; } = 1;

    /// <summary>Largest norm of a step's gradient.</summary>
    public double GradientClip { get; init; } = 1;

    /// <summary>
    /// Whether <c>model.dropout</c> comes from the data instead: 0.6 - log10(training events per item) / 6, 0.1 to 0.5. The fewer events an item has,
    /// the sooner its vector is learnt by heart.
    /// </summary>
    public bool DropoutByDensity { get; init; }

    /// <summary>Weight of the category head's loss; the next-item head's is 1.</summary>
    public double CategoryLossWeight { get; init; } = 0.3;

    /// <summary>The category head learns the distribution of the events of this many coming days.</summary>
    public double HorizonDays { get; init; } = 7;

    /// <summary>Where those days hold no event: of this many coming events instead; 0 leaves such positions out.</summary>
    public int SparseHorizonEvents { get; init; } = 10;

    /// <summary>Positions of a step are sampled so that its category forecasts, and the logits of a sampled softmax, are no more than this.</summary>
    public int MaxLogits { get; init; } = 8_000_000;

    /// <summary>Catalogues larger than this are trained with a sampled softmax.</summary>
    public int FullSoftmaxItems { get; init; } = 20_000;

    public int SampledNegatives { get; init; } = 4096;

    /// <summary>
    /// What the best epoch is chosen by, on validation: <c>items</c> (NDCG@10) or <c>categories</c> (the category forecast's KL). For data whose next
    /// item cannot be foretold.
    /// </summary>
    public string ChooseBy { get; init; } = ByItems;

    /// <summary>Validation is measured on at most this many users, evenly picked.</summary>
    public int ValidationUsers { get; init; } = 3000;

    /// <summary>CPU threads; 0 is one for the gated recurrent units (<c>gru</c>, <c>lstm</c>, <c>bigru</c>), and Torch's own choice for the other encoders.</summary>
    public int Threads { get; init; }

    public string Device { get; init; } = "auto";

    internal const string ByItems = "items";
    internal const string ByCategories = "categories";
}

/// <summary>A training configuration file: one reported result each.</summary>
public sealed record TrainingConfig
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        ReadCommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
        WriteIndented = true,
        RespectNullableAnnotations = true,
    };

    /// <summary>Name under which versions of the model follow each other.</summary>
    public string Name { get; init; } = "interest";

    public ModelSettings Model { get; init; } = new();

    public FeatureSettings Features { get; init; } = new();

    public TrainingSettings Training { get; init; } = new();

    public TransferSettings Transfer { get; init; } = new();

    /// <summary>Reads a file; a key that is left out has its default.</summary>
    /// <exception cref="InputException">The file is missing or not JSON, or a key is unknown or out of range; the message names it.</exception>
    public static TrainingConfig Load(string path)
    {
        if (!File.Exists(path)) throw new InputException($"--config {path}: no such file. The program's own are in {DefaultFolder}.");
        try
        {
            var node = JsonNode.Parse(File.ReadAllText(path), documentOptions: new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, AllowDuplicateProperties = false });
            if (node is not JsonObject root) throw new InputException($"{path}: is not a JSON object.");
            RefuseUnknownKeys(path, "", root, typeof(TrainingConfig));
            var config = root.Deserialize<TrainingConfig>(Json)!;
            config.Check(path);
            return config;
        }
        catch (JsonException e)
        {
            throw new InputException($"{path}: {(e.Path is { Length: > 2 } key ? key[2..] + ": " : "")}{e.Message}", e);
        }
    }

    /// <summary>The text that <see cref="Load"/> reads, every key with its value.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Json) + "\n";

    /// <summary>The folder of the configurations that come with the program.</summary>
    public static string DefaultFolder => Path.Combine(AppContext.BaseDirectory, "configs");

    /// <summary>What a user gets who names no configuration.</summary>
    public static TrainingConfig LoadDefault() => Load(Path.Combine(DefaultFolder, "default.json"));

    private static void RefuseUnknownKeys(string path, string prefix, JsonObject node, Type type)
    {
        var known = type.GetProperties(BindingFlags.Public | BindingFlags.Instance).ToDictionary(p => JsonNamingPolicy.CamelCase.ConvertName(p.Name));
        foreach (var (key, value) in node)
        {
            if (!known.TryGetValue(key, out var property))
                throw new InputException($"{path}: unknown key '{prefix}{key}'. Known here: {string.Join(", ", known.Keys)}.");
            if (value is JsonObject section) RefuseUnknownKeys(path, prefix + key + ".", section, property.PropertyType);
        }
    }

    private void Check(string path)
    {
        void Must(bool holds, string key, string what)
        {
            if (!holds) throw new InputException($"{path}: {key} must be {what}.");
        }

        Must(!string.IsNullOrWhiteSpace(Name), "name", "a name");
        Must(SequenceEncoder.Names.Contains(Model.Encoder), "model.encoder", $"one of {string.Join(", ", SequenceEncoder.Names)}, not '{Model.Encoder}'");
        Must(Model.Dimensions is >= 4 and <= 2048, "model.dimensions", "4 to 2048");
        Must(Model.HiddenSize is >= 4 and <= 4096, "model.hiddenSize", "4 to 4096");
        Must(Model.Layers is >= 1 and <= 8, "model.layers", "1 to 8");
        Must(Model.Heads >= 1 && Model.HiddenSize % Model.Heads == 0, "model.heads", "a divisor of model.hiddenSize");
        Must(Model.Dropout is >= 0 and < 1, "model.dropout", "at least 0 and less than 1");
        Must(Model.IdDropout is >= 0 and < 1, "model.idDropout", "at least 0 and less than 1");
        Must(Model.UnknownDropout is >= 0 and < 1, "model.unknownDropout", "at least 0 and less than 1");
        Must(Model.AttributeDropout is >= 0 and < 1, "model.attributeDropout", "at least 0 and less than 1");
        Must(Model.Without.All(ModelInputs.Names.Contains), "model.without", $"a list of {string.Join(", ", ModelInputs.Names)}");
        try
        {
            KnownEncoders.Check(Model.TextEncoder, Model.TextDimensions);
        }
        catch (ArgumentException e)
        {
            throw new InputException($"{path}: model.textEncoder, model.textDimensions: {e.Message}", e);
        }

        Must(Features.SequenceLength is >= 1 and <= 1024, "features.sequenceLength", "1 to 1024");
        Must(Features.HalfLifeDays > 0, "features.halfLifeDays", "more than 0");
        Must(new[] { Features.ClickWeight, Features.AddToCartWeight, Features.PurchaseWeight, Features.ReviewWeight }.All(w => w >= 0), "features: each weight", "0 or more");
        Must(Training.BatchEvents >= 0, "training.batchEvents", "0 or more");
        Must(Training.MaxEpochs >= 1, "training.maxEpochs", "1 or more");
        Must(Training.Patience >= 1, "training.patience", "1 or more");
        Must(Training.MaxSeconds > 0, "training.maxSeconds", "more than 0");
        Must(Training.LearningRate > 0, "training.learningRate", "more than 0");
        Must(Training.WeightDecay >= 0, "training.weightDecay", "0 or more");
        Must(Training.WarmupSteps >= 0, "training.warmupSteps", "0 or more");
        Must(Training.Decay is > 0 and <= 1, "training.decay", "more than 0 and at most 1");
        Must(Training.AverageEpochs >= 0, "training.averageEpochs", "0 or more");
        Must(Training.GradientClip > 0, "training.gradientClip", "more than 0");
        Must(Training.CategoryLossWeight >= 0, "training.categoryLossWeight", "0 or more");
        Must(Training.HorizonDays > 0, "training.horizonDays", "more than 0");
        Must(Training.SparseHorizonEvents >= 0, "training.sparseHorizonEvents", "0 or more");
        Must(Training.MaxLogits >= 100_000, "training.maxLogits", "100000 or more");
        Must(Training.FullSoftmaxItems >= 1, "training.fullSoftmaxItems", "1 or more");
        Must(Training.SampledNegatives >= 1, "training.sampledNegatives", "1 or more");
        Must(Training.ChooseBy is TrainingSettings.ByItems or TrainingSettings.ByCategories, "training.chooseBy", "items or categories");
        Must(Training.ChooseBy == TrainingSettings.ByItems || Training.CategoryLossWeight > 0, "training.categoryLossWeight", "more than 0 where training.chooseBy is categories");
        Must(Training.ValidationUsers >= 1, "training.validationUsers", "1 or more");
        Must(Training.Threads >= 0, "training.threads", "0 or more");
        Must(Devices.IsKnown(Training.Device), "training.device", $"{Devices.Known}, not '{Training.Device}'");
        Must(Transfer.SourceIdDropout is >= 0 and < 1, "transfer.sourceIdDropout", "at least 0 and less than 1");
        Must(Transfer.FineTuneRate > 0, "transfer.fineTuneRate", "more than 0");
        Must(Transfer.StepsPerEpoch >= 1, "transfer.stepsPerEpoch", "1 or more");
    }
}

/// <summary>Something that the user gave cannot be used; the message is one line that says what and what to do.</summary>
public sealed class InputException : Exception
{
    public InputException() { }

    public InputException(string message) : base(message) { }

    public InputException(string message, Exception inner) : base(message, inner) { }
}

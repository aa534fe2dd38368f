using Driftline.Catalog;
using Driftline.Sequences;
using Driftline.TextEncoders;
using TorchSharp;
using static TorchSharp.torch;

namespace Driftline.InterestModel;

/// <summary>
/// A loaded model at work. For one caller at a time. Memory is flat: each call runs in inference mode and a dispose scope of its own.
/// </summary>
public sealed partial class InterestPredictor : IDisposable
{
    /// <summary>Items at most that the user had whose score a prediction raises, and as many that they had not.</summary>
    public const int MaxBoosts = 100;

    private readonly object _identity = new();
    private readonly ModelArtifact _model;
    private readonly Featuriser _featuriser;
    private readonly TextEncoder _encoder;
    private readonly float[] _textMean;
    private readonly Device _device;
    private readonly ItemTable _items;
    private readonly Blend _blend;
    private readonly Newcomers _newcomers;
    private readonly Scratch?[] _scratch; // one for each thread, made when it is first needed
    private readonly Func<string, int> _rowOf;
    private readonly int _halfLife; // the featuriser's own, among those of the network
    private readonly Dictionary<string, int> _categoryIndex;
    private readonly AttributeVocabulary _attributes;

    private InterestPredictor(ModelArtifact model, Device device, TextEncoder encoder, int threads)
    {
        _model = model;
        _device = device;
        _featuriser = new Featuriser(model.Manifest.Features);
        _encoder = encoder;
        _textMean = model.Network.TextMean();
        TrainingShare = model.Population is null ? null : model.Network.PopulationShares();
        _categoryIndex = Categories.Index().ToDictionary(c => c.Item, c => c.Index, StringComparer.Ordinal);
        _attributes = new AttributeVocabulary(model.Manifest.Attributes);
        model.Network.eval();
        model.Network.to(device);
        using var inference = inference_mode();
        using var scope = NewDisposeScope();
        _items = new ItemTable(model, device);
        _rowOf = _items.RowOf;
        _newcomers = new Newcomers([.. _items.Vectors().Select(item => item.Vector)], model.Network.Met());
        _blend = model.Network.Associations.Read(_newcomers);
        _scratch = new Scratch?[threads > 0 ? threads : Environment.ProcessorCount];
        _halfLife = model.Network.HalfLives.ToList().IndexOf(model.Manifest.Features.HalfLifeDays);
    }

    /// <summary>Loads a model folder.</summary>
    /// <param name="folder">What <c>training train --out</c> wrote.</param>
    /// <param name="device">See <see cref="Devices.Resolve"/>.</param>
    /// <param name="threads">CPU threads, of Torch for the whole process and of what is done for each user of a batch; 0 leaves Torch its own choice and takes one for each core.</param>
    /// <param name="cacheFolder">Where pretrained text encoders are kept; null is the user's own, see <see cref="CacheFolder"/>.</param>
    /// <exception cref="ModelArtifactException">The folder cannot be used, or the text encoder here is not the model's.</exception>
    /// <exception cref="EncoderException">The model's text encoder cannot be had.</exception>
    /// <exception cref="InvalidOperationException">CUDA was asked for and is not there.</exception>
    public static InterestPredictor Load(string folder, string device = "auto", int threads = 0, string? cacheFolder = null)
    {
        var resolved = Devices.Resolve(device);
        if (threads > 0) set_num_threads(threads);
        return Of(ModelArtifact.Load(folder), resolved, cacheFolder, threads);
    }

    /// <summary>Puts a model in memory to work, and takes it over; see <see cref="Load"/>. Torch's own threads stay as they are.</summary>
    public static InterestPredictor Of(ModelArtifact model, Device device, string? cacheFolder = null, int threads = 0)
    {
        TextEncoder? encoder = null;
        try
        {
            var settings = model.Manifest.Architecture;
            encoder = KnownEncoders.Create(settings.TextEncoder, settings.TextDimensions, cacheFolder ?? CacheFolder.Of(null, null));
            if (encoder.Id != model.Manifest.TextEncoderId)
                throw new ModelArtifactException($"Model {model.Manifest.Version} was trained with the text encoder {model.Manifest.TextEncoderId}; {settings.TextEncoder} here is {encoder.Id}. Put the encoder of the training there, or train the model again.");
            return new InterestPredictor(model, device, encoder, threads);
        }
        catch
        {
            encoder?.Dispose();
            model.Dispose();
            throw;
        }
    }

    /// <summary>What the model is.</summary>
    public ModelManifest Manifest => _model.Manifest;

    /// <summary>The model's version: vectors of different versions must not meet.</summary>
    public string Version => Manifest.Version;

    /// <summary>Categories in the order of the distributions.</summary>
    public IReadOnlyList<string> Categories => Manifest.Categories;

    /// <summary>
    /// Each category's share of the training events, weighted by type as h_t is, [C]; null in models that have not seen a population's events, such as federated ones.
    /// </summary>
    public IReadOnlyList<float>? TrainingShare { get; }

    /// <summary>D: length of user and item vectors.</summary>
    public int Dimensions => Manifest.Architecture.Dimensions;

    /// <summary>Where it runs, such as <c>cpu</c> or <c>cuda:0</c>.</summary>
    public string Device => _device.ToString();

    /// <summary>The item table's row of an item id, or <see cref="ItemRows.Unknown"/>.</summary>
    public int RowOf(string itemId) => _items.RowOf(itemId);

    /// <summary>Predicts for users by their sequences.</summary>
    /// <param name="users">Each user's entries, oldest first; the newest <see cref="FeatureSettings.SequenceLength"/> are read. An item that the
    /// model does not know counts as an unknown item. An empty sequence gives the prediction for someone of whom nothing is known.</param>
    /// <param name="attributes">Each user's attributes, name to value; null for a user, or for all, of whom none are known. A name that the model does
    /// not know is passed over, and a value that it does not know is 'other'.</param>
    /// <returns>Predictions in the order given.</returns>
    public IReadOnlyList<InterestPrediction> Predict(
        IReadOnlyList<IReadOnlyList<SequenceEntry>> users, IReadOnlyList<IReadOnlyDictionary<string, string>?>? attributes = null) =>
        Predict([.. users.Select(entries => new ArraySegment<EncodedEvent>(Encode(entries)))], attributes);

    /// <summary>Predicts for users by encoded events; see the other overload.</summary>
    /// <param name="users">Each user's events, oldest first.</param>
    /// <param name="attributes">As for the other overload.</param>
    /// <param name="asOf">When the horizon begins, for the kind of the drift, in milliseconds; the newest event's time where null.</param>
    /// <exception cref="ArgumentException">There are attributes of more or fewer users.</exception>
    public IReadOnlyList<InterestPrediction> Predict(
        IReadOnlyList<ArraySegment<EncodedEvent>> users, IReadOnlyList<IReadOnlyDictionary<string, string>?>? attributes = null, long? asOf = null)
    {
        if (attributes is not null && attributes.Count != users.Count)
            throw new ArgumentException($"{users.Count} users have attributes of {attributes.Count}: give one entry for each user, or null.", nameof(attributes));
        return Predict([.. users.Select((events, i) => Reading.Whole(_featuriser.Window(events), _attributes.Encode(attributes?[i])))], asOf);
    }

    /// <summary>Every item's vector: the trained items in index order, then those registered since.</summary>
    public IEnumerable<(string ItemId, float[] Vector)> ItemVectors() => _items.Vectors();

    /// <summary>The vector of an item by its text; a trained item keeps its id's part.</summary>
    public float[] Encode(CatalogEntry entry) => Encode([entry])[0];

    /// <summary>The vectors of items by their text; trained items keep their ids' part. Categories that the model does not know are no error.</summary>
    public IReadOnlyList<float[]> Encode(IReadOnlyList<CatalogEntry> entries)
    {
        if (entries.Count == 0) return []; // a release may come before the catalogue
        using var inference = inference_mode();
        using var scope = NewDisposeScope();
        var text = TextVectors.Of(entries, _encoder).CentredBy(_textMean);
        var values = _model.Network.TextPart(tensor(text.Values, [entries.Count, text.Dimensions], device: _device));
        var rows = entries.Select(entry => _items.RowOf(entry.ItemId)).ToArray();
        var ids = stack(rows.Select(row => _items.IsTrained(row) ? _model.Network.IdPart(row) : zeros(Dimensions, device: _device)));
        return Rows(values.add(ids, Scalars.One));
    }

    /// <summary>
    /// Tells the model of an item that is new to the catalogue, or whose text changed: sequences that hold it use its vector and category
    /// from now on, and an item that training had not is boosted as those that are like it.
    /// </summary>
    /// <returns>The item's vector; null where the text is the one that it had.</returns>
    public float[]? RegisterItem(CatalogEntry entry)
    {
        if (_items.HasText(entry.ItemId, entry.ContentHash)) return null;
        var vector = Encode(entry);
        _items.Set(entry.ItemId, entry.ContentHash, vector, _categoryIndex.GetValueOrDefault(entry.MainCategory ?? Vocabulary.Uncategorised, Categories.Count));
        var row = _items.RowOf(entry.ItemId);
        if (!_items.IsTrained(row)) _newcomers.Set(row - ItemRows.First, vector);
        return vector;
    }

    /// <summary>
    /// Tells the model that the catalogue has an item no longer: one that came after training is not boosted any more as those that are like it, until it is registered again. Sequences
    /// that hold it are read as before.
    /// </summary>
    public void WithdrawItem(string itemId)
    {
        var row = _items.RowOf(itemId);
        if (row == ItemRows.Unknown || _items.IsTrained(row)) return;
        _newcomers.Withdraw(row - ItemRows.First);
        _items.ForgetText(row);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _items.Dispose();
        _model.Dispose();
        _encoder.Dispose();
    }

    private static float[][] Rows(Tensor matrix)
    {
        var width = (int)matrix.shape[1];
        var values = matrix.cpu().contiguous().data<float>().ToArray();
        return [.. Enumerable.Range(0, (int)matrix.shape[0]).Select(row => values.AsSpan(row * width, width).ToArray())];
    }
}

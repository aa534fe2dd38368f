using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Driftline.InterestModel;

/// <summary>
/// h_{t+1} = f(h_t, x_t). B users, L events, A attributes, D item and user dimensions, H state, T text, C categories, V items.
/// <list type="bullet">
/// <item>Item vector: <c>E_id[item] + A(text[item])</c>, [V + 2, D]; the first two rows are <see cref="ItemRows"/>' padding and unknown.</item>
/// <item>Event vector: item + type + gap + season + observed interest h_t + the user's attributes, normalised, [B, L, D].</item>
/// <item>Encoder f, then two heads: the user vector [.., D], whose inner product with an item vector is the item's score, and
/// h_{t+1} over the categories [.., C], see <see cref="CategoryHead"/>.</item>
/// </list>
/// </summary>
public sealed class InterestNetwork : nn.Module
{
    /// <summary>Name of the parameter that holds the id embeddings, [V + 2, D].</summary>
    public const string ItemIds = "_itemId.weight";

    /// <summary>Name of the buffer that holds the first row of each attribute, int64 [A].</summary>
    public const string AttributeOffsets = "_attributes._offset";

    /// <summary>Name of the buffer that holds the category of each row, int64 [V + 2].</summary>
    public const string RowCategories = "category_of";

    private readonly ModelSettings _settings;
    private readonly Scalar _decay;
    private readonly Scalar _none;
    private readonly bool _readsText, _readsObservedInterest, _readsSeason;
    private readonly Embedding _itemId, _type, _gap, _week, _hour, _category;
    private readonly Linear _adaptor, _user;
    private readonly CategoryHead _categories;
    private readonly LayerNorm _norm;
    private readonly SequenceEncoder _encoder;
    private readonly AttributeEmbedding? _attributes;
    private readonly Associations _associations;
    private readonly Dropout _inputDropout, _outputDropout;
    private readonly float[] _typeWeights;

    /// <param name="settings">Shape.</param>
    /// <param name="features">The featuriser's settings.</param>
    /// <param name="items">V.</param>
    /// <param name="categories">C.</param>
    /// <param name="attributes">The user attributes that are read; null for none.</param>
    public InterestNetwork(ModelSettings settings, FeatureSettings features, int items, int categories, AttributeVocabulary? attributes = null)
        : base("interest")
    {
        _settings = settings;
        _decay = ObservedWeights.Decay(features.HalfLifeDays);
        _none = categories;
        _readsText = !settings.Without.Contains(ModelInputs.Text);
        _readsObservedInterest = !settings.Without.Contains(ModelInputs.ObservedInterest);
        _readsSeason = !settings.Without.Contains(ModelInputs.Season);
        var d = settings.Dimensions;
        var rows = items + ItemRows.First;
        _itemId = nn.Embedding(rows, d, padding_idx: ItemRows.Padding);
        _type = nn.Embedding(Featuriser.TypeValues, d, padding_idx: 0);
        _gap = nn.Embedding(Featuriser.GapBuckets, d);
        _week = nn.Embedding(Featuriser.WeekValues, d, padding_idx: 0);
        _hour = nn.Embedding(Featuriser.HourValues, d, padding_idx: 0);
        _category = nn.Embedding(categories + 1, d, padding_idx: categories);
        _adaptor = nn.Linear(settings.TextDimensions, d, hasBias: false);
        _norm = nn.LayerNorm(d);
        _encoder = SequenceEncoder.Create(settings);
        if (attributes is { Count: > 0 } && !settings.Without.Contains(ModelInputs.Attributes)) _attributes = new AttributeEmbedding(attributes, settings);
        _associations = new Associations(items);
        _user = nn.Linear(settings.HiddenSize, d);
        _categories = new CategoryHead(settings.HiddenSize, categories, features.HalfLifeDays);
        _inputDropout = nn.Dropout(settings.Dropout);
        _outputDropout = nn.Dropout(settings.Dropout);
        var featuriser = new Featuriser(features);
        _typeWeights = [.. Enumerable.Range(0, Featuriser.TypeValues).Select(type => type == 0 ? 0f : (float)featuriser.TypeWeight((Sequences.SequenceEventType)type))];
        register_buffer("text", zeros(rows, settings.TextDimensions));
        register_buffer("text_mean", zeros(settings.TextDimensions));
        register_buffer("has_id", zeros(rows, 1));
        register_buffer(RowCategories, full(rows, categories, dtype: ScalarType.Int64));
        RegisterComponents();
        using var noGrad = no_grad();
        foreach (var embedding in (Embedding[])[_itemId, _type, _gap, _week, _hour, _category])
            nn.init.normal_(embedding.weight!, 0, 1 / Math.Sqrt(d) / 2);
        foreach (var (embedding, padding) in ((Embedding, long)[])[(_itemId, ItemRows.Padding), (_type, 0), (_week, 0), (_hour, 0), (_category, categories)])
            embedding.weight![padding].zero_();
    }

    /// <summary>Fills in what is known of the items before training.</summary>
    /// <param name="text">Text vectors, centred by the mean, row-major [V, T].</param>
    /// <param name="seen">Whether the item is learnt from, as an input or a target; one that is not lives on its text alone. [V].</param>
    /// <param name="category">Main category of each item, [V].</param>
    /// <param name="textMean">The mean by which the text vectors were centred, and those of later items will be, [T].</param>
    public void SetItems(float[] text, IReadOnlyList<bool> seen, IReadOnlyList<int> category, float[] textMean)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var items = seen.Count;
        MeanOfText.copy_(tensor(textMean, [_settings.TextDimensions]));
        Text.narrow(0, ItemRows.First, items).copy_(tensor(text, [items, _settings.TextDimensions]));
        HasId.narrow(0, ItemRows.Unknown, items + 1).copy_(tensor(seen.Select(s => s ? 1f : 0f).Prepend(1f).ToArray(), [items + 1, 1]));
        CategoryOfRow.narrow(0, ItemRows.First, items).copy_(tensor(category.Select(c => (long)c).ToArray(), [items]));
    }

    /// <summary>Fills in what training events say of the categories; see <see cref="CategoryHead.Set"/>.</summary>
    /// <param name="population">Shares of the population, nowhere zero, [C].</param>
    /// <param name="followers">P(b | a) of every b, [C], for a category a.</param>
    public void SetCategories(float[] population, Func<int, float[]> followers) => _categories.Set(population, followers);

    /// <summary>
    /// Zeroes the types, gaps, seasons and attribute values that training will not meet. They get no gradient, and what chance gave them would be read
    /// as if it had been learnt.
    /// </summary>
    /// <param name="training">All that it will.</param>
    public void SilenceUnmet(IEnumerable<FeatureBatch> training)
    {
        (Embedding Embedding, Func<FeatureBatch, IEnumerable<long>> RowsOf, HashSet<long> Met)[] inputs =
            [(_type, batch => batch.Types, []), (_gap, batch => batch.Gaps, []), (_week, batch => batch.Weeks, []), (_hour, batch => batch.Hours, [])];
        if (_attributes is not null) inputs = [.. inputs, (_attributes.Values, _attributes.RowsOf, [])];
        foreach (var batch in training)
        {
            foreach (var (_, rowsOf, met) in inputs) met.UnionWith(rowsOf(batch));
        }

        using var noGrad = no_grad();
        foreach (var (embedding, _, met) in inputs)
        {
            var rows = embedding.weight!.shape[0];
            using var kept = tensor([.. Enumerable.Range(0, (int)rows).Select(row => met.Contains(row) ? 1f : 0f)], [rows, 1]);
            embedding.weight.mul_(kept);
        }
    }

    /// <summary>What <see cref="SetCategories"/> was given: each category's share of the training events, weighted by type, [C].</summary>
    public float[] PopulationShares() => _categories.PopulationShares();

    /// <summary>The mean of the catalogue's text vectors that the model was trained with, [T].</summary>
    public float[] TextMean() => MeanOfText.cpu().data<float>().ToArray();

    /// <summary>V.</summary>
    public int Items => (int)CategoryOfRow.shape[0] - ItemRows.First;

    // A move to another device puts other tensors in the buffers' place, so they are asked for each time; one that is not persistent does not move at all.
    private Tensor Text => get_buffer("text")!;

    private Tensor MeanOfText => get_buffer("text_mean")!;

    private Tensor HasId => get_buffer("has_id")!;

    /// <summary>Whether training met each item, [V].</summary>
    public bool[] Met() => [.. HasId.cpu().data<float>().ToArray().Skip(ItemRows.First).Select(value => value > 0)];

    /// <summary>The category of each row, int64 [V + 2]; C is none.</summary>
    public Tensor CategoryOfRow => get_buffer(RowCategories)!;

    /// <summary>What is remembered beside the network.</summary>
    public Associations Associations => _associations;

    /// <summary>See <see cref="SequenceEncoder.Causal"/>.</summary>
    public bool Causal => _encoder.Causal;

    /// <summary>The vectors of all rows, [V + 2, D]. In training some items lose their id's part.</summary>
    public Tensor ItemTable()
    {
        var id = HasId;
        if (training && _settings.IdDropout > 0 && _readsText)
            id = id * (rand(id.shape, device: id.device) >= _settings.IdDropout).to_type(ScalarType.Float32);
        return _readsText ? (_itemId.weight! * id).add(_adaptor.forward(Text), Scalars.One) : _itemId.weight! * id;
    }

    /// <summary>What a text alone gives an item vector: A(text), [N, T] to [N, D].</summary>
    public Tensor TextPart(Tensor text) => _readsText ? _adaptor.forward(text) : zeros(text.shape[0], _settings.Dimensions, device: text.device);

    /// <summary>What its id alone gives a row's vector, [D].</summary>
    public Tensor IdPart(int row) => _itemId.weight![row] * HasId[row];

    /// <summary>S: numbers of a user's state that <see cref="Advance"/> goes on from; 0 where the encoder cannot.</summary>
    public int StateSize => _encoder is ICarriesState carrying ? carrying.StateSize : 0;

    /// <summary>The half-lives at which <see cref="NextInterest(Tensor, Tensor)"/> wants the observed interest; infinite is none.</summary>
    public IReadOnlyList<double> HalfLives => _categories.HalfLives;

    /// <summary>The states after each event, [B, L, H].</summary>
    /// <param name="batch">Features, each [B, L].</param>
    /// <param name="itemTable">Item vectors, [rows, D].</param>
    /// <param name="categoryOfRow">Category of each row, int64 [rows].</param>
    public Tensor Encode(FeatureTensors batch, Tensor itemTable, Tensor categoryOfRow)
    {
        var items = batch.Items;
        if (training && _settings.UnknownDropout > 0)
        {
            var drop = (rand(items.shape, device: items.device) < _settings.UnknownDropout) & (items != ItemRows.Padding);
            items = items.masked_fill(drop, ItemRows.Unknown);
        }

        var observed = _readsObservedInterest ? ObservedInterest(batch, items, categoryOfRow) : null;
        return _outputDropout.forward(_encoder.forward(_inputDropout.forward(Events(batch, items, itemTable, observed)), batch.Lengths));
    }

    /// <summary>The states after the last events alone, for a network at work.</summary>
    /// <param name="batch">Features of the events to read, each [B, L]; lengths of at least 1, in rising order.</param>
    /// <param name="itemTable">Item vectors, [rows, D].</param>
    /// <param name="observed">h_t at each event, [B, L, C]; all zeros where nothing is observed.</param>
    /// <param name="state">What was kept of the events before, [B, S]; all zeros where there are none.</param>
    /// <returns>The newest states, [B, H], and what to keep, [B, S]; S is <see cref="StateSize"/>.</returns>
    public (Tensor Newest, Tensor State) Advance(FeatureTensors batch, Tensor itemTable, Tensor observed, Tensor state)
    {
        var mixture = _readsObservedInterest ? matmul(observed, _category.weight!.narrow(0, 0, observed.shape[2])) : null;
        var input = Events(batch, batch.Items, itemTable, mixture);
        if (_encoder is ICarriesState carrying) return carrying.Advance(input, batch.Lengths, state);
        return (Newest.At(_encoder.forward(input, batch.Lengths), Newest.Positions(batch.Lengths, input.shape[1])), state);
    }

    // Event vectors, [B, L, D]; observed is h_t as a mixture of category embeddings, of the same shape.
    private Tensor Events(FeatureTensors batch, Tensor items, Tensor itemTable, Tensor? observed)
    {
        var input = itemTable.index_select(0, items.flatten()).reshape([.. items.shape, _settings.Dimensions])
            .add(_type.forward(batch.Types), Scalars.One).add(_gap.forward(batch.Gaps), Scalars.One);
        if (_readsSeason) input = input.add(_week.forward(batch.Weeks), Scalars.One).add(_hour.forward(batch.Hours), Scalars.One);
        if (observed is not null) input = input.add(observed, Scalars.One);
        if (_attributes is not null) input = input.add(_attributes.forward(batch.Attributes), Scalars.One);
        return _norm.forward(input);
    }

    /// <summary>The user vectors of states, [.., H] to [.., D].</summary>
    public Tensor UserVectors(Tensor states) => _user.forward(states);

    /// <summary>log h_{t+1} at M positions, [M, C].</summary>
    /// <param name="states">The states there, [M, H].</param>
    /// <param name="batch">Features, each [B, L].</param>
    /// <param name="positions">Indexes into [B * L], int64 [M].</param>
    /// <param name="categoryOfRow">Category of each row, int64 [rows].</param>
    public Tensor NextInterest(Tensor states, FeatureTensors batch, Tensor positions, Tensor categoryOfRow)
    {
        if (!_readsObservedInterest) return _categories.forward(states);
        var (count, length) = (positions.shape[0], batch.Items.shape[1]);
        Scalar events = length;
        var users = positions.floor_divide(events);
        var later = arange(length, device: positions.device).unsqueeze(0).gt(positions.remainder(events).unsqueeze(1));    // [M, L]
        var category = categoryOfRow.index_select(0, batch.Items.index_select(0, users).flatten()).reshape(count, length);
        var weights = WeightsOf(batch.Types.index_select(0, users))
            .masked_fill(category.eq(_none).logical_or(later), Scalars.Zero);
        var now = batch.Days.flatten().index_select(0, positions).unsqueeze(1);
        return _categories.forward(states, batch.Days.index_select(0, users), weights, category, now);
    }

    /// <summary>log h_{t+1} from what is observed, for a network at work: [B, C].</summary>
    /// <param name="states">The newest states, [B, H].</param>
    /// <param name="observed">h_t of each user at each of the <see cref="HalfLives"/>, [B, half-lives, C]; all zeros where nothing is observed.</param>
    public Tensor NextInterest(Tensor states, Tensor observed) => _readsObservedInterest ? _categories.forward(states, observed) : _categories.forward(states);

    /// <summary>
    /// h_t at every position as a mixture of category embeddings, [B, L, D]: row t of <see cref="ObservedShares"/> holds each event's share
    /// in h_t, so that the dense distributions [B, L, C] are never made.
    /// </summary>
    private Tensor ObservedInterest(FeatureTensors batch, Tensor items, Tensor categoryOfRow)
    {
        var category = categoryOfRow.index_select(0, items.flatten()).reshape(items.shape); // [B, L]
        return matmul(ObservedShares(batch, category), _category.forward(category));        // [B, L, L] x [B, L, D]
    }

    /// <summary>Each event's share in h_t, [B, L (t), L (event)]; rows sum to 1, or to 0 where no event has a category.</summary>
    internal Tensor ObservedShares(FeatureTensors batch, Tensor category)
    {
        var weights = WeightsOf(batch.Types).masked_fill(category.eq(_none), Scalars.Zero);
        var past = weights.unsqueeze(1).expand(-1, weights.shape[1], -1).tril();                    // no event after t counts
        return ObservedWeights.Shares(past, batch.Days.unsqueeze(2).sub(batch.Days.unsqueeze(1)), _decay);
    }

    // What events of these types count in h_t, of the same shape.
    private Tensor WeightsOf(Tensor types) => tensor(_typeWeights, device: types.device).index_select(0, types.flatten()).reshape(types.shape);
}

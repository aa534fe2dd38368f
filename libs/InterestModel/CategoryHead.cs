using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Driftline.InterestModel;

/// <summary>
/// Forecasts h_{t+1}: a mixture of distributions whose weights the state chooses, as a pointer-generator mixes what it generates with what it has
/// read (See et al. 2017, arXiv:1704.04368). Its parts: what the network makes of the state; the observed interest h_t at three half-lives; what
/// followed such interests in training, by a first-order Markov chain; and the population. So the forecast contains persistence, exponential
/// decay and Markov, and departs from them where the state says so. M positions, C categories.
/// </summary>
internal sealed class CategoryHead : nn.Module
{
    // Above it the chain is left out: its matrix would outgrow the rest of the model.
    private const int MostChained = 2048;

    // Logit by which the network's own part begins ahead of the others: about half of the mixture, so that it learns from the first step.
    private static readonly Scalar NetworkFirst = 2;

    private const double ShortHalfLifeDays = 1.0 / 24;

    private readonly Linear _next, _gate;
    private readonly bool _chained;
    private readonly Scalar[] _decays;
    private readonly int _categories;

    /// <param name="width">Of the state.</param>
    /// <param name="categories">C.</param>
    /// <param name="halfLifeDays">Of h_t.</param>
    public CategoryHead(int width, int categories, double halfLifeDays)
        : base("category_head")
    {
        _categories = categories;
        HalfLives = [ShortHalfLifeDays, halfLifeDays, double.PositiveInfinity];
        _decays = [.. HalfLives.Select(ObservedWeights.Decay)];
        _next = nn.Linear(width, categories);
        _chained = categories <= MostChained;
        register_buffer("population", full(categories, 1f / categories));
        if (_chained) register_buffer("transitions", eye(categories));
        _gate = nn.Linear(width, 2 + _decays.Length * (_chained ? 2 : 1));
        RegisterComponents();
        using var noGrad = no_grad();
        _gate.bias!.zero_();
        _gate.bias![0].fill_(NetworkFirst);
    }

    /// <summary>Those of the observed interests that it mixes, in days.</summary>
    public IReadOnlyList<double> HalfLives { get; }

    // A move to another device puts other tensors in the buffers' place: they are asked for each time.
    private Tensor Population => get_buffer("population")!;

    private Tensor Transitions => get_buffer("transitions")!;

    /// <summary>Fills in what training events say of the categories.</summary>
    /// <param name="population">Shares of the population, nowhere zero, [C].</param>
    /// <param name="followers">P(b | a) of every b, [C]: the share of category b among the events that follow one of category a directly.</param>
    public void Set(float[] population, Func<int, float[]> followers)
    {
        using var noGrad = no_grad();
        using var shares = tensor(population);
        Population.copy_(shares);
        if (!_chained) return;
        using var rows = tensor(Enumerable.Range(0, _categories).SelectMany(followers).ToArray(), [_categories, _categories]);
        Transitions.copy_(rows);
    }

    /// <summary>What <see cref="Set"/> was given as the population's, [C].</summary>
    public float[] PopulationShares() => Population.cpu().data<float>().ToArray();

    /// <summary>log h_{t+1} of users of whom nothing is observed, [M, C].</summary>
    /// <param name="states">[M, H].</param>
    public Tensor forward(Tensor states) => forward(states, zeros([states.shape[0], _decays.Length, _categories], device: states.device));

    /// <summary>log h_{t+1}, [M, C].</summary>
    /// <param name="states">[M, H].</param>
    /// <param name="days">The time of each event of the positions' sequences, in days, [M, L].</param>
    /// <param name="weights">What each counts in h_t by its type; 0 where it has no category or comes after the position, [M, L].</param>
    /// <param name="category">Their categories, C for none, [M, L].</param>
    /// <param name="now">The time of the position, [M, 1].</param>
    public Tensor forward(Tensor states, Tensor days, Tensor weights, Tensor category, Tensor now) =>
        forward(states, stack(_decays.Select(decay => Observed(days, weights, category, now, decay)), 1));

    /// <summary>log h_{t+1}, [M, C].</summary>
    /// <param name="states">[M, H].</param>
    /// <param name="observed">h_t at each of the half-lives, [M, half-lives, C]; where one sums to less than 1, the population has the rest.</param>
    public Tensor forward(Tensor states, Tensor observed)
    {
        var gates = nn.functional.softmax(_gate.forward(states), -1);                                                  // [M, parts]
        var missing = observed.sum(2, keepdim: true).neg().add(Scalars.One).clamp(min: Scalars.Zero);                  // [M, half-lives, 1]
        var interests = observed.add(missing.mul(Population), Scalars.One);
        // The gates of a half-life lie side by side: of the interest itself, then of what follows it.
        var ofInterests = gates.narrow(1, 2, gates.shape[1] - 2).view(gates.shape[0], _decays.Length, -1).transpose(1, 2);
        var mixed = matmul(ofInterests, interests);                                                                    // [M, 1 or 2, C]
        var mixture = nn.functional.softmax(_next.forward(states), -1).mul(gates.narrow(1, 0, 1))
            .add(Population.mul(gates.narrow(1, 1, 1)), Scalars.One).add(mixed.select(1, 0), Scalars.One);
        if (_chained) mixture = mixture.add(mixed.select(1, 1).mm(Transitions), Scalars.One);
        return mixture.clamp(min: Scalars.Least).log();
    }

    // h_t, [M, C]; all zeros where nothing is observed.
    private Tensor Observed(Tensor days, Tensor weights, Tensor category, Tensor now, Scalar decay)
    {
        using var noGrad = no_grad();
        var shares = ObservedWeights.Shares(weights, now.sub(days), decay);
        return zeros([shares.shape[0], _categories + 1], device: shares.device).scatter_add_(1, category, shares).narrow(1, 0, _categories);
    }
}

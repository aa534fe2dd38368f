using System.Diagnostics;
using Driftline.InterestModel;
using Driftline.Sequences;
using Microsoft.Extensions.Options;

namespace Driftline.Predictor;

/// <summary>
/// Why the served model scores as it does, by leaving events out (<see cref="InterestPredictor.Explain"/>), for one user at a time and when somebody asks: predictions
/// wait meanwhile, so what one question costs and how many may wait are bounded.
/// </summary>
public sealed class ExplainUser(SequenceStore sequences, ServingModel model, PredictorMetrics metrics, IOptions<PredictorOptions> options) : IDisposable
{
    private const int MostWaiting = 8;

    private readonly SemaphoreSlim _one = new(1, 1);
    private int _waiting;

    /// <summary>Null for a user without a sequence. Items and categories that the model does not know are left out.</summary>
    /// <exception cref="TooManyExplanationsException">As many questions wait as may.</exception>
    /// <exception cref="ModelNotReadyException">No release has been loaded yet.</exception>
    /// <exception cref="StackExchange.Redis.RedisException">Redis is away.</exception>
    public async Task<ExplanationAnswer?> ExplainAsync(ExplanationQuestion question, CancellationToken aborted)
    {
        if (Interlocked.Increment(ref _waiting) > MostWaiting)
        {
            Interlocked.Decrement(ref _waiting);
            throw new TooManyExplanationsException();
        }

        try
        {
            await _one.WaitAsync(aborted);
            try
            {
                var sequence = (await sequences.ReadAsync([question.UserId]))[0];
                if (sequence.Entries.Count == 0) return null;
                var attributes = model.Served is { ReadsAttributes: true } ? (await sequences.ReadAttributesAsync([question.UserId]))[0] : null;
                return await model.UseAsync(current => Explain(current, question, sequence, attributes), aborted);
            }
            finally
            {
                _one.Release();
            }
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    public void Dispose() => _one.Dispose();

    private ExplanationAnswer Explain(InterestPredictor current, ExplanationQuestion question, UserSequence sequence, IReadOnlyDictionary<string, string>? attributes)
    {
        var started = Stopwatch.GetTimestamp();
        var explanation = current.Explain(
            sequence.Entries, [.. question.Items.Where(item => current.RowOf(item) != ItemRows.Unknown).Distinct(StringComparer.Ordinal)],
            [.. question.Categories.Intersect(current.Categories, StringComparer.Ordinal)], attributes, options.Value.ExplainedEvents);
        metrics.Busy("explain", current.Device, Stopwatch.GetElapsedTime(started));
        return ExplanationAnswer.From(current.Version, sequence, explanation);
    }
}

/// <summary>As many explanations are waited for as may be.</summary>
public sealed class TooManyExplanationsException : Exception
{
    public TooManyExplanationsException() : base("As many explanations are waited for as may be: ask again in a second.") { }

    public TooManyExplanationsException(string message) : base(message) { }

    public TooManyExplanationsException(string message, Exception inner) : base(message, inner) { }
}

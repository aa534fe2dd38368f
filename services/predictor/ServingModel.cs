using System.Runtime.InteropServices;
using Driftline.InterestModel;

namespace Driftline.Predictor;

/// <summary>
/// The model in use. A new one is made ready beside it and flipped in between two batches; Torch is called by one caller at a time.
/// </summary>
public sealed class ServingModel(TimeProvider time) : IDisposable
{
    private static readonly string[] OfMemory = ["out of memory", "ALLOC_FAILED"];

    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly TaskCompletionSource _serves = new(TaskCreationOptions.RunContinuationsAsynchronously), _deviceLost = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private InterestPredictor? _current;
    private ServedModel? _served;

    /// <summary>Null until the first release is loaded.</summary>
    public string? Version => Served?.Version;

    /// <summary>Null until the first release is loaded.</summary>
    public ServedModel? Served => Volatile.Read(ref _served);

    /// <summary>The release that could not be loaded last, and why; null where none failed since the model began to serve.</summary>
    public (string Version, string Reason)? Refused { get; private set; }

    /// <summary>Completes when the first release is loaded.</summary>
    public Task Serves => _serves.Task;

    /// <summary>Fails once a CUDA device is lost to this process: an illegal access or a fault of the hardware fails each later call too.</summary>
    public Task DeviceLost => _deviceLost.Task;

    /// <summary>Notes a release that cannot be loaded.</summary>
    public void Refuse(string version, Exception why)
    {
        Refused = (version, why.Message);
        LookForLostDevice(why);
    }

    /// <summary>Runs <paramref name="use"/> with the model, alone.</summary>
    /// <exception cref="ModelNotReadyException">No release has been loaded yet.</exception>
    public async Task<TResult> UseAsync<TResult>(Func<InterestPredictor, TResult> use, CancellationToken stopping)
    {
        await _gate.WaitAsync(stopping);
        try
        {
            return use(_current ?? throw new ModelNotReadyException());
        }
        catch (ExternalException e)
        {
            LookForLostDevice(e);
            throw;
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Flips to a model that is ready to serve and disposes the one before it.</summary>
    public async Task FlipAsync(InterestPredictor next, CancellationToken stopping)
    {
        await _gate.WaitAsync(stopping);
        try
        {
            _current?.Dispose();
            _current = next;
            Refused = null;
            Volatile.Write(ref _served, new ServedModel(next.Version, next.Manifest.CreatedAt, time.GetUtcNow(), next.Manifest.Attributes.Count > 0));
            _serves.TrySetResult();
        }
        finally
        {
            _gate.Release();
        }
    }

    // Torch tells it in words alone. Memory that does not suffice, for a release beside the one that serves, is not such an error.
    private void LookForLostDevice(Exception e)
    {
        if (e is ExternalException && e.Message.Contains("CUDA error", StringComparison.Ordinal) && !OfMemory.Any(words => e.Message.Contains(words, StringComparison.Ordinal)))
            _deviceLost.TrySetException(e);
    }

    public void Dispose()
    {
        _current?.Dispose();
        _gate.Dispose();
    }
}

/// <summary>Which model serves, when it was trained, since when it serves, and whether it reads attributes of users.</summary>
public sealed record ServedModel(string Version, DateTimeOffset CreatedAt, DateTimeOffset LoadedAt, bool ReadsAttributes);

/// <summary>No model has been released, or it is still loading.</summary>
public sealed class ModelNotReadyException : Exception
{
    public ModelNotReadyException() : base("No model is loaded yet: release one with `training release`.") { }

    public ModelNotReadyException(string message) : base(message) { }

    public ModelNotReadyException(string message, Exception inner) : base(message, inner) { }
}

using System.Diagnostics;
using driftline.events;
using Driftline.Catalog;
using Driftline.InterestModel;
using Driftline.Schemas;
using Driftline.Sequences;
using Driftline.Streaming;
using Microsoft.Extensions.Options;

namespace Driftline.Predictor;

/// <summary>
/// Keeps the served model at the newest release and <c>catalog.vectors</c> at the served model: loads and warms a release, publishes the
/// vectors that are missing, flips; then gives every item that is new or changed its vector. A release that cannot be loaded changes nothing.
/// </summary>
public sealed class FollowReleases(
    Releases releases, CatalogTable catalog, PublishedVectors published, ServingModel serving, RecordProducer producer, WorkSignal signal,
    TableReader<ModelReleased> releaseReader, TableReader<CatalogItem> catalogReader, TableReader<ItemVector> vectorReader, IOptions<PredictorOptions> options, PredictorMetrics metrics, TimeProvider time, ILogger<FollowReleases> log)
    : BackgroundService
{
    // Of what is away, of what else may pass, such as a full disk, and of an artifact that is not whole, which may be on its way.
    private static readonly TimeSpan RetryWait = TimeSpan.FromSeconds(1), LongWait = TimeSpan.FromSeconds(30), ArtifactWait = TimeSpan.FromMinutes(5);

    // Predictions wait while the model encodes.
    private const int ItemsAtOnce = 100;

    // Of a release that does not serve yet: a stop need not wait for the whole catalogue, what is in flight is bounded, and what is published is not encoded again by another try.
    private const int ItemsOfRelease = 1_000;

    private ModelReleased? _failed; // not to be loaded again, or not yet

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.WhenAll(releaseReader.CaughtUp, catalogReader.CaughtUp, vectorReader.CaughtUp).WaitAsync(stoppingToken);
        while (!stoppingToken.IsCancellationRequested)
        {
            if (releases.Newest is { } release && !ReferenceEquals(release, Volatile.Read(ref _failed)) && release.version != serving.Version)
                await TryLoadAsync(release, stoppingToken);
            await PublishChangesAsync(stoppingToken);
            await signal.WaitAsync(stoppingToken);
        }
    }

    private async Task TryLoadAsync(ModelReleased release, CancellationToken stopping)
    {
        var started = Stopwatch.GetTimestamp();
        Log.Loading(log, release.name, release.version, release.artifactUri);
        InterestPredictor? next = null;
        IReadOnlyList<string> changed = [];
        var changedMeanwhile = new List<string>();
        try
        {
            next = InterestPredictor.Load(new Uri(release.artifactUri).LocalPath, options.Value.Device, options.Value.Threads, options.Value.CacheFolder);
            if (next.Version != release.version) throw new InvalidDataException($"The artifact is version {next.Version}, the release says {release.version}.");
            changed = catalog.TakeChanges();
            var items = catalog.Items;
            foreach (var item in items)
            {
                stopping.ThrowIfCancellationRequested();
                next.RegisterItem(item);
            }

            next.Predict(new IReadOnlyList<SequenceEntry>[] { [] }); // warm: the first pass allocates
            foreach (var missing in Missing(next.Version, items).Chunk(ItemsOfRelease))
            {
                stopping.ThrowIfCancellationRequested();
                await PublishAsync(next.Version, missing, next.Encode(missing), [], stopping);
                changedMeanwhile.AddRange(await PublishChangesAsync(stopping)); // a large catalogue takes minutes, which a new item need not wait
            }

            await PublishAsync(next.Version, [], [], [.. published.ItemIds.Where(id => catalog.Find(id) is null)], stopping);
            await serving.FlipAsync(next, stopping);
            catalog.PutBack(changedMeanwhile); // new to this model
            var elapsed = Stopwatch.GetElapsedTime(started);
            metrics.Loaded(serves: true);
            Log.Serving(log, release.version, next.Device, elapsed);
            if (next.Manifest.Features.SequenceLength is var wanted && options.Value.Sequence.MaxLength is var given && wanted > given) Log.ShortSequences(log, release.version, wanted, given);
        }
        catch (Exception e) when (e is not OperationCanceledException || !stopping.IsCancellationRequested) // a timeout of the registry's client is a cancellation too
        {
            next?.Dispose();
            catalog.PutBack([.. changed, .. changedMeanwhile]); // for the model that goes on serving
            metrics.Loaded(serves: false);
            Log.Refused(log, e, release.name, release.version);
            serving.Refuse(release.version, e);
            Volatile.Write(ref _failed, release);
            // What the release says, or the settings do, stays wrong until another release, or a restart.
            if (e is InvalidDataException or FormatException or ArgumentException or InvalidOperationException) return;

            var wait = e is Confluent.Kafka.KafkaException or Confluent.SchemaRegistry.SchemaRegistryException or HttpRequestException or TimeoutException or OperationCanceledException ? RetryWait
                : e is ModelArtifactException ? ArtifactWait : LongWait;
            _ = RaiseAfterAsync(wait, stopping, release); // the model that serves goes on meanwhile
        }
    }

    /// <returns>The items that had changed; none where there is no model yet, or they could not be published: they stay changed.</returns>
    private async Task<IReadOnlyList<string>> PublishChangesAsync(CancellationToken stopping)
    {
        if (serving.Version is not { } version || catalog.TakeChanges() is not { Count: > 0 } changed) return [];
        try
        {
            foreach (var ids in changed.Chunk(ItemsAtOnce))
            {
                CatalogEntry[] items = [.. ids.Select(catalog.Find).OfType<CatalogEntry>()];
                var missing = Missing(version, items);
                var vectors = await serving.UseAsync(
                    model =>
                    {
                        var started = Stopwatch.GetTimestamp();
                        foreach (var item in items) model.RegisterItem(item);
                        foreach (var id in ids.Where(id => catalog.Find(id) is null)) model.WithdrawItem(id);
                        var encoded = model.Encode(missing);
                        metrics.Busy("encode", model.Device, Stopwatch.GetElapsedTime(started));
                        return encoded;
                    },
                    stopping);
                await PublishAsync(version, missing, vectors, [], stopping);
            }

            await PublishAsync(version, [], [], [.. changed.Where(id => catalog.Find(id) is null && published.Contains(id))], stopping);
            return changed;
        }
        catch (Exception e) when (e is not OperationCanceledException || !stopping.IsCancellationRequested)
        {
            catalog.PutBack(changed);
            Log.VectorsFailed(log, e, RetryWait);
            await RaiseAfterAsync(RetryWait, stopping);
            return [];
        }
    }

    private List<CatalogEntry> Missing(string version, IReadOnlyList<CatalogEntry> items) => [.. items.Where(item => !published.Contains(item.ItemId, version, item.ContentHash))];

    /// <summary>What is sent is noted first: an item that changes back, comes back, goes or is overwritten before it has been read here is sent again.</summary>
    private async Task PublishAsync(
        string version, IReadOnlyList<CatalogEntry> items, IReadOnlyList<float[]> vectors, IReadOnlyList<string> withdrawn, CancellationToken stopping)
    {
        foreach (var item in items) published.Note(item.ItemId, version, item.ContentHash);
        try
        {
            await Task.WhenAll(items.Zip(vectors, (item, vector) => SendAsync(item.ItemId, new ItemVector
            {
                itemId = item.ItemId,
                modelVersion = version,
                vector = vector,
                contentHash = item.ContentHash,
            }))).WaitAsync(stopping);
        }
        catch
        {
            foreach (var item in items) published.Doubt(item.ItemId);
            throw;
        }

        await Task.WhenAll(withdrawn.Select(id => SendAsync(id, null))).WaitAsync(stopping);
        foreach (var id in withdrawn) published.Forget(id);
        if (items.Count + withdrawn.Count > 0) Log.VectorsPublished(log, items.Count, version, withdrawn.Count);
    }

    private Task SendAsync(string itemId, ItemVector? vector) => producer.SendAsync(
        Topics.CatalogVectors.Of(options.Value.ModelName).Name, itemId, vector,
        new CloudEvent(Guid.CreateVersion7().ToString(), "/driftline/predictor", "driftline.catalog.vector", time.GetUtcNow()));

    /// <param name="release">To be loaded again then.</param>
    private async Task RaiseAfterAsync(TimeSpan wait, CancellationToken stopping, ModelReleased? release = null)
    {
        await Task.Delay(wait, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (release is not null) Interlocked.CompareExchange(ref _failed, null, release);
        signal.Raise();
    }
}

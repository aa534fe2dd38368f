using System.Diagnostics;
using Confluent.SchemaRegistry;
using driftline.events;
using Driftline.InterestModel;
using Driftline.Schemas;
using Driftline.Streaming;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Driftline.Training;

/// <summary>
/// <c>release --artifact ARTIFACT [--name NAME]</c>: announces a model in <c>model.releases</c>. Brokers and registry come from the same keys
/// and variables as the services' (<c>Kafka__BootstrapServers</c>, <c>SchemaRegistry__Url</c>).
/// </summary>
internal static class ReleaseCommand
{
    public static async Task<int> RunAsync(string artifact, string? asked, CancellationToken cancel)
    {
        ModelManifest manifest;
        using (var model = ModelArtifact.Load(artifact)) manifest = model.Manifest; // refuses what a predictor would refuse
        var name = asked ?? manifest.Name;
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddEnvironmentVariables();
        builder.Logging.AddSimpleConsole().SetMinimumLevel(LogLevel.Warning);
        builder.Services.AddStreaming("training", Topics.StorefrontEventsRejected.Name);
        using var host = builder.Build();
        try
        {
            var started = Stopwatch.GetTimestamp();
            await host.Services.GetRequiredService<RecordProducer>().SendAsync(
                Topics.ModelReleases.Name, name, ToRelease(manifest, artifact, name),
                new CloudEvent(Guid.CreateVersion7().ToString(), "/driftline/training", "driftline.model.released", DateTimeOffset.UtcNow)).WaitAsync(cancel);
            Console.WriteLine($"Released {name} {manifest.Version} ({Stopwatch.GetElapsedTime(started).TotalMilliseconds:F0} ms)");
            if (name != Topics.DefaultModel) Console.Error.WriteLine($"Predictors with Predictor:ModelName {name} take it up, and no others; those that serve have {Topics.DefaultModel}, which --name {Topics.DefaultModel} reaches.");
            return 0;
        }
        catch (OptionsValidationException e)
        {
            throw new InputException(string.Join(' ', e.Failures));
        }
        catch (Confluent.Kafka.KafkaException e)
        {
            throw new InputException($"The release was not acknowledged: {e.Error.Reason}. Nothing changed; run the command again.");
        }
        catch (Exception e) when (e is SchemaRegistryException or HttpRequestException || (e is OperationCanceledException && !cancel.IsCancellationRequested))
        {
            throw new InputException($"The Schema Registry did not give the release's schema: {e.Message}. Nothing changed; check SchemaRegistry__Url and run the command again.", e);
        }
    }

    private static ModelReleased ToRelease(ModelManifest manifest, string artifact, string name) => new()
    {
        name = name,
        version = manifest.Version,
        artifactUri = new Uri(Path.GetFullPath(artifact)).AbsoluteUri,
        dimensions = manifest.Architecture.Dimensions,
        categories = [.. manifest.Categories],
        metrics = manifest.Metrics.ToDictionary(metric => metric.Key, metric => metric.Value, StringComparer.Ordinal),
        releasedAt = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(),
    };
}

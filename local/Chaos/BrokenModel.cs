using Confluent.Kafka;
using Confluent.SchemaRegistry;
using driftline.events;
using Driftline.Schemas;
using Driftline.Streaming;

namespace Driftline.Local.Chaos;

/// <summary>Releases a damaged copy of the served model, and after a while the sound one again, as an operator would who rolls back.</summary>
internal sealed class BrokenModel(Stack stack, string artifact, IProducer<string, byte[]> producer) : IDisposable
{
    private readonly CachedSchemaRegistryClient _registry = new(new SchemaRegistryConfig { Url = stack.SchemaRegistryUrl });

    public async Task<bool> InjectAsync(int number, TimeSpan lasts, CancellationToken stopping)
    {
        var folder = Path.Combine(stack.RunFolder, $"damaged-{number}");
        Damage(folder);
        var release = new ModelReleased
        {
            name = "interest",
            version = $"damaged-{number}",
            artifactUri = new Uri(folder).AbsoluteUri,
            dimensions = 1,
            categories = ["none"],
            metrics = new Dictionary<string, double>(),
            releasedAt = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(),
        };
        var value = await new AvroCodec(_registry).EncodeAsync(Topics.ModelReleases.Name, release);
        await producer.ProduceAsync(Topics.ModelReleases.Name, new Message<string, byte[]> { Key = release.name, Value = value }, CancellationToken.None);
        await Task.Delay(lasts, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await ReleaseSoundAsync();
        return true;
    }

    public void Dispose() => _registry.Dispose();

    /// <summary>Copies the artifact and turns one bit in the middle of its largest file.</summary>
    private void Damage(string folder)
    {
        Directory.CreateDirectory(folder);
        foreach (var file in Directory.EnumerateFiles(artifact)) File.Copy(file, Path.Combine(folder, Path.GetFileName(file)), overwrite: true);
        var largest = new DirectoryInfo(folder).EnumerateFiles().MaxBy(file => file.Length)!.FullName;
        var bytes = File.ReadAllBytes(largest);
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(largest, bytes);
    }

    /// <summary>The command gives up when brokers are away: it is typed again.</summary>
    private async Task ReleaseSoundAsync()
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await DemoModel.ReleaseAsync(artifact, stack.Settings(), CancellationToken.None);
                return;
            }
            catch (InvalidOperationException) when (attempt < 10) { }
        }
    }
}

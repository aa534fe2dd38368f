using Confluent.Kafka;
using Confluent.SchemaRegistry;
using driftline.events;
using Driftline.Schemas;
using Driftline.Streaming;

namespace Driftline.Local.Chaos;

/// <summary>Releases a damaged or cut-off copy of the served model, and after a while the sound one again, as an operator would who rolls back.</summary>
internal sealed class BrokenModel(Stack stack, string artifact, IProducer<string, byte[]> producer) : IDisposable
{
    private readonly CachedSchemaRegistryClient _registry = new(new SchemaRegistryConfig { Url = stack.SchemaRegistryUrl });

    /// <summary>One bit of the artifact is another.</summary>
    public async Task<bool> DamagedAsync(int number, TimeSpan lasts, CancellationToken stopping)
    {
        var folder = Path.Combine(stack.RunFolder, $"damaged-{number}");
        Copy(folder);
        var largest = new DirectoryInfo(folder).EnumerateFiles().MaxBy(file => file.Length)!.FullName;
        var bytes = File.ReadAllBytes(largest);
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(largest, bytes);
        await ReleaseAsync(folder, number, lasts, stopping);
        return true;
    }

    /// <summary>The disk that the artifact was copied to was full before all of it was there.</summary>
    /// <returns>False where no small disk can be had.</returns>
    public async Task<bool> CutOffAsync(int number, TimeSpan lasts, CancellationToken stopping)
    {
        using var disk = SmallDisk.Mount(Path.Combine(stack.RunFolder, $"full-{number}"), new DirectoryInfo(artifact).EnumerateFiles().Sum(file => file.Length) / 2);
        if (disk is null) return false;
        var folder = Path.Combine(disk.Folder, "artifact");
        try
        {
            Copy(folder);
            throw new InvalidOperationException($"{disk.Folder} took an artifact that is larger than it is.");
        }
        catch (IOException)
        {
            await ReleaseAsync(folder, number, lasts, stopping);
            return true;
        }
    }

    private async Task ReleaseAsync(string folder, int number, TimeSpan lasts, CancellationToken stopping)
    {
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
        var value = await Again.UntilDoneAsync(() => new AvroCodec(_registry).EncodeAsync(Topics.ModelReleases.Name, release).AsTask());
        await producer.ProduceAsync(Topics.ModelReleases.Name, new Message<string, byte[]> { Key = release.name, Value = value }, CancellationToken.None);
        await Task.Delay(lasts, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Again.UntilDoneAsync(async () =>
        {
            await DemoModel.ReleaseAsync(artifact, stack.Settings(), CancellationToken.None);
            return true;
        });
    }

    public void Dispose() => _registry.Dispose();

    private void Copy(string folder)
    {
        Directory.CreateDirectory(folder);
        foreach (var file in Directory.EnumerateFiles(artifact)) File.Copy(file, Path.Combine(folder, Path.GetFileName(file)), overwrite: true);
    }
}

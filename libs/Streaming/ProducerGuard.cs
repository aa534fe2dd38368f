using Microsoft.Extensions.Hosting;

namespace Driftline.Streaming;

/// <summary>
/// Ends the process when its producer is beyond repair, such as after a sequence error of an idempotent producer: it would refuse every record
/// for ever, and only a new one, in a new process, can go on.
/// </summary>
internal sealed class ProducerGuard(KafkaClients clients) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => clients.ProducerFailed.WaitAsync(stoppingToken);
}

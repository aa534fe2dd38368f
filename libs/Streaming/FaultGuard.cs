using Microsoft.Extensions.Hosting;

namespace Driftline.Streaming;

/// <summary>
/// Ends the process when something is beyond repair that only a new process can have anew, such as an idempotent producer after a sequence error, which would refuse
/// every record for ever.
/// </summary>
/// <param name="beyondRepair">Fails then, and does not complete otherwise.</param>
public sealed class FaultGuard(Task beyondRepair) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => beyondRepair.WaitAsync(stoppingToken);
}

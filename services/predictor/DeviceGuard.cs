namespace Driftline.Predictor;

/// <summary>Ends the process when its CUDA device is lost to it: only a new process can go on.</summary>
internal sealed class DeviceGuard(ServingModel model) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => model.DeviceLost.WaitAsync(stoppingToken);
}

using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Driftline.Predictor;

/// <summary>Ready once a model serves.</summary>
internal sealed class ModelLoaded(ServingModel model) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(model.Version is { } version
            ? HealthCheckResult.Healthy($"model {version}")
            : HealthCheckResult.Unhealthy(model.Refused is { } refused
                ? $"no model yet: release {refused.Version} could not be loaded: {refused.Reason}"
                : "no model yet: waiting for a release in model.releases"));
}

using k8s.Models;

namespace Driftline.Deploy.Tests.Kubernetes;

internal sealed record ScaledObjectSpec
{
    public required Named ScaleTargetRef { get; init; }

    public required int PollingInterval { get; init; }

    public required int CooldownPeriod { get; init; }

    public required int MinReplicaCount { get; init; }

    public required int MaxReplicaCount { get; init; }

    public required Away Fallback { get; init; }

    public required More Advanced { get; init; }

    public required List<Trigger> Triggers { get; init; }

    internal sealed record Named
    {
        public required string Name { get; init; }
    }

    internal sealed record Away
    {
        public required int FailureThreshold { get; init; }

        public required int Replicas { get; init; }
    }

    internal sealed record More
    {
        public required Autoscaler HorizontalPodAutoscalerConfig { get; init; }
    }

    internal sealed record Autoscaler
    {
        public required V2HorizontalPodAutoscalerBehavior Behavior { get; init; }
    }

    internal sealed record Trigger
    {
        public required string Type { get; init; }

        public required Dictionary<string, string> Metadata { get; init; }

        public required Named AuthenticationRef { get; init; }
    }
}

internal sealed record TriggerAuthenticationSpec
{
    public required List<Parameter> SecretTargetRef { get; init; }

    internal sealed record Parameter
    {
        public required string Name { get; init; }

        public required string Key { get; init; }

        [YamlDotNet.Serialization.YamlMember(Alias = "parameter", ApplyNamingConventions = false)]
        public required string Of { get; init; }
    }
}

internal sealed record ServiceMonitorSpec
{
    public required V1LabelSelector Selector { get; init; }

    public required List<Endpoint> Endpoints { get; init; }

    public required string JobLabel { get; init; }

    internal sealed record Endpoint
    {
        public required string Port { get; init; }

        public required string Path { get; init; }

        public required string Interval { get; init; }

        public required string ScrapeTimeout { get; init; }
    }
}

internal sealed record CertificateSpec
{
    public required string SecretName { get; init; }

    public required Issuer IssuerRef { get; init; }

    public required List<string> DnsNames { get; init; }

    public required Key PrivateKey { get; init; }

    internal sealed record Issuer
    {
        public required string Group { get; init; }

        public required string Kind { get; init; }

        public required string Name { get; init; }
    }

    internal sealed record Key
    {
        public required string Algorithm { get; init; }

        public required int Size { get; init; }

        public required string RotationPolicy { get; init; }
    }
}

internal sealed record ExternalSecretSpec
{
    public required string RefreshInterval { get; init; }

    public required Store SecretStoreRef { get; init; }

    public required Made Target { get; init; }

    public required List<Entry> Data { get; init; }

    internal sealed record Store
    {
        public required string Kind { get; init; }

        public required string Name { get; init; }
    }

    internal sealed record Made
    {
        public required string Name { get; init; }

        public required string CreationPolicy { get; init; }
    }

    internal sealed record Entry
    {
        public required string SecretKey { get; init; }

        public required Remote RemoteRef { get; init; }
    }

    internal sealed record Remote
    {
        public required string Key { get; init; }

        public required string Property { get; init; }
    }
}

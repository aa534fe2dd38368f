using k8s;
using k8s.Models;

namespace Driftline.Deploy.Tests.Kubernetes;

/// <summary>
/// The fields of other operators' objects that the manifests use, no more, so that a misspelt one is an error here too. Names and nesting follow
/// the operators' published API references: Strimzi (v1), KEDA (v1alpha1), Prometheus Operator (v1), cert-manager (v1), External Secrets (v1).
/// </summary>
internal static class CustomResources
{
    public static readonly Dictionary<string, Type> Types = new(StringComparer.Ordinal)
    {
        ["kafka.strimzi.io/v1/Kafka"] = typeof(Custom<KafkaSpec>),
        ["kafka.strimzi.io/v1/KafkaNodePool"] = typeof(Custom<KafkaNodePoolSpec>),
        ["kafka.strimzi.io/v1/KafkaTopic"] = typeof(Custom<KafkaTopicSpec>),
        ["kafka.strimzi.io/v1/KafkaUser"] = typeof(Custom<KafkaUserSpec>),
        ["keda.sh/v1alpha1/ScaledObject"] = typeof(Custom<ScaledObjectSpec>),
        ["keda.sh/v1alpha1/TriggerAuthentication"] = typeof(Custom<TriggerAuthenticationSpec>),
        ["monitoring.coreos.com/v1/ServiceMonitor"] = typeof(Custom<ServiceMonitorSpec>),
        ["cert-manager.io/v1/Certificate"] = typeof(Custom<CertificateSpec>),
        ["external-secrets.io/v1/ExternalSecret"] = typeof(Custom<ExternalSecretSpec>),
    };
}

internal sealed class Custom<TSpec> : IKubernetesObject<V1ObjectMeta> where TSpec : class
{
    public required string ApiVersion { get; set; }

    public required string Kind { get; set; }

    public required V1ObjectMeta Metadata { get; set; }

    public required TSpec Spec { get; set; }
}

internal sealed record KafkaSpec
{
    public required Cluster Kafka { get; init; }

    public required Operators EntityOperator { get; init; }

    internal sealed record Cluster
    {
        public required List<Listener> Listeners { get; init; }

        public required Kind Authorization { get; init; }

        public required Dictionary<string, string> Config { get; init; }
    }

    internal sealed record Listener
    {
        public required string Name { get; init; }

        public required int Port { get; init; }

        public required string Type { get; init; }

        public required bool Tls { get; init; }

        public required Kind Authentication { get; init; }
    }

    internal sealed record Operators
    {
        public required Dictionary<string, object> TopicOperator { get; init; }

        public required Dictionary<string, object> UserOperator { get; init; }
    }

    internal sealed record Kind
    {
        public required string Type { get; init; }
    }
}

internal sealed record KafkaNodePoolSpec
{
    public required int Replicas { get; init; }

    public required List<string> Roles { get; init; }

    public required Disks Storage { get; init; }

    public required V1ResourceRequirements Resources { get; init; }

    public required PoolTemplate Template { get; init; }

    internal sealed record PoolTemplate
    {
        public required PoolPod Pod { get; init; }
    }

    internal sealed record PoolPod
    {
        public required List<V1TopologySpreadConstraint> TopologySpreadConstraints { get; init; }
    }

    internal sealed record Disks
    {
        public required string Type { get; init; }

        public required List<Disk> Volumes { get; init; }
    }

    internal sealed record Disk
    {
        public required int Id { get; init; }

        public required string Type { get; init; }

        public required string Size { get; init; }

        public required bool DeleteClaim { get; init; }

        public string? KraftMetadata { get; init; }
    }
}

internal sealed record KafkaTopicSpec
{
    public required int Partitions { get; init; }

    public required int Replicas { get; init; }

    public required Dictionary<string, string> Config { get; init; }
}

internal sealed record KafkaUserSpec
{
    public required KafkaSpec.Kind Authentication { get; init; }

    public required Rules Authorization { get; init; }

    internal sealed record Rules
    {
        public required string Type { get; init; }

        public required List<Rule> Acls { get; init; }
    }

    internal sealed record Rule
    {
        public required Target Resource { get; init; }

        public required List<string> Operations { get; init; }
    }

    internal sealed record Target
    {
        public required string Type { get; init; }

        public required string Name { get; init; }

        public required string PatternType { get; init; }
    }
}

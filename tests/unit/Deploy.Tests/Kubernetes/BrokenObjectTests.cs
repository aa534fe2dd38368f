using Xunit;
using YamlDotNet.Core;

namespace Driftline.Deploy.Tests.Kubernetes;

/// <summary>Every policy finds what it is for: one change to manifests that are right, and the policy names the object and the fix.</summary>
public sealed class BrokenObjectTests
{
    public static TheoryData<string> Policies => [.. Policy.All.Keys];

    /// <summary>Policy, what is replaced (its first occurrence), by what, and what the finding must say.</summary>
    public static TheoryData<string, string, string, string> Breakages => new()
    {
        { "ImagesArePinned", "feature-builder:0.1.0", "feature-builder:latest", "Deployment feature-builder: image driftline/feature-builder:latest changes under you" },
        { "ImagesArePinned", "feature-builder:0.1.0", "feature-builder", "has no tag" },
        { "NobodyIsRoot", "runAsNonRoot: true, ", "", "runAsNonRoot: true" },
        { "NobodyIsRoot", "runAsUser: 1654", "runAsUser: 0", "runAsUser" },
        { "NobodyIsRoot", "type: RuntimeDefault", "type: Unconfined", "seccompProfile" },
        { "NobodyIsRoot", "enableServiceLinks: false", "hostNetwork: true", "hostNetwork" },
        { "RootFileSystemsAreReadOnly", "readOnlyRootFilesystem: true", "readOnlyRootFilesystem: false", "readOnlyRootFilesystem: true" },
        { "WhatIsWrittenIsAVolume", "mountPath: /tmp", "mountPath: /temp", "mount an emptyDir" },
        { "NoCapabilities", "capabilities: { drop: [ ALL ] }", "capabilities: { drop: [ NET_RAW ] }", "capabilities.drop" },
        { "NoCapabilities", "capabilities: { drop: [ ALL ] }", "capabilities: { drop: [ ALL ], add: [ SYS_ADMIN ] }", "capabilities.drop" },
        { "NoCapabilities", "allowPrivilegeEscalation: false", "allowPrivilegeEscalation: true", "allowPrivilegeEscalation" },
        { "ResourcesAreSet", "limits: { memory: 512Mi }", "limits: { cpu: 1 }", "limits.memory" },
        { "ResourcesAreSet", "cpu: 500m, ", "", "requests.cpu" },
        { "ResourcesAreSet", "limits: { memory: 512Mi }", "limits: { memory: 128Mi }", "more memory than its limit" },
        { "NoPodHoldsAToken", "automountServiceAccountToken: false", "automountServiceAccountToken: true", "automountServiceAccountToken" },
        { "ProbesExist", "livenessProbe: { httpGet: { path: /health/live, port: http } }", "", "no livenessProbe" },
        { "ProbesExist", "readinessProbe: { httpGet: { path: /health/ready, port: http } }", "readinessProbe: { httpGet: { path: /health/live, port: http } }", "answers it at /health/ready" },
        { "ProbesExist", "readinessProbe: { httpGet: { path: /health/ready, port: http } }", "readinessProbe: { httpGet: { path: /health/ready, port: 80 } }", "asks port 80" },
        { "ProbesExist", "startupProbe: { httpGet: { path: /health/live, port: http } }", "", "no startupProbe" },
        { "ReplicasAreSpread", "topologyKey: kubernetes.io/hostname", "topologyKey: topology.kubernetes.io/zone", "topologySpreadConstraints" },
        { "GraceExceedsTheDrain", "terminationGracePeriodSeconds: 40", "terminationGracePeriodSeconds: 20", "drains for up to 20 s" },
        { "GraceExceedsTheDrain", "terminationGracePeriodSeconds: 40", "terminationGracePeriodSeconds: 24", "waits 5 s" },
        { "PortsAreWhereTheServicesListen", "Urls: http://+:8080", "Urls: http://+:5000", "listens on 5000" },
        { "PortsAreWhereTheServicesListen", "  Urls: http://+:8080\n", "", "no other pod can reach it" },
        { "PortsAreWhereTheServicesListen", "targetPort: http", "targetPort: web", "Service feature-builder: sends to port web" },
        { "SettingsFitTheOptions", "FeatureBuilder__MaxLateness", "FeatureBuilder__MaxLatenes", "MaxLatenes" },
        { "SettingsFitTheOptions", "FeatureBuilder__MaxLateness", "Featurebilder__MaxLateness", "is read by nothing in feature-builder" },
        { "SettingsFitTheOptions", "7.00:00:00", "a week", "FeatureBuilder" },
        { "SettingsFitTheOptions", "7.00:00:00", "00:00:00", "FeatureBuilder:MaxLateness must be between" },
        { "SettingsFitTheOptions", "SecurityProtocol: Ssl", "SecurityProtocol: Tls", "Kafka:Client" },
        { "SettingsFitTheOptions", "Kafka__Client__SecurityProtocol", "Kafka__Client__Security", "Kafka:Client" },
        { "SettingsFitTheOptions", "Kafka__BootstrapServers", "Kafka__Client__ClientId", "Kafka:BootstrapServers is missing" },
        { "ReplicasStayWithinThePartitions", "maxReplicaCount: 12", "maxReplicaCount: 13", "ScaledObject feature-builder: allows 13 replicas" },
        { "ReplicasStayWithinThePartitions", "maxSurge: 0", "maxSurge: 1", "and 1 more in a rollout" },
        { "ReplicasStayWithinThePartitions", "maxSurge: 0", "maxSurge: 25%", "set strategy.rollingUpdate.maxSurge to a number" },
        { "ScalersMeasureTheServicesGroup", "consumerGroup: driftline.feature-builder", "consumerGroup: feature-builder", "set topic and consumerGroup" },
        { "EveryDeploymentHasADisruptionBudget", "maxUnavailable: 1, selector: { matchLabels: { app: feature-builder } }", "maxUnavailable: 1, selector: { matchLabels: { app: other } }", "add a PodDisruptionBudget" },
        { "EveryDeploymentHasADisruptionBudget", "maxUnavailable: 1, selector", "maxUnavailable: 0, selector", "no node can be drained" },
        { "TrafficIsDeniedByDefault", "spec: { podSelector: {}, policyTypes: [ Ingress, Egress ] }", "spec: { podSelector: {}, policyTypes: [ Ingress ] }", "none denies all by default" },
        { "TrafficIsDeniedByDefault", "podSelector: { matchLabels: { app: feature-builder } }", "podSelector: { matchLabels: { app: other } }", "no NetworkPolicy allows it anything" },
        { "TopicsAreAsSetupMakesThem", "partitions: 12", "partitions: 24", "has 24 partitions, setup makes 12" },
        { "TopicsAreAsSetupMakesThem", "retention.ms: 604800000", "retention.ms: 1", "setup makes cleanup.policy=delete, retention.ms=604800000" },
        { "TopicsAreAsSetupMakesThem", "metadata: { name: model.releases }", "metadata: { name: model.release }", "KafkaTopic model.releases: is missing" },
        { "UsersMayDoWhatTheirCodeDoes", "name: sequence.updates, patternType: literal }, operations: [ Write ]", "name: sequence.updates, patternType: literal }, operations: [ Read ]", "Write on topic sequence.updates is refused" },
        { "UsersMayDoWhatTheirCodeDoes", "operations: [ Read, Describe ]", "operations: [ Read, Describe, Write ]", "granted, but services/feature-builder never does it" },
        { "WhatIsReferredToExists", "secretRef: { name: driftline }", "secretRef: { name: redis }", "refers to Secret redis" },
        { "WhatIsReferredToExists", "serviceAccountName: feature-builder", "serviceAccountName: other", "refers to ServiceAccount other" },
        { "StringsAreStrings", "app.kubernetes.io/version: \"1\"", "app.kubernetes.io/version: 1", "quote it" },
        { "StringsAreStrings", "\"12\", --replication-factor", "12, --replication-factor", "quote it" },
        { "StringsAreStrings", "lagThreshold: \"2000\"", "lagThreshold: 2000", "quote it" },
    };

    [Theory]
    [MemberData(nameof(Policies))]
    public void ManifestsThatAreRightBreakNoPolicy(string policy) => Findings.AreNone(Policy.All[policy](Manifests.Read(RightManifests.Yaml)));

    [Theory]
    [MemberData(nameof(Breakages))]
    public void AManifestThatIsWrongIsFoundAndTheFixIsTold(string policy, string right, string wrong, string told)
    {
        var at = RightManifests.Yaml.IndexOf(right, StringComparison.Ordinal);
        Assert.True(at >= 0, $"The manifests hold no '{right}'.");

        var findings = Policy.All[policy](Manifests.Read(RightManifests.Yaml.Remove(at, right.Length).Insert(at, wrong))).ToList();

        Assert.Contains(findings, finding => finding.Contains(told, StringComparison.Ordinal));
    }

    [Fact]
    public void EveryPolicyHasABreakage() => Assert.Empty(Policy.All.Keys.Except(Breakages.Select(row => row.Data.Item1)));

    [Theory]
    [InlineData("apiVersion: v1\nkind: Service\nmetadata: { name: a }\nspec: { selectors: { app: a } }", "selectors")]
    [InlineData("apiVersion: kafka.strimzi.io/v1\nkind: KafkaTopic\nmetadata: { name: a }\nspec: { partitions: 1, replicas: 1, config: {}, partition: 2 }", "partition")]
    [InlineData("apiVersion: v1\nkind: Service\nmetadata: { name: a }\nspec: { selector: { app: a }, selector: { app: b } }", "selector")]
    public void AMemberThatNoModelHasIsAnError(string yaml, string member)
    {
        var error = Assert.ThrowsAny<YamlException>(() => Manifests.Read(yaml));

        Assert.Contains(member, error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void AKindThatNoModelHasIsAnError() => Assert.Throws<KeyNotFoundException>(() => Manifests.Read("apiVersion: v1\nkind: Servise\nmetadata: { name: a }"));
}

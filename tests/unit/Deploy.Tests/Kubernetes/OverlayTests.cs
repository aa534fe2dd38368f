using k8s.Models;
using Xunit;

namespace Driftline.Deploy.Tests.Kubernetes;

/// <summary>Each overlay as <c>kubectl apply -k</c> would send it.</summary>
public sealed class OverlayTests
{
    private static readonly string[] Optional = ["keda", "gpu", "tls", "monitoring", "network-policies"];

    public static TheoryData<string> LeftOut => [.. Optional];

    public static TheoryData<string> Overlays => [.. Manifests.Overlays];

    public static MatrixTheoryData<string, string> PoliciesByOverlay => new(Policy.All.Keys, Manifests.Overlays);

    [Theory]
    [MemberData(nameof(Overlays))]
    public void AnOverlayHoldsTheFourServicesAndItsJobs(string overlay)
    {
        var cluster = Manifests.Overlay(overlay);

        Assert.Equal(Services.Names.Order(), cluster.Workloads.Where(workload => workload.Kind == "Deployment").Select(workload => workload.Service).OfType<string>().Order());
        Assert.Contains(cluster.Workloads, workload => workload is { Kind: "Job", Name: "setup" });
        Assert.Contains(cluster.Workloads, workload => workload is { Kind: "CronJob", Name: "release-model" });
        Assert.All(cluster.Objects.OfType<k8s.IKubernetesObject<V1ObjectMeta>>(), it => Assert.True(it is V1Namespace || it.Metadata.NamespaceProperty == "driftline", $"{it.Kind} {it.Metadata.Name} is in no namespace"));
    }

    [Theory]
    [MemberData(nameof(PoliciesByOverlay))]
    public void AnOverlayKeepsThePolicy(string policy, string overlay)
    {
        if (policy == nameof(ClusterPolicies.TrafficIsDeniedByDefault) && overlay == "production") HasComponent("network-policies");
        Findings.AreNone(Policy.All[policy](Manifests.Overlay(overlay)));
    }

    [Fact]
    public void EveryOverlayIsTested() => Assert.Equal(
        Directory.EnumerateDirectories(Path.Combine(Manifests.Folder, "overlays")).Select(Path.GetFileName).Order(), Manifests.Overlays.Order());

    public static TheoryData<string> Components => [.. Directory.EnumerateDirectories(Path.Combine(Manifests.Folder, "components")).Select(folder => Path.GetFileName(folder)!)];

    [Theory]
    [MemberData(nameof(Components))]
    public void EveryComponentIsInProductionButWhatTheReadmeLetsOneLeaveOut(string component)
    {
        if (Optional.Contains(component)) HasComponent(component);
        Assert.Contains($"components/{component}", File.ReadAllText(Path.Combine(Manifests.Folder, "overlays", "production", "kustomization.yaml")), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(LeftOut))]
    public void ProductionStandsWithoutAComponentThatTheReadmeLetsOneLeaveOut(string component)
    {
        HasComponent(component);
        var whole = Manifests.Overlay("production");
        var cluster = Manifests.Without(component, "production");

        Assert.NotEqual(whole.Yaml, cluster.Yaml);
        Findings.AreNone(ClusterPolicies.WhatIsReferredToExists(cluster).Concat(ServicePolicies.SettingsFitTheOptions(cluster)).Concat(ServicePolicies.ReplicasStayWithinThePartitions(cluster)));
    }

    public static TheoryData<string> Tools => [.. Directory.EnumerateFiles(Path.Combine(Manifests.Folder, "tools")).Select(file => Path.GetFileName(file)!)];

    [Theory]
    [MemberData(nameof(Tools))]
    public void AToolMayRunWhereTheServicesDo(string file)
    {
        var cluster = Manifests.Read(File.ReadAllText(Path.Combine(Manifests.Folder, "tools", file)));

        Findings.AreNone(new[] { PodPolicies.ImagesArePinned, PodPolicies.NobodyIsRoot, PodPolicies.RootFileSystemsAreReadOnly, PodPolicies.NoCapabilities, PodPolicies.ResourcesAreSet, PodPolicies.NoPodHoldsAToken }
            .SelectMany(policy => policy(cluster)));
        Assert.Contains(Mounted(cluster.Workloads.Single().Pod), name => name is "models" or "operator");
        Assert.All(Mounted(cluster.Workloads.Single().Pod).OfType<string>(), name => Assert.Contains($"name: {name}\n", Manifests.Overlay("production").Yaml + "name: kafka-cluster-ca-cert\n", StringComparison.Ordinal)); // Strimzi's own

        static IEnumerable<string?> Mounted(V1PodSpec pod) => pod.Volumes.Select(volume => volume.PersistentVolumeClaim?.ClaimName ?? volume.Secret?.SecretName);
    }

    /// <summary>Such as <c>driftline erase</c>, which asks the ingestor and then the recommender.</summary>
    [Theory]
    [InlineData("Driftline__IngestorUrl", "ingestor")]
    [InlineData("Driftline__RecommenderUrl", "recommender")]
    public void TheOperatorReachesWhatTheCommandLineAsks(string setting, string service)
    {
        HasComponent("network-policies");
        var pod = Manifests.Read(File.ReadAllText(Path.Combine(Manifests.Folder, "tools", "operator.yaml"))).Workloads.Single();
        var production = Manifests.Overlay("production");
        var asked = production.Workloads.Single(workload => workload.Kind == "Deployment" && workload.Name == service);
        var policies = production.All<V1NetworkPolicy>().ToList();

        Assert.Contains(pod.Pod.Containers.SelectMany(container => container.Env), variable => variable.Name == setting && variable.Value == $"http://{service}");
        Assert.Contains(policies.Where(policy => pod.Matches(policy.Spec.PodSelector)).SelectMany(policy => policy.Spec.Egress ?? []).SelectMany(rule => rule.To ?? []), to => asked.Matches(to.PodSelector));
        Assert.Contains(policies.Where(policy => asked.Matches(policy.Spec.PodSelector)).SelectMany(policy => policy.Spec.Ingress ?? []).SelectMany(rule => rule.FromProperty ?? []), from => pod.Matches(from.PodSelector));
    }

    [Theory]
    [InlineData("ingestor")]
    [InlineData("recommender")]
    public void InProductionWhoCallsIsAskedForAKeyThatASecretHolds(string service)
    {
        var cluster = Manifests.Overlay("production");
        var pod = cluster.Workloads.Single(workload => workload.Kind == "Deployment" && workload.Service == service).Pod;
        var environment = cluster.EnvironmentOf(pod.Containers[0]);

        Assert.False(environment.ContainsKey("Security__AllowAnonymous"));
        var file = environment["Security__KeysFile"]!;
        var mount = Assert.Single(pod.Containers[0].VolumeMounts, mount => mount.MountPath == Path.GetDirectoryName(file));
        var secret = Assert.Single(pod.Volumes, volume => volume.Name == mount.Name).Secret;
        Assert.Null(mount.SubPath); // a file mounted by itself never changes
        Assert.Contains(cluster.Custom<ExternalSecretSpec>(), external => external.Spec.Target.Name == secret.SecretName && external.Spec.Data.Any(entry => entry.SecretKey == Path.GetFileName(file)));
    }

    [Fact]
    public void TheLocalRedisHasTheUsersThatTheTestsHold()
    {
        var cluster = Manifests.Overlay("local");
        var redis = cluster.Workloads.Single(workload => workload.Name == "redis").Pod;
        var arguments = redis.Containers[0].Args;
        var file = arguments[arguments.IndexOf("--aclfile") + 1];
        var map = redis.Volumes.Single(volume => volume.Name == redis.Containers[0].VolumeMounts.Single(mount => mount.MountPath == Path.GetDirectoryName(file)).Name).ConfigMap.Name;

        Assert.Equal(
            File.ReadAllText(Path.Combine(Checkout.Root, "deploy", "redis", "users.acl")), cluster.All<V1ConfigMap>().Single(it => it.Metadata.Name == map).Data[Path.GetFileName(file)]);
    }

    [Fact]
    public void ProductionRunsThePredictorOnAGpu()
    {
        HasComponent("gpu");
        var predictor = Manifests.Overlay("production").Workloads.Single(workload => workload is { Kind: "Deployment", Name: "predictor" });

        Assert.Equal("1", predictor.Pod.Containers[0].Resources.Limits["nvidia.com/gpu"].ToString());
        Assert.Contains(predictor.Pod.Tolerations, toleration => toleration.Key == "nvidia.com/gpu");
        Assert.EndsWith("-cuda", predictor.Pod.Containers[0].Image, StringComparison.Ordinal);
    }

    /// <summary>An operator may leave a component out, and then tests their overlay.</summary>
    private static void HasComponent(string component) => Assert.SkipUnless(
        File.ReadAllText(Path.Combine(Manifests.Folder, "overlays", "production", "kustomization.yaml")).Contains($"components/{component}", StringComparison.Ordinal), $"The production overlay leaves {component} out.");
}

using k8s.Models;
using Xunit;

namespace Driftline.Deploy.Tests.Kubernetes;

/// <summary>Each overlay as <c>kubectl apply -k</c> would send it.</summary>
public sealed class OverlayTests
{
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
    public void AnOverlayKeepsThePolicy(string policy, string overlay) => Findings.AreNone(Policy.All[policy](Manifests.Overlay(overlay)));

    [Fact]
    public void EveryOverlayIsTested() => Assert.Equal(
        Directory.EnumerateDirectories(Path.Combine(Manifests.Folder, "overlays")).Select(Path.GetFileName).Order(), Manifests.Overlays.Order());

    [Fact]
    public void EveryComponentIsInProduction()
    {
        var production = File.ReadAllText(Path.Combine(Manifests.Folder, "overlays", "production", "kustomization.yaml"));

        Assert.All(Directory.EnumerateDirectories(Path.Combine(Manifests.Folder, "components")), folder => Assert.Contains($"components/{Path.GetFileName(folder)}", production, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("keda")]
    [InlineData("gpu")]
    [InlineData("tls")]
    [InlineData("monitoring")]
    [InlineData("network-policies")]
    public void ProductionStandsWithoutAComponentThatTheReadmeLetsOneLeaveOut(string component)
    {
        var whole = Manifests.Overlay("production");
        var cluster = Manifests.Without(component, "production");

        Assert.NotEqual(whole.Yaml, cluster.Yaml);
        Findings.AreNone(ClusterPolicies.WhatIsReferredToExists(cluster).Concat(ServicePolicies.SettingsFitTheOptions(cluster)).Concat(ServicePolicies.ReplicasStayWithinThePartitions(cluster)));
    }

    [Fact]
    public void TheModelLoaderMayRunWhereTheServicesDo()
    {
        var cluster = Manifests.Read(File.ReadAllText(Path.Combine(Manifests.Folder, "tools", "model-loader.yaml")));

        Findings.AreNone(new[] { PodPolicies.ImagesArePinned, PodPolicies.NobodyIsRoot, PodPolicies.RootFileSystemsAreReadOnly, PodPolicies.NoCapabilities, PodPolicies.ResourcesAreSet, PodPolicies.NoPodHoldsAToken }
            .SelectMany(policy => policy(cluster)));
        Assert.Contains(cluster.Workloads.Single().Pod.Volumes, volume => volume.PersistentVolumeClaim?.ClaimName == "models");
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
        var predictor = Manifests.Overlay("production").Workloads.Single(workload => workload is { Kind: "Deployment", Name: "predictor" });

        Assert.Equal("1", predictor.Pod.Containers[0].Resources.Limits["nvidia.com/gpu"].ToString());
        Assert.Contains(predictor.Pod.Tolerations, toleration => toleration.Key == "nvidia.com/gpu");
        Assert.EndsWith("-cuda", predictor.Pod.Containers[0].Image, StringComparison.Ordinal);
    }
}

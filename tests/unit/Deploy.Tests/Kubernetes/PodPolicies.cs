using k8s.Models;

namespace Driftline.Deploy.Tests.Kubernetes;

/// <summary>What every pod must be. Each policy returns its findings, one line each: the object, what is wrong, and what to write instead.</summary>
internal static class PodPolicies
{
    /// <summary>Lets an image of others write to its own file system; its value says why.</summary>
    public const string WritableRoot = "driftline.dev/writable-root";

    public static IEnumerable<string> ImagesArePinned(Cluster cluster) =>
        from it in cluster.Containers
        let reason = ImageName.WhyUnpinned(it.Container.Image)
        where reason is not null
        select $"{it.Workload}: {reason}";

    public static IEnumerable<string> NobodyIsRoot(Cluster cluster)
    {
        foreach (var (workload, container) in cluster.Containers)
        {
            var (pod, own) = (workload.Pod.SecurityContext, container.SecurityContext);
            if ((own?.RunAsNonRoot ?? pod?.RunAsNonRoot) != true) yield return $"{workload}, container {container.Name}: may run as root; set securityContext.runAsNonRoot: true";
            if ((own?.RunAsUser ?? pod?.RunAsUser) is null or 0) yield return $"{workload}, container {container.Name}: runs as the image's user or as root; set securityContext.runAsUser to the image's numeric user";
            if ((own?.SeccompProfile ?? pod?.SeccompProfile)?.Type != "RuntimeDefault") yield return $"{workload}, container {container.Name}: all system calls are open; set securityContext.seccompProfile.type: RuntimeDefault";
            if (workload.Pod.HostNetwork == true || workload.Pod.HostPID == true || workload.Pod.HostIPC == true) yield return $"{workload}: shares a namespace of the node; remove hostNetwork, hostPID and hostIPC";
        }
    }

    public static IEnumerable<string> RootFileSystemsAreReadOnly(Cluster cluster) =>
        from it in cluster.Containers
        where it.Container.SecurityContext?.ReadOnlyRootFilesystem != true
        where ImageName.IsOurs(it.Container.Image) || string.IsNullOrWhiteSpace(it.Workload.Metadata.Annotations?.TryGetValue(WritableRoot, out var why) == true ? why : null)
        select $"{it.Workload}, container {it.Container.Name}: can write to its root; set securityContext.readOnlyRootFilesystem: true"
            + (ImageName.IsOurs(it.Container.Image) ? "" : $", or say in the annotation {WritableRoot} why it must");

    /// <summary>.NET writes to /tmp, and the predictor to its cache.</summary>
    public static IEnumerable<string> WhatIsWrittenIsAVolume(Cluster cluster)
    {
        foreach (var (workload, container) in cluster.Containers.Where(it => ImageName.IsOurs(it.Container.Image)))
        {
            var written = new List<string> { "/tmp" };
            if (cluster.EnvironmentOf(container).TryGetValue("Predictor__CacheFolder", out var cache) && cache is not null) written.Add(cache);
            else if (workload.Service == "predictor") yield return $"{workload}: its cache would lie in a home folder that is read-only; set Predictor__CacheFolder to a mounted emptyDir";
            foreach (var path in written)
            {
                var mount = (container.VolumeMounts ?? []).FirstOrDefault(mount => mount.MountPath == path && mount.ReadOnlyProperty != true);
                if (mount is null || workload.Pod.Volumes?.FirstOrDefault(volume => volume.Name == mount.Name)?.EmptyDir is null)
                    yield return $"{workload}, container {container.Name}: writes to {path}, which is read-only; mount an emptyDir there";
            }
        }
    }

    public static IEnumerable<string> NoCapabilities(Cluster cluster)
    {
        foreach (var (workload, container) in cluster.Containers)
        {
            var own = container.SecurityContext;
            if (own?.Capabilities?.Drop?.Contains("ALL") != true || own.Capabilities.Add is { Count: > 0 }) yield return $"{workload}, container {container.Name}: holds capabilities; set securityContext.capabilities.drop: [ALL] and add none";
            if (own?.AllowPrivilegeEscalation != false || own.Privileged == true) yield return $"{workload}, container {container.Name}: may gain privileges; set securityContext.allowPrivilegeEscalation: false";
        }
    }

    public static IEnumerable<string> ResourcesAreSet(Cluster cluster)
    {
        foreach (var (workload, container) in cluster.Containers)
        {
            var (requests, limits) = (container.Resources?.Requests ?? new Dictionary<string, ResourceQuantity>(), container.Resources?.Limits ?? new Dictionary<string, ResourceQuantity>());
            foreach (var resource in new[] { "cpu", "memory" }.Where(resource => !requests.ContainsKey(resource)))
                yield return $"{workload}, container {container.Name}: the scheduler knows no {resource} need; set resources.requests.{resource}";
            if (!limits.TryGetValue("memory", out var most)) yield return $"{workload}, container {container.Name}: can take a node's memory; set resources.limits.memory";
            else if (requests.TryGetValue("memory", out var least) && least.ToDecimal() > most.ToDecimal()) yield return $"{workload}, container {container.Name}: requests more memory than its limit; lower resources.requests.memory";
        }
    }

    public static IEnumerable<string> NoPodHoldsAToken(Cluster cluster) =>
        from workload in cluster.Workloads
        where workload.Pod.AutomountServiceAccountToken != false
        select $"{workload}: carries a token of the API server, which it never calls; set automountServiceAccountToken: false";

    public static IEnumerable<string> ProbesExist(Cluster cluster)
    {
        foreach (var workload in cluster.Workloads.Where(workload => workload.Kind is "Deployment" or "StatefulSet"))
        {
            foreach (var container in workload.Pod.Containers)
            {
                foreach (var (name, probe) in new[] { ("readinessProbe", container.ReadinessProbe), ("livenessProbe", container.LivenessProbe) })
                {
                    if (probe is null) yield return $"{workload}, container {container.Name}: has no {name}; add one";
                }

                if (workload.Service is null) continue;
                if (container.StartupProbe is null) yield return $"{workload}, container {container.Name}: has no startupProbe, so liveness counts while it starts; add one on {Services.Live}";
                foreach (var problem in Paths(container)) yield return $"{workload}, container {container.Name}: {problem}";
            }
        }

        static IEnumerable<string> Paths(V1Container container)
        {
            foreach (var (name, probe, path) in new[] { ("startupProbe", container.StartupProbe, Services.Live), ("livenessProbe", container.LivenessProbe, Services.Live), ("readinessProbe", container.ReadinessProbe, Services.Ready) })
            {
                if (probe is null) continue;
                if (probe.HttpGet?.Path != path) yield return $"{name} asks {probe.HttpGet?.Path ?? "no path"}; the service answers it at {path}";
                var port = probe.HttpGet?.Port?.Value;
                if (!(container.Ports ?? []).Any(it => it.Name == port || $"{it.ContainerPort}" == port)) yield return $"{name} asks port {port}, which the container does not name; use one of its ports";
            }
        }
    }

    public static IEnumerable<string> ReplicasAreSpread(Cluster cluster) =>
        from workload in cluster.Workloads
        where workload.Kind == "Deployment"
        where !(workload.Pod.TopologySpreadConstraints ?? []).Any(spread => spread.TopologyKey == "kubernetes.io/hostname" && workload.Matches(spread.LabelSelector))
        select $"{workload}: its pods may all land on one node; add topologySpreadConstraints over kubernetes.io/hostname with the pods' own labels";

    /// <summary>SIGTERM comes after preStop, and the kill at the end of the grace period.</summary>
    public static IEnumerable<string> GraceExceedsTheDrain(Cluster cluster)
    {
        foreach (var workload in cluster.Workloads.Where(workload => workload.Service is not null))
        {
            var grace = TimeSpan.FromSeconds(workload.Pod.TerminationGracePeriodSeconds ?? 30);
            var before = TimeSpan.FromSeconds(workload.Pod.Containers.Max(container => container.Lifecycle?.PreStop?.Sleep?.Seconds ?? 0));
            if (grace <= before + Services.DrainBudget)
                yield return $"{workload}: is killed after {grace.TotalSeconds} s, but waits {before.TotalSeconds} s and then drains for up to {Services.DrainBudget.TotalSeconds} s; raise terminationGracePeriodSeconds";
        }
    }
}

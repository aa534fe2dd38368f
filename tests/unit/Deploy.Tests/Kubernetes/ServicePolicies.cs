using k8s.Models;

namespace Driftline.Deploy.Tests.Kubernetes;

/// <summary>What must agree with the services' own code: ports, settings, partitions, topics, rights.</summary>
internal static class ServicePolicies
{
    public static IEnumerable<string> PortsAreWhereTheServicesListen(Cluster cluster)
    {
        foreach (var workload in cluster.Workloads.Where(workload => workload.Service is not null))
        {
            foreach (var container in workload.Pod.Containers)
            {
                var urls = cluster.EnvironmentOf(container).TryGetValue("Urls", out var set) && set is not null ? set : Services.UrlsOf(workload.Service!);
                var listening = new Uri(urls.Replace("+", "0.0.0.0", StringComparison.Ordinal).Replace("*", "0.0.0.0", StringComparison.Ordinal));
                if (listening.IsLoopback) yield return $"{workload}: listens on {urls}, where no other pod can reach it; set Urls to http://+:PORT";
                foreach (var port in (container.Ports ?? []).Where(port => port.ContainerPort != listening.Port))
                    yield return $"{workload}: names port {port.ContainerPort}, but listens on {listening.Port}; set containerPort to it";
                if (container.Ports is not { Count: > 0 }) yield return $"{workload}: names no port; add containerPort {listening.Port}";
            }
        }

        foreach (var service in cluster.All<V1Service>().Where(service => service.Spec.Selector is not null))
        {
            var behind = cluster.Workloads.Where(workload => workload.Matches(new V1LabelSelector { MatchLabels = service.Spec.Selector })).ToList();
            if (behind.Count == 0) yield return $"Service {service.Metadata.Name}: selects no pod; set spec.selector to a pod's labels";
            var named = behind.SelectMany(workload => workload.Pod.Containers).SelectMany(container => container.Ports ?? []).SelectMany(port => new[] { port.Name, $"{port.ContainerPort}" }).ToHashSet();
            foreach (var port in service.Spec.Ports.Where(port => behind.Count > 0 && !named.Contains((port.TargetPort ?? $"{port.Port}").Value)))
                yield return $"Service {service.Metadata.Name}: sends to port {port.TargetPort?.Value}, which no pod of it names; set targetPort to a container's port";
        }
    }

    public static IEnumerable<string> SettingsFitTheOptions(Cluster cluster) =>
        from it in cluster.Containers
        where Services.Names.Contains(ImageName.Of(it.Container.Image))
        from problem in Services.Misfits(ImageName.Of(it.Container.Image), cluster.EnvironmentOf(it.Container))
        select $"{it.Workload}: {problem}";

    /// <summary>A member of a group without a partition is never ready: a rollout that waits for it never ends.</summary>
    public static IEnumerable<string> ReplicasStayWithinThePartitions(Cluster cluster)
    {
        foreach (var workload in cluster.Workloads.Where(workload => workload is { Kind: "Deployment", Service: not null }))
        {
            foreach (var (topic, _) in Services.LoopsOf(Path.Combine("services", workload.Service!)))
            {
                if (PartitionsOf(cluster, topic) is not { } partitions)
                {
                    yield return $"{workload}: nothing says how many partitions {topic} has; add its KafkaTopic or the setup Job's --partitions";
                    continue;
                }

                var surge = workload.Rollout?.MaxSurge is { } set && int.TryParse(set.Value, out var pods) ? pods : -1;
                if (surge < 0) yield return $"{workload}: its rollout may start any number of pods above the {partitions} partitions of {topic}; set strategy.rollingUpdate.maxSurge to a number";
                foreach (var (scaler, most) in Scalers(cluster, workload.Name).Where(scaler => scaler.Most + Math.Max(surge, 0) > partitions))
                    yield return $"{scaler}: allows {most} replicas and {Math.Max(surge, 0)} more in a rollout, but {topic} has {partitions} partitions; lower the maximum or maxSurge, or add partitions";
            }
        }
    }

    /// <summary>KEDA must measure the group that the service really is.</summary>
    public static IEnumerable<string> ScalersMeasureTheServicesGroup(Cluster cluster)
    {
        foreach (var scaler in cluster.Custom<ScaledObjectSpec>())
        {
            var target = cluster.Workloads.FirstOrDefault(workload => workload.Kind == "Deployment" && workload.Name == scaler.Spec.ScaleTargetRef.Name);
            if (target?.Service is null)
            {
                yield return $"ScaledObject {scaler.Metadata.Name}: its target {scaler.Spec.ScaleTargetRef.Name} is no Deployment of a service; name one";
                continue;
            }

            if (cluster.All<V2HorizontalPodAutoscaler>().Any(other => other.Spec.ScaleTargetRef.Name == target.Name)) yield return $"ScaledObject {scaler.Metadata.Name}: {target.Name} has an autoscaler of its own, and the two would fight; remove one";
            var loops = Services.LoopsOf(Path.Combine("services", target.Service));
            foreach (var metadata in scaler.Spec.Triggers.Where(trigger => trigger.Type == "kafka").Select(trigger => trigger.Metadata))
            {
                if (!loops.Contains((metadata.GetValueOrDefault("topic", ""), metadata.GetValueOrDefault("consumerGroup", ""))))
                    yield return $"ScaledObject {scaler.Metadata.Name}: measures {metadata.GetValueOrDefault("topic")} for {metadata.GetValueOrDefault("consumerGroup")}, but the service is {string.Join(", ", loops)}; set topic and consumerGroup to that";
            }
        }
    }

    public static IEnumerable<(string Scaler, int Most)> Scalers(Cluster cluster, string deployment) =>
        cluster.Custom<ScaledObjectSpec>().Where(it => it.Spec.ScaleTargetRef.Name == deployment).Select(it => ($"ScaledObject {it.Metadata.Name}", it.Spec.MaxReplicaCount))
            .Concat(cluster.All<V2HorizontalPodAutoscaler>().Where(it => it.Spec.ScaleTargetRef.Name == deployment).Select(it => ($"HorizontalPodAutoscaler {it.Metadata.Name}", it.Spec.MaxReplicas)))
            .Concat(cluster.All<V1Deployment>().Where(it => it.Metadata.Name == deployment && it.Spec.Replicas is not null).Select(it => ($"Deployment {it.Metadata.Name}", it.Spec.Replicas!.Value)));

    private static int? PartitionsOf(Cluster cluster, string topic) =>
        cluster.Custom<KafkaTopicSpec>().FirstOrDefault(it => it.Metadata.Name == topic)?.Spec.Partitions ?? cluster.SetupArgument("--partitions");
}

using Driftline.Local;
using Driftline.Schemas;
using k8s.Models;

namespace Driftline.Deploy.Tests.Kubernetes;

/// <summary>What must hold between objects.</summary>
internal static class ClusterPolicies
{
    public static IEnumerable<string> EveryDeploymentHasADisruptionBudget(Cluster cluster)
    {
        foreach (var workload in cluster.Workloads.Where(workload => workload.Kind == "Deployment"))
        {
            var budget = cluster.All<V1PodDisruptionBudget>().FirstOrDefault(budget => workload.Matches(budget.Spec.Selector));
            if (budget is null) yield return $"{workload}: a drained node may take all of its pods; add a PodDisruptionBudget that selects them";
            else if (budget.Spec.MaxUnavailable?.Value is "0" or "0%") yield return $"PodDisruptionBudget {budget.Metadata.Name}: allows no eviction, so no node can be drained; set maxUnavailable: 1";
        }
    }

    public static IEnumerable<string> TrafficIsDeniedByDefault(Cluster cluster)
    {
        if (!cluster.All<V1NetworkPolicy>().Any(policy => SelectsAll(policy.Spec.PodSelector) && policy.Spec.PolicyTypes.Contains("Ingress") && policy.Spec.PolicyTypes.Contains("Egress")
            && policy.Spec.Ingress is not { Count: > 0 } && policy.Spec.Egress is not { Count: > 0 }))
            yield return "NetworkPolicy: none denies all by default; add one with podSelector {} and both policyTypes";
        foreach (var workload in cluster.Workloads.Where(workload => !cluster.All<V1NetworkPolicy>().Any(policy => !SelectsAll(policy.Spec.PodSelector) && workload.Matches(policy.Spec.PodSelector))))
            yield return $"{workload}: no NetworkPolicy allows it anything; add one that selects its pods and lists what it needs";

        static bool SelectsAll(V1LabelSelector? selector) => selector is null || selector.MatchLabels is not { Count: > 0 } && selector.MatchExpressions is not { Count: > 0 };
    }

    /// <summary>The topic operator and <c>setup</c> must not undo each other's work.</summary>
    public static IEnumerable<string> TopicsAreAsSetupMakesThem(Cluster cluster)
    {
        var topics = cluster.Custom<KafkaTopicSpec>().ToList();
        if (topics.Count == 0) yield break;
        if (cluster.SetupArgument("--partitions") is not { } partitions || cluster.SetupArgument("--replication-factor") is not { } copies)
        {
            yield return "Job setup: names no --partitions or no --replication-factor; add both";
            yield break;
        }

        foreach (var extra in topics.Where(topic => Topics.All.All(known => known.Name != topic.Metadata.Name)))
            yield return $"KafkaTopic {extra.Metadata.Name}: is no topic of schemas/Topics.cs; remove it or correct its name";
        foreach (var topic in Topics.All)
        {
            var made = TopicSetup.Specification(topic, partitions, (short)copies);
            var declared = topics.FirstOrDefault(it => it.Metadata.Name == topic.Name)?.Spec;
            if (declared is null)
            {
                yield return $"KafkaTopic {topic.Name}: is missing; add it";
                continue;
            }

            if (declared.Partitions != made.NumPartitions) yield return $"KafkaTopic {topic.Name}: has {declared.Partitions} partitions, setup makes {made.NumPartitions}; make them equal";
            if (declared.Replicas != made.ReplicationFactor) yield return $"KafkaTopic {topic.Name}: has {declared.Replicas} copies, setup makes {made.ReplicationFactor}; make them equal";
            if (!declared.Config.OrderBy(pair => pair.Key, StringComparer.Ordinal).SequenceEqual(made.Configs.OrderBy(pair => pair.Key, StringComparer.Ordinal)))
                yield return $"KafkaTopic {topic.Name}: is kept by {Text(declared.Config)}, setup makes {Text(made.Configs)}; make them equal";
        }

        static string Text(IEnumerable<KeyValuePair<string, string>> config) => string.Join(", ", config.Select(pair => $"{pair.Key}={pair.Value}"));
    }

    /// <summary>A user may read what its program reads, write what it writes, and nothing else.</summary>
    public static IEnumerable<string> UsersMayDoWhatTheirCodeDoes(Cluster cluster)
    {
        var programs = Services.Names.ToDictionary(name => name, name => Path.Combine("services", name));
        programs["release-model"] = "training";
        foreach (var user in cluster.Custom<KafkaUserSpec>().Where(user => programs.ContainsKey(user.Metadata.Name)))
        {
            var folder = programs[user.Metadata.Name];
            var loops = Services.LoopsOf(folder);
            var tables = Services.TablesOf(folder);
            HashSet<string> needed =
            [
                .. loops.Select(loop => $"Read on topic {loop.Topic}"), .. loops.Select(loop => $"Read on group {loop.Group}"),
                .. tables.Select(topic => $"Read on topic {topic}"), .. Services.ReadsOutsideGroups(folder) ? ["Read on group driftline.table"] : Array.Empty<string>(),
                .. Services.WritesOf(folder).Select(topic => $"Write on topic {topic}"),
            ];
            var granted = user.Spec.Authorization.Acls.SelectMany(rule => rule.Operations.Select(operation => $"{operation} on {rule.Resource.Type} {rule.Resource.Name}"))
                .Where(right => !right.StartsWith("Describe ", StringComparison.Ordinal)).ToHashSet();
            foreach (var right in needed.Except(granted)) yield return $"KafkaUser {user.Metadata.Name}: {right} is refused, but {folder} needs it; add it";
            foreach (var right in granted.Except(needed)) yield return $"KafkaUser {user.Metadata.Name}: {right} is granted, but {folder} never does it; remove it";
        }
    }

    public static IEnumerable<string> WhatIsReferredToExists(Cluster cluster)
    {
        var maps = cluster.All<V1ConfigMap>().Select(it => it.Metadata.Name).ToHashSet();
        var claims = cluster.All<V1PersistentVolumeClaim>().Select(it => it.Metadata.Name).ToHashSet();
        var accounts = cluster.All<V1ServiceAccount>().Select(it => it.Metadata.Name).ToHashSet();
        var secrets = cluster.All<V1Secret>().Select(it => it.Metadata.Name)
            .Concat(cluster.Custom<ExternalSecretSpec>().Select(it => it.Spec.Target.Name)).Concat(cluster.Custom<CertificateSpec>().Select(it => it.Spec.SecretName))
            .Concat(cluster.Custom<KafkaUserSpec>().Select(it => it.Metadata.Name)) // the user operator makes them
            .Concat(cluster.Custom<KafkaSpec>().Select(it => $"{it.Metadata.Name}-cluster-ca-cert")).ToHashSet();
        foreach (var workload in cluster.Workloads)
        {
            foreach (var (kind, name, known) in References(workload.Pod, maps, claims, accounts, secrets).Where(reference => !reference.Known.Contains(reference.Name)))
                yield return $"{workload}: refers to {kind} {name}, which is not there; add it or correct the name";
        }

        var deployments = cluster.Workloads.Where(workload => workload.Kind == "Deployment").Select(workload => workload.Name).ToHashSet();
        foreach (var scaler in cluster.All<V2HorizontalPodAutoscaler>().Where(scaler => !deployments.Contains(scaler.Spec.ScaleTargetRef.Name)))
            yield return $"HorizontalPodAutoscaler {scaler.Metadata.Name}: its target {scaler.Spec.ScaleTargetRef.Name} is not there; name a Deployment";
        foreach (var monitor in cluster.Custom<ServiceMonitorSpec>())
        {
            var services = cluster.All<V1Service>().Where(service => monitor.Spec.Selector.MatchLabels.All(pair => service.Metadata.Labels?.TryGetValue(pair.Key, out var value) == true && value == pair.Value)).ToList();
            foreach (var endpoint in monitor.Spec.Endpoints.Where(endpoint => endpoint.Path != "/metrics" || !services.Any(service => service.Spec.Ports.Any(port => port.Name == endpoint.Port))))
                yield return $"ServiceMonitor {monitor.Metadata.Name}: scrapes {endpoint.Port}{endpoint.Path}, which no selected Service has; use the Service's port name and /metrics";
        }

        foreach (var backend in cluster.All<V1Ingress>().SelectMany(ingress => ingress.Spec.Rules.SelectMany(rule => rule.Http.Paths).Select(path => (ingress.Metadata.Name, path.Backend.Service))))
        {
            if (!cluster.All<V1Service>().Any(service => service.Metadata.Name == backend.Service.Name && service.Spec.Ports.Any(port => port.Name == backend.Service.Port.Name)))
                yield return $"Ingress {backend.Name}: leads to {backend.Service.Name}:{backend.Service.Port.Name}, which is not there; name a Service and its port";
        }
    }

    private static IEnumerable<(string Kind, string Name, HashSet<string> Known)> References(V1PodSpec pod, HashSet<string> maps, HashSet<string> claims, HashSet<string> accounts, HashSet<string> secrets)
    {
        if (pod.ServiceAccountName is { } account) yield return ("ServiceAccount", account, accounts);
        foreach (var volume in pod.Volumes ?? [])
        {
            if (volume.PersistentVolumeClaim is { } claim) yield return ("PersistentVolumeClaim", claim.ClaimName, claims);
            if (volume.Secret is { } secret) yield return ("Secret", secret.SecretName, secrets);
            if (volume.ConfigMap is { } map) yield return ("ConfigMap", map.Name, maps);
        }

        foreach (var container in pod.Containers)
        {
            foreach (var from in container.EnvFrom ?? []) yield return from.ConfigMapRef is { } map ? ("ConfigMap", map.Name, maps) : ("Secret", from.SecretRef.Name, secrets);
            foreach (var variable in container.Env ?? [])
            {
                if (variable.ValueFrom?.SecretKeyRef is { } secret) yield return ("Secret", secret.Name, secrets);
                if (variable.ValueFrom?.ConfigMapKeyRef is { } map) yield return ("ConfigMap", map.Name, maps);
            }
        }
    }
}

using k8s.Models;

namespace Driftline.Deploy.Tests.Kubernetes;

/// <summary>The objects of one deployment, and where one leads to another.</summary>
internal sealed record Cluster(string Yaml, IReadOnlyList<object> Objects)
{
    public IEnumerable<T> All<T>() => Objects.OfType<T>();

    public IEnumerable<Custom<TSpec>> Custom<TSpec>() where TSpec : class => All<Custom<TSpec>>();

    /// <summary>Everything that makes pods.</summary>
    public IEnumerable<Workload> Workloads =>
        All<V1Deployment>().Select(it => new Workload("Deployment", it.Metadata, it.Spec.Template) { Rollout = it.Spec.Strategy?.RollingUpdate })
            .Concat(All<V1StatefulSet>().Select(it => new Workload("StatefulSet", it.Metadata, it.Spec.Template)))
            .Concat(All<V1Job>().Select(it => new Workload("Job", it.Metadata, it.Spec.Template)))
            .Concat(All<V1CronJob>().Select(it => new Workload("CronJob", it.Metadata, it.Spec.JobTemplate.Spec.Template)))
            .Concat(All<V1Pod>().Select(it => new Workload("Pod", it.Metadata, new V1PodTemplateSpec { Metadata = it.Metadata, Spec = it.Spec })));

    public IEnumerable<(Workload Workload, V1Container Container)> Containers =>
        Workloads.SelectMany(workload => (workload.Pod.InitContainers ?? []).Concat(workload.Pod.Containers).Select(container => (workload, container)));

    /// <summary>What <c>setup</c> is told to make: its <c>--partitions</c> and <c>--replication-factor</c>.</summary>
    public int? SetupArgument(string option)
    {
        var arguments = Workloads.SingleOrDefault(it => it is { Kind: "Job", Name: "setup" })?.Pod.Containers[0].Args;
        return arguments?.IndexOf(option) is { } at and >= 0 ? int.Parse(arguments[at + 1], System.Globalization.CultureInfo.InvariantCulture) : null;
    }

    /// <summary>Environment of a container by key. Values that only a secret store knows are null.</summary>
    public Dictionary<string, string?> EnvironmentOf(V1Container container)
    {
        var environment = new Dictionary<string, string?>(StringComparer.Ordinal);
        foreach (var from in container.EnvFrom ?? [])
        {
            foreach (var (key, value) in from.ConfigMapRef is { } map ? ConfigMap(map.Name) : Secret(from.SecretRef.Name)) environment[key] = value;
        }

        foreach (var variable in container.Env ?? []) environment[variable.Name] = variable.Value;
        return environment;
    }

    private IEnumerable<KeyValuePair<string, string?>> ConfigMap(string name) =>
        All<V1ConfigMap>().Where(map => map.Metadata.Name == name).SelectMany(map => map.Data ?? new Dictionary<string, string>())
            .Select(pair => KeyValuePair.Create(pair.Key, (string?)pair.Value));

    private IEnumerable<KeyValuePair<string, string?>> Secret(string name) =>
        All<V1Secret>().Where(secret => secret.Metadata.Name == name).SelectMany(secret => secret.StringData ?? new Dictionary<string, string>())
            .Select(pair => KeyValuePair.Create(pair.Key, (string?)pair.Value))
            .Concat(Custom<ExternalSecretSpec>().Where(secret => secret.Spec.Target.Name == name).SelectMany(secret => secret.Spec.Data)
                .Select(entry => KeyValuePair.Create(entry.SecretKey, (string?)null)));
}

/// <summary>One thing that makes pods.</summary>
internal sealed record Workload(string Kind, V1ObjectMeta Metadata, V1PodTemplateSpec Template)
{
    public string Name => Metadata.Name;

    public V1PodSpec Pod => Template.Spec;

    public V1RollingUpdateDeployment? Rollout { get; init; }

    /// <summary>The service's folder under services/, if one of ours runs in it; by the image's name.</summary>
    public string? Service => Pod.Containers.Select(container => ImageName.Of(container.Image)).FirstOrDefault(Services.Names.Contains);

    public bool Matches(V1LabelSelector? selector)
    {
        var labels = Template.Metadata?.Labels ?? new Dictionary<string, string>();
        return selector is not null
            && (selector.MatchLabels ?? new Dictionary<string, string>()).All(pair => labels.TryGetValue(pair.Key, out var value) && value == pair.Value)
            && (selector.MatchExpressions ?? []).All(expression => expression.OperatorProperty == "In"
                && labels.TryGetValue(expression.Key, out var value) && expression.Values.Contains(value));
    }

    public override string ToString() => $"{Kind} {Name}";
}

internal static class ImageName
{
    /// <summary><c>registry:5000/driftline/ingestor:1.0</c> is <c>ingestor</c>.</summary>
    public static string Of(string image)
    {
        var name = image[(image.LastIndexOf('/') + 1)..];
        return name[..(name.IndexOfAny([':', '@']) is var end and >= 0 ? end : name.Length)];
    }

    /// <summary>One of this repository's own: <c>driftline/</c> is in its path.</summary>
    public static bool IsOurs(string image) => image.Contains("driftline/", StringComparison.Ordinal);

    /// <summary>Null where an image is pinned to a version or a digest, else what is wrong.</summary>
    public static string? WhyUnpinned(string image)
    {
        if (image.Contains("@sha256:", StringComparison.Ordinal)) return null;
        var name = image[(image.LastIndexOf('/') + 1)..];
        if (!name.Contains(':', StringComparison.Ordinal)) return $"image {image} has no tag, which means latest: name a version";
        return name.EndsWith(":latest", StringComparison.Ordinal) ? $"image {image} changes under you: name a version instead of latest" : null;
    }
}

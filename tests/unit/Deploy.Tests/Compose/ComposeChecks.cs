using System.Globalization;
using System.Text.RegularExpressions;
using Driftline.Deploy.Tests.Images;
using Driftline.Deploy.Tests.Kubernetes;

namespace Driftline.Deploy.Tests.Compose;

/// <summary>What must hold of the compose file; findings name the service and the fix.</summary>
internal static partial class ComposeChecks
{
    /// <summary>Made by whoever runs the stack.</summary>
    private static readonly string[] MadeLater = ["./models", "./models/encoders", "./keys"];

    [GeneratedRegex(@"^(?:https?://)?([a-z][a-z-]*):(\d+)/?$")]
    private static partial Regex HostAndPort { get; }

    [GeneratedRegex("\"([a-z][a-z-]*):([0-9]+)\"")]
    private static partial Regex Target { get; }

    public static IEnumerable<string> ImagesArePinned(ComposeFile file) =>
        from service in file.Services
        let reason = service.Value.Image is null ? "names no image" : ImageName.WhyUnpinned(service.Value.Image)
        where reason is not null
        select $"{service.Key}: {reason}";

    public static IEnumerable<string> DockerfilesExist(ComposeFile file)
    {
        foreach (var (name, build) in file.Services.Where(service => service.Value.Build is not null).Select(service => (service.Key, service.Value.Build!)))
        {
            if (!Dockerfile.All.Contains(build.Dockerfile) || build.Context != "..") yield return $"{name}: is built from {build.Context} by {build.Dockerfile}, which is no Dockerfile of the repository; correct the path";
            else if (build.Args.Keys.Except(Dockerfile.Open(build.Dockerfile).Of("ARG").Select(argument => argument.Split('=')[0])).FirstOrDefault() is { } unknown)
                yield return $"{name}: passes {unknown}, which {build.Dockerfile} does not take; remove it";
        }

        foreach (var missing in Services.Names.Except(file.Services.Keys)) yield return $"{missing}: is not in the file; add it";
    }

    public static IEnumerable<string> MountedFilesExist(ComposeFile file)
    {
        var folder = Path.GetDirectoryName(ComposeFile.Path)!;
        foreach (var (name, source) in file.Services.SelectMany(service => service.Value.Volumes.Select(volume => (service.Key, volume.Split(':')[0]))))
        {
            if (!source.StartsWith("./", StringComparison.Ordinal))
            {
                if (!file.Volumes.ContainsKey(source)) yield return $"{name}: mounts the volume {source}, which is not declared; add it to volumes";
                continue;
            }

            if (MadeLater.Contains(source)) continue;
            if (!Path.Exists(Path.Combine(folder, source))) yield return $"{name}: mounts {source}, which is not in deploy/; correct the path";
        }
    }

    public static IEnumerable<string> PortsAreTheImages(ComposeFile file)
    {
        foreach (var (name, service) in file.Services)
        {
            foreach (var port in service.Ports)
            {
                if (!port.StartsWith("127.0.0.1:", StringComparison.Ordinal)) yield return $"{name}: publishes {port} on every address of the machine; write 127.0.0.1:HOST:CONTAINER";
                if (!Services.Names.Contains(name)) continue;
                var exposed = Dockerfile.Open(service.Build!.Dockerfile).Of("EXPOSE").SingleOrDefault();
                if (port.Split(':')[^1] != exposed) yield return $"{name}: maps container port {port.Split(':')[^1]}, but its image listens on {exposed}; map that";
            }
        }
    }

    public static IEnumerable<string> SettingsFitTheOptions(ComposeFile file) =>
        from name in Services.Names
        where file.Services.ContainsKey(name)
        from problem in Services.Misfits(name, file.Services[name].Environment.ToDictionary(pair => pair.Key, pair => (string?)pair.Value, StringComparer.Ordinal))
        select $"{name}: {problem}";

    /// <summary>Prometheus scrapes services of this file, ours at the port that their image listens on.</summary>
    /// <param name="prometheus">Text of deploy/prometheus/prometheus.yml.</param>
    public static IEnumerable<string> ScrapedTargetsAreServices(ComposeFile file, string prometheus)
    {
        foreach (var (host, port) in Target.Matches(prometheus).Select(match => (match.Groups[1].Value, match.Groups[2].Value)))
        {
            if (!file.Services.ContainsKey(host)) yield return $"prometheus.yml: has the target {host}:{port}, but {host} is no service of compose.yaml; correct it";
            else if (Services.Names.Contains(host) && Dockerfile.Open($"services/{host}/Dockerfile").Of("EXPOSE").Single() is var exposed && exposed != port)
                yield return $"prometheus.yml: asks {host} at {port}, but its image listens on {exposed}; correct the port";
        }
    }

    /// <summary>A host in a setting is a service of this file.</summary>
    public static IEnumerable<string> HostsAreServices(ComposeFile file) =>
        from service in file.Services.Where(service => service.Value.Build is not null)
        from setting in service.Value.Environment
        let match = HostAndPort.Match(setting.Value)
        where match.Success && !file.Services.ContainsKey(match.Groups[1].Value)
        select $"{service.Key}: {setting.Key} names the host {match.Groups[1].Value}, which is no service here; correct it";

    public static IEnumerable<string> DependenciesCanBeMet(ComposeFile file)
    {
        foreach (var (name, other, condition) in file.Services.SelectMany(service => service.Value.DependsOn.Select(on => (service.Key, on.Key, on.Value.Condition))))
        {
            if (!file.Services.TryGetValue(other, out var service)) yield return $"{name}: waits for {other}, which is no service here; correct it";
            else if (condition == "service_healthy" && service.Healthcheck is null) yield return $"{name}: waits for {other} to be healthy, but it has no healthcheck; add one";
        }
    }

    /// <summary>All but what is run by hand, and what others wait for to end.</summary>
    public static IEnumerable<string> WhatStaysUpIsRestarted(ComposeFile file)
    {
        var ends = file.Services.Values.SelectMany(service => service.DependsOn).Where(on => on.Value.Condition == "service_completed_successfully").Select(on => on.Key).ToHashSet();
        return from service in file.Services
               where service.Value is { Restart: null, Profiles.Count: 0 } && !ends.Contains(service.Key)
               select $"{service.Key}: stays down once it fails; add restart: unless-stopped";
    }

    /// <summary>Where Kafka's records are; Redis' image keeps them in /data, a volume here.</summary>
    public static IEnumerable<string> WhatMustNotBeLostIsInAVolume(ComposeFile file)
    {
        var kafka = file.Services["kafka"];
        if (!kafka.Volumes.Exists(volume => kafka.Environment.GetValueOrDefault("KAFKA_LOG_DIRS", "").StartsWith(volume.Split(':')[1] + "/", StringComparison.Ordinal)))
            yield return "kafka: keeps its records in the container and loses them with it; put KAFKA_LOG_DIRS into a volume";
        if (!file.Services["redis"].Volumes.Contains("redis:/data")) yield return "redis: keeps its data in the container and loses them with it; mount redis:/data";
    }

    public static IEnumerable<string> OurServicesAreHardenedAndDrain(ComposeFile file)
    {
        foreach (var (name, service) in file.Services.Where(service => service.Value.Build is not null))
        {
            if (!service.ReadOnly || !service.CapDrop.Contains("ALL") || !service.SecurityOpt.Contains("no-new-privileges:true")) yield return $"{name}: can change its root or gain rights; merge <<: *hardened";
            if (!service.Tmpfs.Contains("/tmp")) yield return $"{name}: .NET needs a /tmp that can be written; add it to tmpfs";
            if (!Services.Names.Contains(name)) continue;
            var grace = TimeSpan.FromSeconds(int.Parse(service.StopGracePeriod?.TrimEnd('s') ?? "10", CultureInfo.InvariantCulture));
            if (grace <= Services.DrainBudget) yield return $"{name}: is killed after {grace.TotalSeconds} s, but drains for up to {Services.DrainBudget.TotalSeconds} s; raise stop_grace_period";
        }
    }
}

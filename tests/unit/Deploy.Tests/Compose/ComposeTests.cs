using Xunit;
using YamlDotNet.Core;

namespace Driftline.Deploy.Tests.Compose;

public sealed class ComposeTests
{
    private static readonly Dictionary<string, Func<ComposeFile, IEnumerable<string>>> Checks = new Func<ComposeFile, IEnumerable<string>>[]
    {
        ComposeChecks.ImagesArePinned, ComposeChecks.DockerfilesExist, ComposeChecks.MountedFilesExist, ComposeChecks.PortsAreTheImages, ComposeChecks.SettingsFitTheOptions,
        ComposeChecks.HostsAreServices, ComposeChecks.DependenciesCanBeMet, ComposeChecks.OurServicesAreHardenedAndDrain,
        ComposeChecks.WhatStaysUpIsRestarted, ComposeChecks.WhatMustNotBeLostIsInAVolume,
    }.ToDictionary(check => check.Method.Name, StringComparer.Ordinal);

    private static readonly string Yaml = File.ReadAllText(ComposeFile.Path);

    public static TheoryData<string> Names => [.. Checks.Keys];

    public static TheoryData<string, string, string, string> Breakages => new()
    {
        { "ImagesArePinned", "apache/kafka:4.1.0", "apache/kafka:latest", "kafka: image apache/kafka:latest changes under you" },
        { "DockerfilesExist", "dockerfile: services/ingestor/Dockerfile", "dockerfile: services/ingester/Dockerfile", "ingestor: is built from" },
        { "DockerfilesExist", "{ TORCH_DEVICE:", "{ TORCH:", "predictor: passes TORCH, which services/predictor/Dockerfile does not take" },
        { "DockerfilesExist", "  recommender:", "  recommendations:", "recommender: is not in the file" },
        { "MountedFilesExist", "  redis:\n  prometheus:", "  prometheus:", "redis: mounts the volume redis, which is not declared" },
        { "MountedFilesExist", "./models:/models:ro", "./k8s/models:/models:ro", "mounts ./k8s/models" },
        { "PortsAreTheImages", "127.0.0.1:5080:8080", "127.0.0.1:5080:5080", "its image listens on 8080" },
        { "PortsAreTheImages", "127.0.0.1:5080:8080", "5080:8080", "on every address" },
        { "SettingsFitTheOptions", "Recommender__IngestorUrl", "Recommender__Ingestor", "Ingestor" },
        { "SettingsFitTheOptions", "Kafka__BootstrapServers", "Kafka__Brokers", "Kafka:BootstrapServers is missing" },
        { "HostsAreServices", "http://registry:8081", "http://schema-registry:8081", "names the host schema-registry" },
        { "DependenciesCanBeMet", "redis: { condition: service_healthy }", "garnet: { condition: service_healthy }", "waits for garnet" },
        { "OurServicesAreHardenedAndDrain", "stop_grace_period: 30s", "stop_grace_period: 15s", "drains for up to 20 s" },
        { "WhatStaysUpIsRestarted", "apache/kafka:4.1.0\n    restart: unless-stopped", "apache/kafka:4.1.0", "kafka: stays down" },
        { "WhatMustNotBeLostIsInAVolume", "KAFKA_LOG_DIRS: /var/lib/kafka/data/logs", "KAFKA_LOG_DIRS: /tmp/logs", "kafka: " },
        { "OurServicesAreHardenedAndDrain", "read_only: true", "read_only: false", "merge <<: *hardened" },
    };

    [Theory]
    [MemberData(nameof(Names))]
    public void TheComposeFileIsAsItShouldBe(string check) => Findings.AreNone(Checks[check](ComposeFile.Read(Yaml)));

    [Theory]
    [MemberData(nameof(Breakages))]
    public void AComposeFileThatIsWrongIsFound(string check, string right, string wrong, string told)
    {
        Assert.Contains(right, Yaml, StringComparison.Ordinal);

        var findings = Checks[check](ComposeFile.Read(Yaml.Replace(right, wrong, StringComparison.Ordinal)));

        Assert.Contains(findings, finding => finding.Contains(told, StringComparison.Ordinal));
    }

    [Fact]
    public void PrometheusScrapesWhatIsThere()
    {
        var path = Path.Combine(Path.GetDirectoryName(ComposeFile.Path)!, "prometheus", "prometheus.yml");
        Assert.SkipUnless(File.Exists(path), "deploy/prometheus/prometheus.yml is not part of this checkout.");

        Findings.AreNone(ComposeChecks.ScrapedTargetsAreServices(ComposeFile.Read(Yaml), File.ReadAllText(path)));
    }

    [Theory]
    [InlineData("targets: [ \"ingester:8080\" ]", "ingester is no service")]
    [InlineData("targets: [ \"ingestor:5080\" ]", "its image listens on 8080")]
    public void ATargetThatIsNotThereIsFound(string prometheus, string told) =>
        Assert.Contains(told, Assert.Single(ComposeChecks.ScrapedTargetsAreServices(ComposeFile.Read(Yaml), prometheus)), StringComparison.Ordinal);

    [Fact]
    public void AMemberThatComposeDoesNotKnowIsAnError() =>
        Assert.ThrowsAny<YamlException>(() => ComposeFile.Read(Yaml.Replace("stop_grace_period", "stop_grace_time", StringComparison.Ordinal)));

    [Fact]
    public void MergedSettingsAreSeen() => // else every check above would look at less than Docker does
        Assert.Equal("kafka:9092", ComposeFile.Read(Yaml).Services["predictor"].Environment["Kafka__BootstrapServers"]);

    [Fact]
    public void KafkaRegistryRedisAndMonitoringStandBesideTheServices() =>
        Assert.Empty(new[] { "kafka", "registry", "redis", "setup", "prometheus", "alertmanager", "grafana" }.Except(ComposeFile.Read(Yaml).Services.Keys));
}

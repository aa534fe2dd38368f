using System.Collections.Concurrent;
using System.ComponentModel.DataAnnotations;
using System.Reflection;
using System.Text.RegularExpressions;
using Confluent.Kafka;
using Driftline.Hosting;
using Driftline.Hosting.Security;
using Driftline.Local;
using Driftline.Schemas;
using Driftline.Streaming;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Driftline.Deploy.Tests;

/// <summary>What the code itself says of each service: its settings, its topics, how long it drains.</summary>
internal static partial class Services
{
    public const string Live = "/health/live", Ready = "/health/ready";

    /// <summary>Stands for a value that only a secret store knows; valid base64, as keys are.</summary>
    private const string Unknown = "c2VjcmV0";

    private static readonly ConcurrentDictionary<string, IReadOnlyDictionary<string, Type>> Sections = new(StringComparer.Ordinal);

    /// <summary>Sections that are bound onto Confluent's own configuration classes.</summary>
    private static readonly Dictionary<string, Type> ClientSections = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Client"] = typeof(ClientConfig),
        ["Consumer"] = typeof(ConsumerConfig),
        ["Producer"] = typeof(ProducerConfig),
        ["Admin"] = typeof(AdminClientConfig),
    };

    /// <summary>Keys at the root that the host, the runtime and the telemetry SDK read.</summary>
    [GeneratedRegex("^(Urls|ExitWithParent|DRIFTLINE_CACHE|DOTNET_(EnableDiagnostics|gcServer|GCHeapHardLimitPercent)|OTEL_(EXPORTER_OTLP|RESOURCE|SERVICE|TRACES|BSP|METRIC)_[A-Z_]+|OTEL_RESOURCE_ATTRIBUTES)$")]
    private static partial Regex RootKey { get; }

    [GeneratedRegex(@"AddConsumerLoop<\w+, \w+>\(Topics\.(\w+)\.Name, ""([^""]+)""")]
    private static partial Regex Loop { get; }

    [GeneratedRegex(@"AddTable<\w+, \w+>\(Topics\.(\w+)(?:\.Of\(\w+\))?\.Name")]
    private static partial Regex Table { get; }

    [GeneratedRegex(@"(?:(?:Send|Deliver)Async\(\s*|var (?<local>\w+) = (?=[\s\S]*?(?:Send|Deliver)Async\(\s*\k<local>,)|AddStreaming\(""[^""]+"", )Topics\.(\w+)(?:\.Of\([\w.]+\))?\.Name")]
    private static partial Regex Write { get; }

    public static IReadOnlyList<string> Names { get; } = [.. LocalService.All.Select(service => service.Name)];

    /// <summary>Longest drain on SIGTERM, from the host that every service is built with.</summary>
    public static TimeSpan DrainBudget { get; } = ReadDrainBudget();

    /// <summary>Where Kestrel listens without any environment: <c>Urls</c> of the service's appsettings.json.</summary>
    public static string UrlsOf(string service) =>
        new ConfigurationBuilder().AddJsonFile(Path.Combine(Checkout.Root, "services", service, "appsettings.json")).Build()["Urls"]!;

    /// <summary>Topic and group of each consumer loop of a program.</summary>
    public static IReadOnlyList<(string Topic, string Group)> LoopsOf(string folder) =>
        [.. Sources(folder).SelectMany(source => Loop.Matches(source)).Select(match => (TopicNamed(match.Groups[1].Value), match.Groups[2].Value))];

    /// <summary>Topics that a program reads whole, outside any group.</summary>
    public static IReadOnlyList<string> TablesOf(string folder) => [.. Sources(folder).SelectMany(source => Table.Matches(source)).Select(match => TopicNamed(match.Groups[1].Value)).Distinct()];

    /// <summary>Whether a program reads topics outside its consumer groups: tables, or a replay from the oldest record on.</summary>
    public static bool ReadsOutsideGroups(string folder) => TablesOf(folder).Count > 0 || Sources(folder).Any(source => source.Contains("TopicReplay", StringComparison.Ordinal));

    /// <summary>Topics that a program writes, the one of its dead letters too.</summary>
    public static IReadOnlyList<string> WritesOf(string folder) => [.. Sources(folder).SelectMany(source => Write.Matches(source)).Select(match => TopicNamed(match.Groups[1].Value)).Distinct()];

    /// <summary>What is wrong with a service's environment: keys that nothing reads, values that do not fit, required ones that are missing.</summary>
    /// <param name="environment">Values by environment key (<c>Section__Key</c>); null where a value is known only at the cluster.</param>
    public static IEnumerable<string> Misfits(string service, IReadOnlyDictionary<string, string?> environment)
    {
        var sections = SectionsOf(service);
        var given = new ConfigurationBuilder().AddInMemoryCollection(environment.Select(pair => KeyValuePair.Create<string, string?>(pair.Key.Replace("__", ":", StringComparison.Ordinal), pair.Value ?? Unknown))).Build();
        foreach (var root in given.GetChildren())
        {
            if (sections.ContainsKey(root.Key) || root.Key == "Logging" || RootKey.IsMatch(root.Key)) continue;
            yield return $"{root.Key} is read by nothing in {service}; its sections are {string.Join(", ", sections.Keys.Order())}";
        }

        var all = new ConfigurationBuilder().AddJsonFile(Path.Combine(Checkout.Root, "services", service, "appsettings.json")).AddConfiguration(given).Build();
        foreach (var (section, type) in sections)
        {
            // The ingestor has no Redis, and one ConfigMap and one Secret serve all four.
            if (!UsesSection(service, section)) continue;
            foreach (var problem in Bind(all.GetSection(section), type)) yield return problem;
        }
    }

    /// <summary>The options class of each configuration section that a service reads.</summary>
    public static IReadOnlyDictionary<string, Type> SectionsOf(string service) => Sections.GetOrAdd(service, FindSections);

    private static IEnumerable<string> Bind(IConfigurationSection section, Type type)
    {
        var kafka = type == typeof(KafkaOptions);
        var own = new ConfigurationBuilder().AddInMemoryCollection(section.AsEnumerable(makePathsRelative: true)
            .Where(pair => pair.Value is not null && !(kafka && ClientSections.ContainsKey(pair.Key.Split(':')[0])))).Build();
        var options = Activator.CreateInstance(type, nonPublic: true)!;
        if (WhyUnbound(own, options) is { } reason) yield return $"{section.Path}: {reason}";
        var results = new List<ValidationResult>();
        Validator.TryValidateObject(options, new ValidationContext(options), results, validateAllProperties: true);
        foreach (var result in results) yield return result.ErrorMessage!;
        if (!kafka) yield break;
        foreach (var (name, client) in ClientSections)
        {
            if (WhyUnbound(section.GetSection(name), Activator.CreateInstance(client)!) is { } wrong) yield return $"{section.Path}:{name}: {wrong}";
        }
    }

    private static string? WhyUnbound(IConfiguration section, object options)
    {
        try
        {
            section.Bind(options, binder => binder.ErrorOnUnknownConfiguration = true);
            return null;
        }
        catch (InvalidOperationException e)
        {
            return e.Message;
        }
    }

    private static bool UsesSection(string service, string section) =>
        section != RedisOptions.Section || Sources(Path.Combine("services", service)).Any(source => source.Contains("AddRedis()", StringComparison.Ordinal));

    private static Dictionary<string, Type> FindSections(string service)
    {
        var assembly = Assembly.LoadFrom(LocalService.All.Single(it => it.Name == service).ProgramPath);
        var found = new Dictionary<string, Type>(StringComparer.OrdinalIgnoreCase)
        {
            [KafkaOptions.Section] = typeof(KafkaOptions),
            [SchemaRegistryOptions.Section] = typeof(SchemaRegistryOptions),
            [RedisOptions.Section] = typeof(RedisOptions),
            [PrivacyOptions.Section] = typeof(PrivacyOptions),
            [HttpOptions.Section] = typeof(HttpOptions),
            [SecurityOptions.Section] = typeof(SecurityOptions),
        };
        if (LoopsOf(Path.Combine("services", service)).Count > 0) found["Loop"] = typeof(ConsumerLoopOptions);
        foreach (var type in assembly.GetTypes().Where(type => type.Name.EndsWith("Options", StringComparison.Ordinal)))
        {
            if (type.GetField("Section", BindingFlags.Public | BindingFlags.Static)?.GetRawConstantValue() is string section) found[section] = type;
        }

        return found;
    }

    private static IEnumerable<string> Sources(string folder) => Directory.EnumerateFiles(Path.Combine(Checkout.Root, folder), "*.cs", SearchOption.AllDirectories)
        .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal)).Select(File.ReadAllText);

    private static string TopicNamed(string field) => ((Topic)typeof(Topics).GetField(field)!.GetValue(null)!).Name;

    private static TimeSpan ReadDrainBudget()
    {
        using var app = ServiceDefaults.CreateService([], "deploy-tests").Build();
        return app.Services.GetRequiredService<IOptions<HostOptions>>().Value.ShutdownTimeout;
    }
}

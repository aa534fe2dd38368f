using YamlDotNet.Core;
using YamlDotNet.Serialization;
using YamlDotNet.Serialization.NamingConventions;

namespace Driftline.Deploy.Tests.Compose;

/// <summary>The members of the Compose specification that deploy/compose.yaml uses; any other is an error.</summary>
internal sealed record ComposeFile
{
    public static string Path { get; } = System.IO.Path.Combine(Checkout.Root, "deploy", "compose.yaml");

    public required string Name { get; init; }

    [YamlMember(Alias = "x-hardened", ApplyNamingConventions = false)]
    public ComposeService? Hardened { get; init; }

    [YamlMember(Alias = "x-service", ApplyNamingConventions = false)]
    public ComposeService? Service { get; init; }

    public required Dictionary<string, ComposeService> Services { get; init; }

    public Dictionary<string, object?> Volumes { get; init; } = [];

    /// <exception cref="YamlException">A member is unknown or of the wrong type.</exception>
    /// <remarks>A key that is merged and then written again counts as written last, as in Docker.</remarks>
    public static ComposeFile Read(string yaml) => new DeserializerBuilder().WithNamingConvention(UnderscoredNamingConvention.Instance).Build()
        .Deserialize<ComposeFile>(new MergingParser(new Parser(new StringReader(yaml))));
}

internal sealed record ComposeService
{
    public string? Image { get; init; }

    public ComposeBuild? Build { get; init; }

    public List<string> Command { get; init; } = [];

    public Dictionary<string, string> Environment { get; init; } = [];

    public List<string> Ports { get; init; } = [];

    public List<string> Volumes { get; init; } = [];

    public Dictionary<string, ComposeDependency> DependsOn { get; init; } = [];

    public ComposeHealth? Healthcheck { get; init; }

    public string? Restart { get; init; }

    public List<string> Profiles { get; init; } = [];

    public bool ReadOnly { get; init; }

    public List<string> Tmpfs { get; init; } = [];

    public List<string> CapDrop { get; init; } = [];

    public List<string> SecurityOpt { get; init; } = [];

    public string? StopGracePeriod { get; init; }

    public string? User { get; init; }
}

internal sealed record ComposeBuild
{
    public required string Context { get; init; }

    public required string Dockerfile { get; init; }

    public Dictionary<string, string> Args { get; init; } = [];
}

internal sealed record ComposeDependency
{
    public required string Condition { get; init; }
}

internal sealed record ComposeHealth
{
    public required List<string> Test { get; init; }

    public required string Interval { get; init; }

    public required string Timeout { get; init; }

    public required int Retries { get; init; }
}

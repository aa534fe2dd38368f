using System.CommandLine;
using System.CommandLine.Parsing;
using System.Net.Http.Headers;
using Confluent.Kafka;
using Confluent.SchemaRegistry;
using Driftline.Client;
using Microsoft.Extensions.Configuration;

namespace Driftline.Cli;

/// <summary>Where the pipeline is: an option, else the environment, under the services' own keys where they have one.</summary>
internal static class Connections
{
    public static readonly Option<Uri?> Ingestor = new("--ingestor") { Description = "The ingestor's address. Else Driftline__IngestorUrl, else http://127.0.0.1:5080.", CustomParser = Address };
    public static readonly Option<Uri?> Recommender = new("--recommender") { Description = "The recommender's address. Else Driftline__RecommenderUrl, else http://127.0.0.1:5081.", CustomParser = Address };
    public static readonly Option<string?> Key = new("--key") { Description = "The API key or token that the services ask for. Else Driftline__Key, which no list of processes shows.", Recursive = true };
    public static readonly Option<string?> Kafka = new("--kafka") { Description = "The brokers, HOST:PORT[,...]. Else Kafka__BootstrapServers. Further settings as for the services: Kafka__Client__SecurityProtocol and so on." };
    public static readonly Option<Uri?> Registry = new("--registry") { Description = "The Schema Registry's address. Else SchemaRegistry__Url.", CustomParser = Address };
    public static readonly Option<double> Wait = new("--wait") { Description = "Seconds that a service which is away is waited for.", DefaultValueFactory = _ => 10, Recursive = true, CustomParser = Bounds.Between(0, 86_400) };

    private static readonly IConfiguration Environment = new ConfigurationBuilder().AddEnvironmentVariables().Build();

    public static Task<int> WithIngestorAsync(ParseResult parsed, Func<IngestorClient, Task<int>> work) => WithAsync(
        parsed, Ingestor, "Driftline:IngestorUrl", "http://127.0.0.1:5080", (http, retry) => work(new IngestorClient(http, retry)));

    public static Task<int> WithRecommenderAsync(ParseResult parsed, Func<RecommenderClient, Task<int>> work) => WithAsync(
        parsed, Recommender, "Driftline:RecommenderUrl", "http://127.0.0.1:5081", (http, retry) => work(new RecommenderClient(http, retry)));

    /// <exception cref="CommandException">Nothing says where the brokers are.</exception>
    public static ClientConfig KafkaClient(ParseResult parsed)
    {
        var client = new ClientConfig();
        Environment.GetSection("Kafka:Client").Bind(client);
        client.BootstrapServers = Text(parsed.GetValue(Kafka)) ?? Text(Environment["Kafka:BootstrapServers"])
            ?? throw new CommandException("Where is Kafka? Give its brokers by --kafka HOST:PORT or in Kafka__BootstrapServers; `dotnet run --project local` prints its own.");
        return client;
    }

    /// <exception cref="CommandException">Nothing says where the registry is.</exception>
    public static SchemaRegistryConfig RegistryClient(ParseResult parsed)
    {
        var client = new SchemaRegistryConfig();
        Environment.GetSection("SchemaRegistry:Client").Bind(client);
        client.Url = Text(parsed.GetValue(Registry)?.ToString()) ?? Text(Environment["SchemaRegistry:Url"])
            ?? throw new CommandException("Where is the Schema Registry? Give its address by --registry URL or in SchemaRegistry__Url; `dotnet run --project local` prints its own.");
        return client;
    }

    private static async Task<int> WithAsync(ParseResult parsed, Option<Uri?> option, string key, string usual, Func<HttpClient, RetryOptions, Task<int>> work)
    {
        var variable = key.Replace(":", "__", StringComparison.Ordinal);
        var address = parsed.GetValue(option)?.ToString() ?? Text(Environment[key]) ?? usual;
        if (!Uri.TryCreate(address.TrimEnd('/') + "/", UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
            throw new CommandException($"{variable} must be an http or https address, e.g. {usual}; it is '{address}'.");
        using var http = new HttpClient { BaseAddress = url, Timeout = Timeout.InfiniteTimeSpan };
        if ((Text(parsed.GetValue(Key)) ?? Text(Environment["Driftline:Key"])) is { } token)
        {
            if (!AuthenticationHeaderValue.TryParse($"Bearer {token.Trim()}", out var authorization)) throw new CommandException("The key holds characters that no key has: check --key or Driftline__Key.");
            http.DefaultRequestHeaders.Authorization = authorization;
        }

        var wait = TimeSpan.FromSeconds(parsed.GetValue(Wait));
        var retry = new RetryOptions
        {
            GiveUpAfter = wait,
            OnRetry = notice => { if (notice.Attempt == 1) Shown.Note($"{url} cannot answer now ({notice.Reason}); trying again for {wait.TotalSeconds:0.#} s"); },
        };
        try
        {
            return await work(http, retry);
        }
        catch (DriftlineException e) when (e.Status is null)
        {
            throw new CommandException($"{e.Message} Another address: {option.Name} URL, or {variable}.");
        }
    }

    private static Uri? Address(ArgumentResult result)
    {
        var text = result.Tokens[^1].Value;
        if (Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is ("http" or "https")) return address;
        result.AddError($"'{text}' is no address: give one such as http://127.0.0.1:5080.");
        return null;
    }

    private static string? Text(string? text) => string.IsNullOrWhiteSpace(text) ? null : text;
}

using System.Text.Json;
using System.Text.Json.Serialization;

namespace Driftline.Local.Capacity;

/// <summary>CPU of a part as a straight line over the events per second: what it uses while nothing happens, and what each event adds.</summary>
/// <param name="IdleCores">CPU seconds per second of one process without events.</param>
/// <param name="SecondsPerEvent">CPU seconds that each event adds.</param>
public sealed record CpuCost(double IdleCores, double SecondsPerEvent)
{
    /// <summary>CPU seconds per second.</summary>
    public double Cores(double eventsPerSecond) => IdleCores + SecondsPerEvent * eventsPerSecond;
}

/// <summary>What the parts were measured to cost; made by <c>bench capacity</c>, kept in docs/capacity.</summary>
/// <param name="Machine">Where.</param>
/// <param name="Cpu">By part: the four services, <c>redis</c> and <c>broker</c> (the test broker, no measure of Kafka).</param>
/// <param name="SecondsPerRequest">CPU seconds of the recommender for one answer of recommendations.</param>
/// <param name="SecondsPerEventRead">CPU seconds of each recommender, of which every one reads every event for trending; part of what its line says of an event.</param>
/// <param name="UpdatesPerEvent">Interest updates; the more events a user brings at a time, the fewer.</param>
/// <param name="TopicBytesPerRecord">Key, value and headers by topic.</param>
/// <param name="RedisBytesPerUser">What a user takes in Redis with a single event.</param>
/// <param name="RedisBytesPerEntry">What each further event adds until the sequence is full.</param>
public sealed record UnitCosts(
    string Machine, IReadOnlyDictionary<string, CpuCost> Cpu, double SecondsPerRequest, double SecondsPerEventRead, double UpdatesPerEvent,
    IReadOnlyDictionary<string, double> TopicBytesPerRecord, double RedisBytesPerUser, double RedisBytesPerEntry)
{
    /// <summary>Where the measured costs are kept in the repository.</summary>
    public static string DefaultPath => Path.Combine(Repository.Root, "docs", "capacity", "unit-costs.json");

    /// <exception cref="InvalidOperationException">The file is missing or holds no unit costs.</exception>
    public static UnitCosts Load(string path)
    {
        if (!File.Exists(path)) throw new InvalidOperationException($"{path}: no such file. `dotnet run -c Release --project bench -- capacity` measures the unit costs.");
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllText(path), UnitCostsJson.Default.UnitCosts) ?? throw new JsonException("it is null");
        }
        catch (JsonException e)
        {
            throw new InvalidOperationException($"{path}: is no file of unit costs: {e.Message} `dotnet run -c Release --project bench -- capacity` makes one.", e);
        }
    }

    public string ToJson() => JsonSerializer.Serialize(this, UnitCostsJson.Default.UnitCosts) + "\n";
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(UnitCosts))]
internal sealed partial class UnitCostsJson : JsonSerializerContext;

using System.IO.Compression;
using System.Text.Json;
using System.Text.Json.Serialization;
using Driftline.InterestModel;
using Driftline.Storefront.Simulation;

namespace Driftline.Training;

/// <summary>A migration as the simulator wrote it down.</summary>
internal sealed record TrueMigration(
    string User, MigrationKind Kind, string Cause, DateTimeOffset Begins, DateTimeOffset Time, DateTimeOffset Ends,
    IReadOnlyList<string> From, IReadOnlyList<string> To, double Shift)
{
    /// <summary>A part of life is the user's own, as a hobby is.</summary>
    public DriftKind Drift => Kind switch { MigrationKind.Seasonal => DriftKind.Seasonal, MigrationKind.Trend => DriftKind.Trend, _ => DriftKind.Personal };

    /// <summary>The share of the interest that moves within a span: the shift times the part of it that falls there, half of it being over at <see cref="Time"/>.</summary>
    public double Moved(DateTimeOffset from, DateTimeOffset to) => Shift * (Progress(to) - Progress(from));

    private double Progress(DateTimeOffset at)
    {
        if (at <= Begins) return 0;
        if (at >= Ends) return 1;
        return at < Time ? 0.5 * ((at - Begins) / (Time - Begins)) : 0.5 + (0.5 * ((at - Time) / (Ends - Time)));
    }
}

/// <summary>What moved whom, from a simulated folder. It is read to judge forecasts and for nothing else.</summary>
internal sealed class RecordedTruth
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower) } };

    private readonly ILookup<string, TrueMigration> _byUser;

    private RecordedTruth(IEnumerable<TrueMigration> migrations) => _byUser = migrations.ToLookup(migration => migration.User, StringComparer.Ordinal);

    /// <summary>Reads the truth beside a folder's events.</summary>
    /// <exception cref="InputException">There is none.</exception>
    public static RecordedTruth Read(string folder)
    {
        var path = Path.Combine(folder, SimulatedFolder.TruthFile);
        if (!File.Exists(path)) throw new InputException($"--data {folder}: has no {SimulatedFolder.TruthFile}, so that nobody knows what moved whom. Give a folder of the simulator, or make one with --simulate USERS.");
        using var reader = new StreamReader(new GZipStream(File.OpenRead(path), CompressionMode.Decompress));
        var migrations = new List<TrueMigration>();
        while (reader.ReadLine() is { } line)
        {
            if (line.StartsWith("""{"type":"migration",""", StringComparison.Ordinal)) migrations.Add(JsonSerializer.Deserialize<TrueMigration>(line, Json)!);
        }

        return new RecordedTruth(migrations);
    }

    /// <summary>The migration that moves most of a user's interest within a span; null where none moves <see cref="Truth.LeastShift"/> of it.</summary>
    public TrueMigration? Main(string user, DateTimeOffset from, DateTimeOffset to) =>
        _byUser[user].Where(migration => migration.Moved(from, to) >= Truth.LeastShift).MaxBy(migration => migration.Moved(from, to));
}

using System.IO.Compression;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Driftline.Storefront.Simulation;

/// <summary>Writes a span of a simulated storefront as a folder in the import format, with <c>truth.jsonl.gz</c> beside the data.</summary>
public static class SimulatedFolder
{
    /// <summary>Name of the file that holds the truth.</summary>
    public const string TruthFile = "truth.jsonl.gz";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower) },
    };

    /// <summary>Writes the events of the first <paramref name="span"/>, the catalogue, the users and the truth.</summary>
    /// <param name="simulator">Whose events.</param>
    /// <param name="folder">Must not exist, or be empty.</param>
    /// <param name="span">How long after the opening to stop.</param>
    /// <param name="progress">Told the number of events written.</param>
    /// <exception cref="ImportException">The folder is not empty.</exception>
    public static ImportCounts Write(Simulator simulator, string folder, TimeSpan span, IProgress<long>? progress = null)
    {
        var end = simulator.Options.Start + span;
        return ImportFolderWriter.Write(
            folder, simulator.Catalog, simulator.Events().TakeWhile(e => e.EventTime < end), Readme(simulator, span), simulator.Users(), progress,
            unfinished => WriteTruth(simulator, Path.Combine(unfinished, TruthFile), simulator.Options.Start, end));
    }

    /// <summary>
    /// Writes the truth as JSON lines, gzipped where the name ends in .gz: <c>about</c> (the seed and the categories), every <c>wave</c>
    /// (season or trend), and for each shopper every <c>migration</c> and, once a week, the <c>interests</c> in the categories' order.
    /// </summary>
    public static void WriteTruth(Simulator simulator, string file, DateTimeOffset from, DateTimeOffset to)
    {
        using Stream stream = file.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(File.Create(file), CompressionLevel.Optimal) : File.Create(file);
        using var writer = new StreamWriter(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)) { NewLine = "\n" };
        var truth = simulator.Truth;
        Line(new { Type = "about", Simulated = true, simulator.Options.Seed, From = from, To = to, truth.Categories });
        foreach (var wave in truth.Waves(from, to))
            Line(new { Type = "wave", wave.Kind, wave.Name, wave.Categories, wave.Begins, wave.Peaks, wave.Ends });
        foreach (var shopper in truth.Shoppers)
        {
            foreach (var m in truth.Migrations(shopper, from, to))
                Line(new { Type = "migration", User = shopper, m.Kind, m.Cause, m.Begins, m.Time, m.Ends, m.From, m.To, m.Shift });
            for (var time = from; time <= to; time = time.AddDays(7))
            {
                Line(new
                {
                    Type = "interests",
                    User = shopper,
                    Time = time,
                    LifeStage = truth.LifeStageOf(shopper, time),
                    Shares = truth.Interests(shopper, time).Select(share => Math.Round(share, 5)),
                });
            }
        }

        void Line(object line) => writer.WriteLine(JsonSerializer.Serialize(line, Json));
    }

    private static string Readme(Simulator simulator, TimeSpan span) => $"""
        SIMULATED DATA. No real shop, product, brand or person is behind it.

        Made by Driftline's storefront simulator: seed {simulator.Options.Seed}, {simulator.Options.Shoppers} shoppers, {simulator.Catalog.Count} items,
        {span.TotalDays:0.#} days from {simulator.Options.Start:yyyy-MM-dd}. Equal options give equal files.

        events.csv.gz, items.csv.gz and users.csv.gz are in Driftline's import format.
        truth.jsonl.gz holds what the simulator knows and a model has to find: each shopper's latent interests, week by week, and every
        migration of them with its cause (seasonal, trend, life-stage or personal). Do not train on it.

        """;
}

using System.Diagnostics;
using System.Globalization;
using Driftline.Catalog;
using Driftline.InterestModel;
using Driftline.Storefront;
using Driftline.TextEncoders;
using Spectre.Console;

namespace Driftline.Training;

/// <summary>
/// <c>encode-catalog --data FOLDER --encoder NAME</c>: fills the vector cache that training reads. Stopped in the middle, the next run goes on
/// where it was.
/// </summary>
internal static class EncodeCatalogCommand
{
    public static int Run(string data, string name, string? progress)
    {
        Encode(data, name, progress);
        return 0;
    }

    /// <returns>The encoder's name: what <c>auto</c> came to.</returns>
    public static string Encode(string data, string name, string? progress)
    {
        ProgressView.Check(progress);
        using var encoder = Encoder(name);
        var items = ImportFolder.Open(data).ReadItems().Select(item => new CatalogEntry(item.ItemId, item.Title, item.Categories, item.Description)).ToList();
        var started = Stopwatch.GetTimestamp();
        if (progress == "plain" || (progress is null && (Console.IsOutputRedirected || !AnsiConsole.Profile.Capabilities.Interactive)))
            TextVectors.Of(items, encoder, new EncodingLines(items.Count, Console.Out, TimeProvider.System).Report);
        else
            WithBar(items, encoder);
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        var (encoded, found) = encoder is CachedTextEncoder cached ? (cached.Encoded, cached.Found) : (items.Count, 0);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{items.Count} items: {encoded} encoded, {found} from cache or repeated, {items.Count / Math.Max(seconds, 1e-3):F0} items/s ({seconds:F1} s); {encoder.Id}, {encoder.Dimensions} dimensions, {encoder.Licence}"));
        return encoder.Name;
    }

    private static TextEncoder Encoder(string name)
    {
        try
        {
            return ItemTexts.Encoder(new ModelSettings { TextEncoder = name });
        }
        catch (InputException e) when (e.InnerException is ArgumentException argument)
        {
            throw new InputException($"--encoder: {argument.Message}", e);
        }
    }

    private static void WithBar(List<CatalogEntry> items, TextEncoder encoder) => AnsiConsole.Progress()
        .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn(), new ElapsedTimeColumn())
        .Start(context =>
        {
            var task = context.AddTask("encoding item texts", maxValue: Math.Max(1, items.Count));
            TextVectors.Of(items, encoder, done => task.Value = done);
            task.Value = task.MaxValue;
        });
}

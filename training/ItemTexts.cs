using Driftline.Catalog;
using Driftline.InterestModel;
using Driftline.TextEncoders;

namespace Driftline.Training;

/// <summary>The text vectors of a catalogue: each text is encoded once on a machine.</summary>
internal static class ItemTexts
{
    /// <summary>Where weights and vectors are kept.</summary>
    public static string Cache { get; } = CacheFolder.Of(Environment.GetEnvironmentVariable("DRIFTLINE_CACHE"), Environment.GetEnvironmentVariable("XDG_CACHE_HOME"));

    /// <summary>The encoder that a configuration names.</summary>
    /// <exception cref="InputException">It does not fit the configuration.</exception>
    /// <exception cref="EncoderException">Its weights cannot be had.</exception>
    public static TextEncoder Encoder(ModelSettings settings)
    {
        try
        {
            return Cached(KnownEncoders.Create(settings.TextEncoder, settings.TextDimensions, Cache, Console.Error.WriteLine));
        }
        catch (ArgumentException e)
        {
            throw new InputException($"model.textEncoder, model.textDimensions: {e.Message}", e);
        }
    }

    /// <summary>A configuration that names the encoder which its own comes to here, now and for all trainings made by it.</summary>
    public static TrainingConfig Resolved(TrainingConfig config)
    {
        using var encoder = Encoder(config.Model);
        return config with { Model = config.Model with { TextEncoder = encoder.Name } };
    }

    /// <summary>The raw text vectors of items; a line on standard error says how far a long encoding is.</summary>
    public static TextVectors Encode(IReadOnlyList<CatalogEntry> items, TextEncoder encoder, CancellationToken cancel = default)
    {
        var lines = new EncodingLines(items.Count, Console.Error, TimeProvider.System);
        return TextVectors.Of(items, encoder, done =>
        {
            cancel.ThrowIfCancellationRequested();
            lines.Report(done);
        });
    }

    // Hashing a text is faster than reading its vector.
    private static TextEncoder Cached(TextEncoder encoder) => encoder is HashedNgramEncoder ? encoder : new CachedTextEncoder(encoder, Cache);
}

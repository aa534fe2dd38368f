using Driftline.Local;
using Xunit;

namespace Driftline.Deploy.Tests.Images;

/// <summary>The chiseled images hold few libraries and no way to add one: whatever our natives ask for must be among them, or come with them.</summary>
public sealed class NativeLibraryTests
{
    /// <summary>What the packages of the chiseled image hold: libc6 (with the loader and the libraries that are part of it now), libgcc-s1, libstdc++6.</summary>
    private static readonly string[] InTheImage =
        ["libc.so.6", "libm.so.6", "libdl.so.2", "libpthread.so.0", "librt.so.1", "ld-linux-x86-64.so.2", "libgcc_s.so.1", "libstdc++.so.6"];

    /// <summary>What the predictor loads: Torch, ONNX Runtime, and the build of librdkafka that its client falls back to where libsasl2 is absent.</summary>
    [Theory]
    [InlineData("libLibTorchSharp.so")]
    [InlineData("libonnxruntime.so")]
    [InlineData("centos8-librdkafka.so")]
    public void ANativeOfThePredictorNeedsOnlyWhatItsImageHolds(string library)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.Is64BitProcess, "The natives of other systems are built there.");
        var output = Path.GetDirectoryName(LocalService.Predictor.ProgramPath)!;
        var bundled = Directory.EnumerateFiles(output, "*.so*", SearchOption.AllDirectories).Where(file => !file.Contains("musl", StringComparison.Ordinal) && !file.Contains("arm64", StringComparison.Ordinal))
            .GroupBy(file => Path.GetFileName(file)).ToDictionary(files => files.Key, files => files.First(), StringComparer.Ordinal);
        Assert.Contains(library, bundled.Keys);

        Assert.Empty(Closure(library, bundled).Where(name => !bundled.ContainsKey(name)).Except(InTheImage));
    }

    [Fact]
    public void AMissingLibraryWouldBeSeen()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The natives of other systems are built there.");
        var rdkafka = Directory.EnumerateFiles(Path.GetDirectoryName(LocalService.Predictor.ProgramPath)!, "librdkafka.so", SearchOption.AllDirectories).First(file => file.Contains("linux-x64", StringComparison.Ordinal));

        Assert.Contains("libsasl2.so.3", SharedLibrary.NeededBy(rdkafka)); // why the other build is the one that loads
    }

    private static HashSet<string> Closure(string library, Dictionary<string, string> bundled)
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        var waiting = new Queue<string>([library]);
        while (waiting.TryDequeue(out var next))
        {
            if (!found.Add(next) || !bundled.TryGetValue(next, out var path)) continue;
            foreach (var needed in SharedLibrary.NeededBy(path)) waiting.Enqueue(needed);
        }

        return found;
    }
}

using System.Text;
using Driftline.Build;
using TorchSharp;
using Xunit;

namespace Driftline.InterestModel.Tests;

public sealed class TorchLibraryTests
{
    private const string Symbol = "_ZSt21ios_base_library_initv";

    [Fact]
    public void TheVersionBecomesOptionalAndTheSymbolTheOlderOne()
    {
        var elf = TinyElf.Make();
        Assert.True(TorchLibrary.Patch(elf.Image));
        Assert.Equal(2, BitConverter.ToUInt16(elf.Image, elf.NewVersion + 4));       // VER_FLG_WEAK
        Assert.Equal(0, BitConverter.ToUInt16(elf.Image, elf.OldVersion + 4));
        Assert.Equal("_ZNSt8ios_base4InitC1Ev\0", Encoding.ASCII.GetString(elf.Image, elf.SymbolName, 24));
        Assert.Equal([0, 7, 2], Enumerable.Range(0, 3).Select(i => (int)BitConverter.ToUInt16(elf.Image, elf.SymbolVersions + 2 * i)));
        Assert.False(TorchLibrary.Patch(elf.Image));
    }

    [Fact]
    public void AnythingButAnElfFileIsRefused() => Assert.Throws<InvalidDataException>(() => TorchLibrary.Patch(new byte[100]));

    [Fact]
    public void PatchingReplacesALinkAndLeavesTheFileBehindItAlone()
    {
        var folder = Directory.CreateTempSubdirectory("driftline-elf-");
        var cached = Path.Combine(folder.FullName, "cached.so");
        var copy = Path.Combine(folder.FullName, "copy.so");
        File.WriteAllBytes(cached, TinyElf.Make().Image);
        File.CreateSymbolicLink(copy, cached);
        Assert.True(TorchLibrary.PatchFile(copy));
        Assert.Contains(Symbol, Encoding.ASCII.GetString(File.ReadAllBytes(cached)), StringComparison.Ordinal);
        Assert.DoesNotContain(Symbol, Encoding.ASCII.GetString(File.ReadAllBytes(copy)), StringComparison.Ordinal);
        Assert.Equal(2, folder.GetFiles().Length);
        folder.Delete(recursive: true);
    }

    [Fact]
    public void APatchedCopyKeepsItsTimeSoThatTheNextBuildLeavesItAlone()
    {
        var path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.so");
        var time = new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        File.WriteAllBytes(path, TinyElf.Make().Image);
        File.SetLastWriteTimeUtc(path, time);
        Assert.True(TorchLibrary.PatchFile(path));
        Assert.Equal(time, File.GetLastWriteTimeUtc(path));
        File.Delete(path);
    }

    [Fact]
    public void TorchRunsHereAndTheBuildNeedNotPatchAgain()
    {
        Assert.Equal(2, torch.ones(2).sum().ToSingle());
        if (!TorchLibrary.HostIsTooOld()) return;
        var library = Path.Combine(AppContext.BaseDirectory, "runtimes", "linux-x64", "native", "libLibTorchSharp.so");
        Assert.DoesNotContain(Symbol, Encoding.ASCII.GetString(File.ReadAllBytes(library)), StringComparison.Ordinal);
    }

    /// <summary>The least ELF file that has what is patched: three symbols, and a need for two versions of libstdc++.</summary>
    private sealed record TinyElf(byte[] Image, int SymbolName, int SymbolVersions, int OldVersion, int NewVersion)
    {
        public static TinyElf Make()
        {
            var names = Strings("", ".shstrtab", ".dynstr", ".dynsym", ".gnu.version", ".gnu.version_r");
            var strings = Strings("", "libc.so.6", "libstdc++.so.6", "GLIBCXX_3.4", "GLIBCXX_3.4.32", "other", Symbol);
            byte[] symbols = [.. new byte[24], .. Symbol64(strings.At["other"]), .. Symbol64(strings.At[Symbol])];
            byte[] versions = [.. U16(0), .. U16(7), .. U16(9)];
            // Verneed: version, count, file, aux, next. Vernaux: hash, flags, index, name, next.
            byte[] needs =
            [
                .. U16(1), .. U16(1), .. U32(strings.At["libc.so.6"]), .. U32(16), .. U32(32),
                .. U32(0), .. U16(0), .. U16(7), .. U32(strings.At["other"]), .. U32(0),
                .. U16(1), .. U16(2), .. U32(strings.At["libstdc++.so.6"]), .. U32(16), .. U32(0),
                .. U32(0), .. U16(0), .. U16(9), .. U32(strings.At["GLIBCXX_3.4.32"]), .. U32(16),
                .. U32(0), .. U16(0), .. U16(2), .. U32(strings.At["GLIBCXX_3.4"]), .. U32(0),
            ];
            (string Name, byte[] Bytes)[] sections = [("", []), (".shstrtab", names.Bytes), (".dynstr", strings.Bytes), (".dynsym", symbols), (".gnu.version", versions), (".gnu.version_r", needs)];
            var image = new List<byte>(new byte[64]);
            var offsets = new Dictionary<string, int>();
            foreach (var (name, bytes) in sections)
            {
                offsets[name] = image.Count;
                image.AddRange(bytes);
            }

            var table = image.Count;
            foreach (var (name, bytes) in sections)
                image.AddRange([.. U32(names.At[name]), .. new byte[20], .. U64(offsets[name]), .. U64(bytes.Length), .. new byte[24]]);
            byte[] elf = [.. image];
            ((byte[])[0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1]).CopyTo(elf, 0);
            U64(table).CopyTo(elf, 40);
            U16(64).CopyTo(elf, 58);
            U16(sections.Length).CopyTo(elf, 60);
            U16(1).CopyTo(elf, 62);
            return new TinyElf(elf, offsets[".dynstr"] + strings.At[Symbol], offsets[".gnu.version"], offsets[".gnu.version_r"] + 64, offsets[".gnu.version_r"] + 48);
        }

        private static (byte[] Bytes, Dictionary<string, int> At) Strings(params string[] texts)
        {
            var bytes = new List<byte>();
            var at = new Dictionary<string, int>();
            foreach (var text in texts)
            {
                at[text] = bytes.Count;
                bytes.AddRange([.. Encoding.ASCII.GetBytes(text), 0]);
            }

            return ([.. bytes], at);
        }

        private static byte[] Symbol64(int name) => [.. U32(name), .. new byte[20]];

        private static byte[] U16(int value) => BitConverter.GetBytes((ushort)value);

        private static byte[] U32(int value) => BitConverter.GetBytes(value);

        private static byte[] U64(int value) => BitConverter.GetBytes((long)value);
    }
}

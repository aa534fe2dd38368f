#if !DRIFTLINE_TESTS
using System;
using System.Collections.Generic;
using System.IO;
#endif
using System.Text;

namespace Driftline.Build;

/// <summary>
/// TorchSharp's libLibTorchSharp.so asks libstdc++ for version GLIBCXX_3.4.32 (GCC 13) for the sake of one symbol:
/// std::ios_base_library_init(), which took the place of the per-file std::ios_base::Init object. On an older runtime (Debian 12,
/// Ubuntu 22.04, RHEL 9) this lets the copy in the output folder start: the version becomes optional, and the symbol becomes the older
/// runtime's own initialiser, std::ios_base::Init::Init(), which does the same work and does not touch its 'this'.
/// Compiled by MSBuild as an inline task (see Torch.targets) and by InterestModel.Tests.
/// </summary>
public static class TorchLibrary
{
    private const string NewSymbol = "_ZSt21ios_base_library_initv";
    private const string OldSymbol = "_ZNSt8ios_base4InitC1Ev";
    private const string NewVersion = "GLIBCXX_3.4.32";
    private const string OldVersion = "GLIBCXX_3.4";
    private const int WeakFlag = 2;

    /// <summary>Whether the libstdc++ that this process runs on lacks the version. False where there is no libstdc++ to be seen.</summary>
    public static bool HostIsTooOld()
    {
        if (!File.Exists("/proc/self/maps")) return false;
        foreach (var line in File.ReadLines("/proc/self/maps"))
        {
            var path = line.IndexOf('/');
            if (path < 0 || !line.Contains("libstdc++.so.6")) continue;
            return !Contains(File.ReadAllBytes(line.Substring(path)), NewVersion);
        }

        return false;
    }

    /// <summary>Replaces the file, never writing into it: the output folder may hold a hard link to the package's own file.</summary>
    public static bool PatchFile(string path)
    {
        var image = File.ReadAllBytes(path);
        if (!Patch(image)) return false;
        var time = File.GetLastWriteTimeUtc(path);
        var temporary = path + "." + Guid.NewGuid().ToString("N") + ".tmp";
        File.Copy(path, temporary);
        File.WriteAllBytes(temporary, image);
        // The package's own time, so that the next build's copy sees an unchanged file.
        File.SetLastWriteTimeUtc(temporary, time);
        File.Delete(path);
        File.Move(temporary, path);
        return true;
    }

    /// <summary>Edits the image in place; false when it does not ask for the symbol (another build of it, or patched before).</summary>
    public static bool Patch(byte[] elf)
    {
        if (elf.Length < 64 || elf[0] != 0x7f || elf[1] != 'E' || elf[2] != 'L' || elf[3] != 'F' || elf[4] != 2 || elf[5] != 1)
            throw new InvalidDataException("not a little-endian 64-bit ELF file");
        var sections = Sections(elf);
        var strings = sections[".dynstr"];
        var symbols = sections[".dynsym"];
        var versions = sections[".gnu.version"];
        var symbol = FindSymbol(elf, symbols, strings, NewSymbol);
        if (symbol < 0) return false;
        var needs = sections[".gnu.version_r"];
        var oldIndex = FindVersion(elf, needs, strings, OldVersion, weaken: false);
        if (oldIndex < 0 || FindVersion(elf, needs, strings, NewVersion, weaken: true) < 0)
            throw new InvalidDataException(NewSymbol + " is there, but the versions " + OldVersion + " and " + NewVersion + " are not");

        Rename(elf, symbols, strings, symbol, NewSymbol, OldSymbol);
        BitConverter.GetBytes((ushort)oldIndex).CopyTo(elf, versions.Offset + symbol * 2);
        // The debuggers' table, where it was not stripped, says the same; the build tells a patched file by the name's absence.
        if (sections.TryGetValue(".symtab", out var debug) && sections.TryGetValue(".strtab", out var debugStrings))
        {
            var index = FindSymbol(elf, debug, debugStrings, NewSymbol + "@" + NewVersion);
            if (index >= 0) Rename(elf, debug, debugStrings, index, NewSymbol + "@" + NewVersion, OldSymbol + "@" + OldVersion);
        }

        return true;
    }

    // The new name is the shorter one and takes the old one's place.
    private static void Rename(byte[] elf, Section symbols, Section strings, int symbol, string from, string to)
    {
        var name = strings.Offset + BitConverter.ToInt32(elf, symbols.Offset + symbol * 24);
        Array.Clear(elf, name, from.Length);
        Encoding.ASCII.GetBytes(to, 0, to.Length, elf, name);
    }

    private static int FindSymbol(byte[] elf, Section symbols, Section strings, string name)
    {
        for (var i = 0; i < symbols.Size / 24; i++)
        {
            if (TextAt(elf, strings.Offset + BitConverter.ToInt32(elf, symbols.Offset + i * 24)) == name) return i;
        }

        return -1;
    }

    // Walks Elf64_Verneed (version, count, file, aux, next) and its Elf64_Vernaux (hash, flags, index, name, next).
    private static int FindVersion(byte[] elf, Section needs, Section strings, string version, bool weaken)
    {
        for (var need = needs.Offset; ; need += BitConverter.ToInt32(elf, need + 12))
        {
            if (TextAt(elf, strings.Offset + BitConverter.ToInt32(elf, need + 4)) == "libstdc++.so.6")
            {
                for (var entry = need + BitConverter.ToInt32(elf, need + 8); ; entry += BitConverter.ToInt32(elf, entry + 12))
                {
                    if (TextAt(elf, strings.Offset + BitConverter.ToInt32(elf, entry + 8)) == version)
                    {
                        if (weaken) elf[entry + 4] |= WeakFlag;
                        return BitConverter.ToUInt16(elf, entry + 6);
                    }

                    if (BitConverter.ToInt32(elf, entry + 12) == 0) break;
                }
            }

            if (BitConverter.ToInt32(elf, need + 12) == 0) return -1;
        }
    }

    private static Dictionary<string, Section> Sections(byte[] elf)
    {
        var table = (int)BitConverter.ToInt64(elf, 40);
        var size = BitConverter.ToUInt16(elf, 58);
        var count = BitConverter.ToUInt16(elf, 60);
        var names = (int)BitConverter.ToInt64(elf, table + BitConverter.ToUInt16(elf, 62) * size + 24);
        var sections = new Dictionary<string, Section>();
        for (var i = 0; i < count; i++)
        {
            var header = table + i * size;
            sections[TextAt(elf, names + BitConverter.ToInt32(elf, header))] =
                new Section((int)BitConverter.ToInt64(elf, header + 24), (int)BitConverter.ToInt64(elf, header + 32));
        }

        return sections;
    }

    private static string TextAt(byte[] elf, int offset) =>
        Encoding.ASCII.GetString(elf, offset, Array.IndexOf(elf, (byte)0, offset) - offset);

    private static bool Contains(byte[] image, string text) => Encoding.ASCII.GetString(image).Contains(text + "\0");

    private readonly struct Section
    {
        public Section(int offset, int size)
        {
            Offset = offset;
            Size = size;
        }

        public int Offset { get; }

        public int Size { get; }
    }
}

#if !DRIFTLINE_TESTS
/// <summary>The MSBuild task around <see cref="TorchLibrary"/>.</summary>
public sealed class LinkTorchToHostLibstdcxx : Microsoft.Build.Utilities.Task
{
    [Microsoft.Build.Framework.Required]
    public string Library { get; set; } = "";

    public override bool Execute()
    {
        try
        {
            if (TorchLibrary.HostIsTooOld() && TorchLibrary.PatchFile(Library))
                Log.LogMessage(Microsoft.Build.Framework.MessageImportance.Normal, Library + ": now runs on this host's libstdc++.");
            return true;
        }
        catch (Exception e) when (e is IOException || e is InvalidDataException || e is KeyNotFoundException || e is UnauthorizedAccessException)
        {
            Log.LogError(Library + ": cannot be made to run on this host's libstdc++, which lacks GLIBCXX_3.4.32: " + e.Message);
            return false;
        }
    }
}
#endif

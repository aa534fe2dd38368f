using System.Buffers.Binary;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Driftline.TextEncoders;

/// <summary>
/// Vectors on disk by the hash of what they stand for: a file of records (hash, 8 bytes; float32[dimensions]), little-endian, that only grows.
/// <para>
/// A writer that is killed leaves at most a torn record at the end: readers do not see it, and the next writer cuts it off. Any number of
/// processes may read; those that write take turns, by a lock file.
/// </para>
/// </summary>
internal sealed class VectorStore
{
    private const int HashBytes = sizeof(long);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30), Retry = TimeSpan.FromMilliseconds(20);

    private readonly string _path;
    private readonly int _dimensions;
    private readonly int _record;

    /// <param name="folder">Made where it is not there.</param>
    public VectorStore(string folder, int dimensions)
    {
        if (!BitConverter.IsLittleEndian) throw new PlatformNotSupportedException("Vectors on disk are little-endian.");
        Directory.CreateDirectory(folder);
        _path = Path.Combine(folder, "vectors.bin");
        _dimensions = dimensions;
        _record = HashBytes + dimensions * sizeof(float);
    }

    /// <summary>Those of the wanted vectors that are there.</summary>
    public Dictionary<long, float[]> Read(IReadOnlySet<long> wanted)
    {
        var found = new Dictionary<long, float[]>();
        if (wanted.Count == 0 || !File.Exists(_path)) return found;
        using var file = new FileStream(_path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 1 << 20, FileOptions.SequentialScan);
        var record = new byte[_record];
        for (var left = file.Length / _record; left > 0; left--)
        {
            file.ReadExactly(record);
            var hash = BinaryPrimitives.ReadInt64LittleEndian(record);
            if (wanted.Contains(hash)) found[hash] = MemoryMarshal.Cast<byte, float>(record.AsSpan(HashBytes)).ToArray();
        }

        return found;
    }

    /// <summary>Adds vectors; they are on disk when this returns.</summary>
    /// <param name="vectors">Row-major [hashes, dimensions].</param>
    /// <exception cref="IOException">The folder cannot be written, or another process does not let go of it.</exception>
    public void Append(IReadOnlyList<long> hashes, ReadOnlySpan<float> vectors)
    {
        var records = new byte[hashes.Count * _record];
        for (var i = 0; i < hashes.Count; i++)
        {
            var record = records.AsSpan(i * _record, _record);
            BinaryPrimitives.WriteInt64LittleEndian(record, hashes[i]);
            MemoryMarshal.AsBytes(vectors.Slice(i * _dimensions, _dimensions)).CopyTo(record[HashBytes..]);
        }

        using var turn = TakeTurn();
        using var file = new FileStream(_path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        file.SetLength(file.Length / _record * _record); // what a killed writer left half done
        file.Seek(0, SeekOrigin.End);
        file.Write(records);
        file.Flush(flushToDisk: true);
    }

    private FileStream TakeTurn()
    {
        for (var started = Stopwatch.GetTimestamp(); ; Thread.Sleep(Retry))
        {
            try
            {
                return new FileStream(_path + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (Stopwatch.GetElapsedTime(started) < LongestWait && File.Exists(_path + ".lock"))
            {
            }
        }
    }
}

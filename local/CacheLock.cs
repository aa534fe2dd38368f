namespace Driftline.Local;

/// <summary>Makes runs that start together on one cache write to it one after another. Disposing the stream lets the next one in.</summary>
internal static class CacheLock
{
    /// <param name="path">The file to lock; it stays.</param>
    /// <param name="what">What another run may be doing, for people who wait for it.</param>
    public static async Task<FileStream> TakeAsync(string path, string what, CancellationToken stopping)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        for (var waits = 0; ; waits++)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (File.Exists(path))
            {
                if (waits == 0) Console.Error.WriteLine($"Another run {what}: waiting for it");
                await Task.Delay(TimeSpan.FromMilliseconds(200), stopping);
            }
        }
    }
}

namespace Driftline.Local;

/// <summary>A service's output: every line in a file, the last few at hand for error messages. Safe to use from several threads.</summary>
public sealed class ServiceLog : IDisposable
{
    private const int Kept = 20;

    private readonly Lock _lock = new();
    private readonly Queue<string> _last = new(Kept + 1);
    private readonly StreamWriter _file;
    private bool _closed;

    /// <summary>Appends to <c>{name}.log</c> in the folder, which is made when absent.</summary>
    public ServiceLog(string folder, string name)
    {
        Directory.CreateDirectory(folder);
        Path = System.IO.Path.Combine(folder, name + ".log");
        _file = new StreamWriter(new FileStream(Path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite)) { AutoFlush = true };
    }

    public string Path { get; }

    /// <summary>The last lines, for an error message.</summary>
    public string LastLines
    {
        get
        {
            lock (_lock) return _last.Count == 0 ? "(it wrote nothing)" : string.Join('\n', _last);
        }
    }

    public void Write(string line)
    {
        lock (_lock)
        {
            if (_closed) return;
            _file.WriteLine(line);
            _last.Enqueue(line);
            if (_last.Count > Kept) _last.Dequeue();
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _closed = true;
            _file.Dispose();
        }
    }
}

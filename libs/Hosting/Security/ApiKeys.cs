using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace Driftline.Hosting.Security;

/// <summary>
/// The API keys in force. A file that changes is read again within seconds; one that cannot be read leaves the keys as they were, and is told of in the log.
/// Thread-safe.
/// </summary>
internal sealed class ApiKeys : IHostedService, IDisposable
{
    private readonly string _path;
    private readonly ILogger<ApiKeys> _log;
    private readonly PhysicalFileProvider? _folder;
    private readonly IDisposable? _watch;
    private volatile IReadOnlyList<ApiKey> _keys = [];

    /// <exception cref="InvalidDataException">The file cannot be read, or says what no key can be.</exception>
    public ApiKeys(IOptions<SecurityOptions> options, ILogger<ApiKeys> log)
    {
        _log = log;
        _path = options.Value.KeysFile.Length > 0 ? Path.GetFullPath(options.Value.KeysFile) : "";
        if (_path.Length == 0) return;
        _keys = ApiKeyFile.Read(_path);
        // Polling, because Kubernetes changes a mounted Secret by a link beside the file, which says nothing of the file itself.
        _folder = new PhysicalFileProvider(Path.GetDirectoryName(_path)!) { UsePollingFileWatcher = true, UseActivePolling = true };
        _watch = ChangeToken.OnChange(() => _folder.Watch(Path.GetFileName(_path)), Reload);
    }

    /// <summary>The key whose hash this secret has; null for none. It looks at every key, so that the time says nothing about which one it was.</summary>
    public ApiKey? Find(string secret)
    {
        var hash = ApiKey.Hash(secret);
        ApiKey? found = null;
        foreach (var key in _keys) found = key.Matches(hash) ? key : found;
        return found;
    }

    /// <summary>Made at the start, so that a file that cannot be read stops the service then.</summary>
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose()
    {
        _watch?.Dispose();
        _folder?.Dispose();
    }

    private void Reload()
    {
        try
        {
            _keys = ApiKeyFile.Read(_path);
            Log.KeysRead(_log, _keys.Count);
        }
        catch (InvalidDataException e)
        {
            Log.KeysUnreadable(_log, e.Message);
        }
    }
}

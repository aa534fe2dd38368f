using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Driftline.Ingestor.Tests;

/// <summary>Names of the events that were logged, and the scopes that lines could be logged in.</summary>
public sealed class Logged : ILoggerProvider
{
    private readonly ConcurrentQueue<string> _events = new();

    public ConcurrentQueue<string> Scopes { get; } = new();

    /// <summary>Waits until an event of this name is logged.</summary>
    public async Task UntilAsync(string name)
    {
        var deadline = DateTime.UtcNow + IngestorService.Patience;
        while (!_events.Contains(name))
        {
            Assert.True(DateTime.UtcNow < deadline, $"{name} was not logged, but {string.Join(", ", _events.Distinct())}.");
            await Task.Delay(20);
        }
    }

    public ILogger CreateLogger(string categoryName) => new Logger(_events, Scopes);

    public void Dispose()
    {
    }

    private sealed class Logger(ConcurrentQueue<string> events, ConcurrentQueue<string> scopes) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull
        {
            scopes.Enqueue(state.ToString() ?? "");
            return null;
        }

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (eventId.Name is { } name) events.Enqueue(name);
        }
    }
}

using System.Diagnostics;
using Confluent.Kafka;
using Confluent.SchemaRegistry;
using Microsoft.Extensions.Options;

namespace Driftline.Ingestor;

/// <summary>Kafka cannot take the request now; the client may send it again.</summary>
internal sealed class UnavailableException(string detail, Exception? inner = null) : Exception(detail, inner);

/// <summary>Bounds what waits for acknowledgements: how many records over all requests, and how long one request. Thread-safe.</summary>
internal sealed class InFlight(IOptions<IngestorOptions> options, TimeProvider time, ILogger<InFlight> log)
{
    private readonly IngestorOptions _options = options.Value;
    private int _count;

    public int Count => Volatile.Read(ref _count);

    /// <summary>Takes room for a request's records, or none of it. Each sending gives its own place back with <see cref="Release"/>.</summary>
    /// <exception cref="UnavailableException">There is no room.</exception>
    public void Reserve(int records)
    {
        if (Interlocked.Add(ref _count, records) <= _options.MaxInFlightEvents) return;
        Interlocked.Add(ref _count, -records);
        Log.Full(log, _options.MaxInFlightEvents);
        throw new UnavailableException($"{_options.MaxInFlightEvents} records are waiting for Kafka already. Send the request again later; elements may keep their ids.");
    }

    public void Release(int records = 1) => Interlocked.Add(ref _count, -records);

    /// <summary>
    /// Waits until all are done. Sendings go on after a timeout: a record that Kafka takes late is a duplicate when the client repeats it.
    /// </summary>
    /// <exception cref="UnavailableException">The broker or the registry is away, the client's buffer is full, or the time is up.</exception>
    public async Task<T[]> WaitAsync<T>(params Task<T>[] sendings)
    {
        var all = Task.WhenAll(sendings);
        try
        {
            return await all.WaitAsync(_options.ProduceTimeout, time);
        }
        catch (Exception e) when (IsAway(e))
        {
            // Which of the failures comes first is chance; bugs among them must not hide behind an absent broker.
            if (all.Exception?.InnerExceptions.FirstOrDefault(inner => !IsAway(inner)) is { } bug) throw new UnreachableException("A sending failed for a reason of our own.", bug);
            var reason = e is TimeoutException && !all.IsCompleted ? $"no acknowledgement within {_options.ProduceTimeout}" : e.Message;
            Log.Unavailable(log, sendings.Length, reason);
            throw new UnavailableException($"Not all elements are safe in Kafka yet ({reason}). Send the request again later; elements may keep their ids.", e);
        }
    }

    private static bool IsAway(Exception e) =>
        e is KafkaException or SchemaRegistryException or HttpRequestException or TimeoutException or OperationCanceledException or UnavailableException;
}

using Confluent.Kafka;
using Driftline.Streaming;

namespace Driftline.Ingestor;

/// <summary>
/// Sends records together, and again in ever smaller parts those that are refused as too large: a broker refuses the whole batch that the client has made, good records
/// too, so only one that is refused alone is too large. Other requests' records may join it all the same: keep the client's batches within the topic's limit. Records of one key keep their order: those behind a refused one go again with it. Thread-safe.
/// </summary>
internal sealed class SendApart(RecordProducer producer) : IDisposable
{
    private readonly SemaphoreSlim _again = new(1); // what goes again for two requests could be one batch

    /// <returns>For each record, in their order: null once it is acknowledged, else why it is not.</returns>
    public async Task<IReadOnlyList<Error?>> DeliverAsync(string topic, IReadOnlyList<OutgoingRecord> records)
    {
        var errors = await producer.DeliverAsync(topic, records);
        if (!errors.Any(IsTooLarge)) return errors;
        await _again.WaitAsync();
        try
        {
            return await AgainAsync(topic, records, errors);
        }
        finally
        {
            _again.Release();
        }
    }

    public void Dispose() => _again.Dispose();

    public static bool IsTooLarge(Error? error) => error?.Code == ErrorCode.MsgSizeTooLarge;

    private async Task<IReadOnlyList<Error?>> AgainAsync(string topic, IReadOnlyList<OutgoingRecord> records, IReadOnlyList<Error?> errors)
    {
        var outcomes = errors.ToArray();
        var (refused, again) = (new HashSet<string>(), new List<int>());
        for (var i = 0; i < records.Count; i++)
        {
            var key = Convert.ToBase64String(records[i].Key ?? []);
            if (IsTooLarge(errors[i])) refused.Add(key);
            if (refused.Contains(key)) again.Add(i);
        }

        foreach (var places in again.Chunk((again.Count + 1) / 2))
        {
            var part = Array.ConvertAll(places, place => records[place]);
            var some = await producer.DeliverAsync(topic, part);
            if (part.Length > 1 && some.Any(IsTooLarge)) some = await AgainAsync(topic, part, some);
            for (var i = 0; i < places.Length; i++) outcomes[places[i]] = some[i];
        }

        return outcomes;
    }
}

using Avro.Specific;
using Driftline.Streaming;

namespace Driftline.Ingestor;

/// <summary>Sees one record of a request about a user through to its topic.</summary>
internal sealed class RequestIntake(RecordProducer producer, AvroCodec codec, InFlight inFlight)
{
    public const string Source = "/driftline/ingestor";

    /// <summary>Returns once Kafka has acknowledged the record.</summary>
    /// <exception cref="UnavailableException">It is not acknowledged.</exception>
    public async Task SendAsync<T>(string topic, string key, T record, CloudEvent attributes) where T : class, ISpecificRecord
    {
        inFlight.Reserve(1);
        await inFlight.WaitAsync(EncodedAsync());

        async Task<bool> EncodedAsync()
        {
            try
            {
                await producer.SendEncodedAsync(topic, key, await codec.EncodeAsync(topic, record), attributes);
                return true;
            }
            finally
            {
                inFlight.Release();
            }
        }
    }
}

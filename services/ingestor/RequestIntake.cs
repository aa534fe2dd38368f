using Avro.Specific;
using Driftline.AvroBinary;
using Driftline.Streaming;

namespace Driftline.Ingestor;

/// <summary>Sees one record of a request about a user through to its topic.</summary>
internal sealed class RequestIntake(RecordProducer producer, InFlight inFlight)
{
    public const string Source = "/driftline/ingestor";

    /// <summary>Returns once Kafka has acknowledged the record.</summary>
    /// <exception cref="UnavailableException">It is not acknowledged.</exception>
    public async Task SendAsync<T>(string topic, string key, T record, CloudEvent attributes) where T : class, ISpecificRecord, IBinaryRecord<T>
    {
        inFlight.Reserve(1);
        await inFlight.WaitAsync(AcknowledgedAsync());

        async Task<bool> AcknowledgedAsync()
        {
            try
            {
                await producer.SendAsync(topic, key, record, attributes);
                return true;
            }
            finally
            {
                inFlight.Release();
            }
        }
    }
}

using Confluent.Kafka;
using Confluent.SchemaRegistry;

namespace Driftline.Local.Chaos;

/// <summary>What an operator's command does not get done while brokers or the registry are away is typed again.</summary>
internal static class Again
{
    private const int Most = 60;
    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(1);

    public static async Task<T> UntilDoneAsync<T>(Func<Task<T>> command)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await command();
            }
            catch (Exception e) when (attempt < Most && e is HttpRequestException or KafkaException or SchemaRegistryException or TaskCanceledException or CommandFailedException)
            {
                await Task.Delay(Wait);
            }
        }
    }
}

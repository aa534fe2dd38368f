using Confluent.Kafka;
using Driftline.Local;
using Driftline.Schemas;

namespace Driftline.Bench.EndToEnd;

/// <summary>
/// Deletes the records that their group has committed and the watch has read. The test broker looks for the offset of every fetch from a partition's first set of
/// records on, so that a run would make it slower and slower; a broker with an index needs nothing of the kind.
/// </summary>
internal sealed class Retention : IAsyncDisposable
{
    // The recommender's table of trends is in no group: it has this long to read what the groups have done with.
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly TestBroker _broker;
    private readonly UpdateWatch _watch;
    private readonly IAdminClient _admin;
    private readonly List<ConsumerGroupTopicPartitions> _read;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _deleting;

    /// <param name="groups">What the groups' names begin with: whose stages read.</param>
    public Retention(TestBroker broker, string groups, int partitions, UpdateWatch watch)
    {
        (_broker, _watch) = (broker, watch);
        _admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = broker.BootstrapServers }).Build();
        _read = [Of(LocalService.FeatureBuilder, Topics.StorefrontEvents), Of(LocalService.Predictor, Topics.SequenceUpdates), Of(LocalService.Recommender, Topics.InterestUpdates)];
        _deleting = DeleteAsync();

        ConsumerGroupTopicPartitions Of(LocalService stage, Topic topic) =>
            new($"{groups}.{stage.Name}", [.. Enumerable.Range(0, partitions).Select(partition => new TopicPartition(topic.Name, partition))]);
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _deleting;
        _admin.Dispose();
        _stopping.Dispose();
    }

    private async Task DeleteAsync()
    {
        using var timer = new PeriodicTimer(Interval);
        List<TopicPartitionOffset> done = [];
        try
        {
            while (await timer.WaitForNextTickAsync(_stopping.Token))
            {
                foreach (var before in done) _broker.DeleteRecords(before);
                done.Clear();
                foreach (var group in _read) done.AddRange(await DoneAsync(group));
            }
        }
        catch (OperationCanceledException)
        {
            // Stopped.
        }
    }

    private async Task<IEnumerable<TopicPartitionOffset>> DoneAsync(ConsumerGroupTopicPartitions group) =>
        (await _admin.ListConsumerGroupOffsetsAsync([group]))[0].Partitions
        .Select(committed => new TopicPartitionOffset(committed.TopicPartition, Math.Min(committed.Offset.Value, _watch.ReadUpTo(committed.TopicPartition))))
        .Where(before => before.Offset.Value > 0); // nothing is committed yet where it is below
}

using Confluent.Kafka;

namespace Driftline.Local.Chaos;

/// <summary>Errors that a broker may answer a request with, by request. Fatal ones are not among them: a broker sends those to a client that is at fault.</summary>
internal sealed record RequestErrors(KafkaRequest Request, ErrorCode[] Errors)
{
    public static readonly IReadOnlyList<RequestErrors> All =
    [
        new(KafkaRequest.Produce, [ErrorCode.NotLeaderForPartition, ErrorCode.RequestTimedOut, ErrorCode.NotEnoughReplicas, ErrorCode.Local_Transport, ErrorCode.KafkaStorageError]),
        new(KafkaRequest.Fetch, [ErrorCode.NotLeaderForPartition, ErrorCode.LeaderNotAvailable, ErrorCode.Local_Transport, ErrorCode.UnknownTopicOrPart]),
        new(KafkaRequest.Metadata, [ErrorCode.LeaderNotAvailable, ErrorCode.Local_Transport]),
        new(KafkaRequest.ListOffsets, [ErrorCode.NotLeaderForPartition, ErrorCode.Local_Transport]),
        new(KafkaRequest.OffsetCommit, [ErrorCode.NotCoordinatorForGroup, ErrorCode.GroupLoadInProgress, ErrorCode.RequestTimedOut, ErrorCode.Local_Transport]),
        new(KafkaRequest.OffsetFetch, [ErrorCode.NotCoordinatorForGroup, ErrorCode.GroupLoadInProgress]),
        new(KafkaRequest.FindCoordinator, [ErrorCode.GroupCoordinatorNotAvailable, ErrorCode.Local_Transport]),
        new(KafkaRequest.JoinGroup, [ErrorCode.NotCoordinatorForGroup, ErrorCode.GroupLoadInProgress, ErrorCode.UnknownMemberId]),
        new(KafkaRequest.SyncGroup, [ErrorCode.NotCoordinatorForGroup, ErrorCode.RebalanceInProgress]),
        new(KafkaRequest.Heartbeat, [ErrorCode.NotCoordinatorForGroup, ErrorCode.RebalanceInProgress, ErrorCode.IllegalGeneration, ErrorCode.UnknownMemberId]),
        new(KafkaRequest.InitProducerId, [ErrorCode.GroupCoordinatorNotAvailable, ErrorCode.GroupLoadInProgress, ErrorCode.Local_Transport]),
    ];

    public string Name => Request.ToString();

    /// <summary>One to six of the errors, in random order.</summary>
    public ErrorCode[] Draw(Random random) => [.. Enumerable.Range(0, random.Next(1, 7)).Select(_ => Errors[random.Next(Errors.Length)])];
}

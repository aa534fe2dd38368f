using Confluent.Kafka;

namespace Driftline.Streaming;

/// <summary>What becomes of the records of one batch: completes once the broker or the client has had its last word on each.</summary>
internal sealed class Delivery
{
    private readonly TaskCompletionSource<IReadOnlyList<Error?>> _completed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly IReadOnlyList<OutgoingRecord> _records;
    private readonly Error?[] _errors;
    private int _open;

    public Delivery(IReadOnlyList<OutgoingRecord> records)
    {
        (_records, _errors, _open) = (records, new Error?[records.Count], records.Count);
        Reported = Report;
        if (_open == 0) _completed.SetResult(_errors);
    }

    /// <summary>For each record, in their order: null once it is acknowledged by <c>acks=all</c>, else why it is not.</summary>
    public Task<IReadOnlyList<Error?>> Completed => _completed.Task;

    /// <summary>The client's callback, one for the whole batch.</summary>
    public Action<DeliveryReport<byte[]?, byte[]?>> Reported { get; }

    /// <summary>The client would not even take this record.</summary>
    public void Refused(int record, Error error)
    {
        _errors[record] = error;
        Done();
    }

    private void Report(DeliveryReport<byte[]?, byte[]?> report)
    {
        // A report names no place in the batch, but carries the very key that was given. Failures are rare enough to look for them.
        for (var i = 0; report.Error.IsError && i < _errors.Length; i++)
            if (_errors.Length == 1 || ReferenceEquals(_records[i].Key, report.Message.Key)) _errors[i] = report.Error;
        Done();
    }

    private void Done()
    {
        if (Interlocked.Decrement(ref _open) == 0) _completed.SetResult(_errors);
    }
}

using Driftline.Client;

namespace Driftline.Cli.Delivery;

/// <summary>One object of the input, or why it is none.</summary>
/// <param name="Where">For people: file and line.</param>
/// <param name="Json">As it is sent; null if it cannot be read.</param>
/// <param name="Fault">Null if it can.</param>
/// <param name="Field">The field at fault, where there is one.</param>
internal sealed record Element(string Where, byte[]? Json, string? Fault = null, string? Field = null)
{
    public static Element Unreadable(string where, string fault, string? field = null) => new(where, null, fault, field);
}

/// <summary>What the ingestor says of one element.</summary>
internal sealed record Outcome(string? Id, ResultStatus Status, string? Pointer, string? Reason)
{
    public static Outcome Of(EventResult result) => new(result.EventId, result.Status, result.Pointer, result.Reason);

    public static Outcome Of(ItemResult result) => new(result.Id, result.Status, result.Pointer, result.Reason);
}

/// <summary>An element that was not taken.</summary>
/// <param name="Where">File and line.</param>
/// <param name="Field">The field at fault, where there is one.</param>
/// <param name="Reason">What is wrong and how to put it right.</param>
/// <param name="Id">Where it can be read.</param>
internal sealed record Refusal(string Where, string? Field, string Reason, string? Id = null);

/// <summary>How a delivery went.</summary>
/// <param name="Read">Elements of the input.</param>
/// <param name="Accepted">Acknowledged by Kafka.</param>
/// <param name="Duplicates">Kafka had them already.</param>
/// <param name="NotStored">Counted only, without the user's consent.</param>
/// <param name="Rejected">Refused by the ingestor.</param>
/// <param name="Unreadable">Not sent.</param>
/// <param name="Refusals">Both of the latter.</param>
internal sealed record Delivered(long Read, long Accepted, long Duplicates, long NotStored, long Rejected, long Unreadable, IReadOnlyList<Refusal> Refusals);

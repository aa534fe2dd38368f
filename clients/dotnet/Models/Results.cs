using System.Text.Json.Serialization;

namespace Driftline.Client;

/// <summary>What became of one element of a request.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ResultStatus>))]
public enum ResultStatus
{
    /// <summary>Kafka has it.</summary>
    [JsonStringEnumMemberName("accepted")] Accepted,

    /// <summary>Kafka had it already.</summary>
    [JsonStringEnumMemberName("duplicate")] Duplicate,

    /// <summary>Its user did not consent: it was counted and is kept nowhere.</summary>
    [JsonStringEnumMemberName("notStored")] NotStored,

    /// <summary>It was not taken; pointer and reason say why. Sending it again unchanged changes nothing.</summary>
    [JsonStringEnumMemberName("rejected")] Rejected,
}

/// <param name="EventId">As sent; null if it could not be read.</param>
/// <param name="Status">What became of it.</param>
/// <param name="Pointer">RFC 6901 pointer into the request body; only with rejected.</param>
/// <param name="Reason">What is wrong and how to put it right; only with rejected.</param>
public sealed record EventResult(string? EventId, ResultStatus Status, string? Pointer = null, string? Reason = null);

/// <param name="Id">As sent; null if it could not be read.</param>
/// <param name="Status">What became of it.</param>
/// <param name="Pointer">RFC 6901 pointer into the request body; only with rejected.</param>
/// <param name="Reason">What is wrong and how to put it right; only with rejected.</param>
public sealed record ItemResult(string? Id, ResultStatus Status, string? Pointer = null, string? Reason = null);

/// <summary>A merge that Kafka has.</summary>
/// <param name="AnonymousUserId">Under this id the shopper was known until now; soon nothing is.</param>
/// <param name="RequestedAt">When the merge was asked for.</param>
public sealed record SessionMerge(string AnonymousUserId, DateTimeOffset RequestedAt);

internal sealed record SessionToMerge(string SessionId);

internal sealed record EventResults(IReadOnlyList<EventResult> Results);

internal sealed record ItemResults(IReadOnlyList<ItemResult> Results);

/// <summary>RFC 9457.</summary>
internal sealed record Problem(string? Title, string? Detail, IReadOnlyDictionary<string, IReadOnlyList<string>>? Errors);

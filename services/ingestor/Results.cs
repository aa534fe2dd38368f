using System.ComponentModel;
using System.Text.Json.Serialization;

namespace Driftline.Ingestor;

/// <summary>What became of one element.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ResultStatus>))]
internal enum ResultStatus
{
    /// <summary>Kafka has it.</summary>
    [JsonStringEnumMemberName("accepted")] Accepted,

    /// <summary>Kafka had it already.</summary>
    [JsonStringEnumMemberName("duplicate")] Duplicate,

    /// <summary>Its user did not consent: it was counted and is kept nowhere.</summary>
    [JsonStringEnumMemberName("notStored")] NotStored,

    /// <summary>It was not taken; pointer and reason say why.</summary>
    [JsonStringEnumMemberName("rejected")] Rejected,
}

internal sealed record EventResult(
    [property: Description("As sent; null if it could not be read.")] string? EventId,
    [property: Description("accepted: Kafka has it. duplicate: Kafka had it already. notStored: it said consent false, was counted and is kept nowhere. rejected: see pointer and reason.")] ResultStatus Status,
    [property: Description("RFC 6901 pointer into the request body; only with rejected."), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Pointer = null,
    [property: Description("What is wrong and how to put it right; only with rejected."), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Reason = null);

internal sealed record EventResults([property: Description("One for each element, in request order.")] IReadOnlyList<EventResult> Results);

internal sealed record ItemResult(
    [property: Description("As sent; null if it could not be read.")] string? Id,
    [property: Description("accepted: Kafka has it. rejected: see pointer and reason.")] ResultStatus Status,
    [property: Description("RFC 6901 pointer into the request body; only with rejected."), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Pointer = null,
    [property: Description("What is wrong and how to put it right; only with rejected."), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Reason = null);

internal sealed record ItemResults([property: Description("One for each element, in request order.")] IReadOnlyList<ItemResult> Results);

/// <summary>A merge that Kafka has.</summary>
internal sealed record MergeResult(
    [property: Description("Under this id the shopper was known until now; soon nothing is.")] string AnonymousUserId,
    [property: Description("When the merge was asked for.")] DateTimeOffset RequestedAt);

/// <summary>An erasure that Kafka has.</summary>
internal sealed record ErasureResult(
    [property: Description("Ask the recommender how far it is: GET /v1/erasures/{erasureId}.")] string ErasureId,
    [property: Description("What was known of the user up to this time is erased.")] DateTimeOffset RequestedAt);

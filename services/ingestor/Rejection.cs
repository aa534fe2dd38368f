namespace Driftline.Ingestor;

/// <summary>Why an element was refused.</summary>
/// <param name="Pointer">RFC 6901 pointer into the request body.</param>
/// <param name="Reason">What is wrong and how to put it right.</param>
internal sealed record Rejection(string Pointer, string Reason);

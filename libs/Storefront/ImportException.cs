namespace Driftline.Storefront;

/// <summary>Data that cannot be read or written; the message names the file, the line and the column.</summary>
public sealed class ImportException : Exception
{
    public ImportException() { }

    public ImportException(string message) : base(message) { }

    public ImportException(string message, Exception inner) : base(message, inner) { }

    /// <summary>Line on which the row at fault begins; null where the whole file is at fault, and nothing more can be read from it.</summary>
    public long? Line { get; init; }

    /// <summary>The column at fault; null where the whole row is.</summary>
    public string? Column { get; init; }

    /// <summary>What is wrong, without the place.</summary>
    public string? Fault { get; init; }
}

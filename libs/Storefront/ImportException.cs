namespace Driftline.Storefront;

/// <summary>Data that cannot be read or written; the message names the file, the line and the column.</summary>
public sealed class ImportException : Exception
{
    public ImportException() { }

    public ImportException(string message) : base(message) { }

    public ImportException(string message, Exception inner) : base(message, inner) { }
}

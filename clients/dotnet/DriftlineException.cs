using System.Net;

namespace Driftline.Client;

/// <summary>A service refused a request as a whole, or could not be reached for as long as it was waited for; the message says what to do.</summary>
public sealed class DriftlineException : Exception
{
    public DriftlineException() { }

    public DriftlineException(string message) : base(message) { }

    public DriftlineException(string message, Exception? inner) : base(message, inner) { }

    internal DriftlineException(string message, HttpStatusCode status, bool explained) : base(message) => (Status, Explained) = (status, explained);

    /// <summary>What the service answered; null if it did not answer.</summary>
    public HttpStatusCode? Status { get; }

    /// <summary>True if the service said why; a 404 without comes from a wrong address.</summary>
    internal bool Explained { get; }
}

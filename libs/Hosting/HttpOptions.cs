using System.ComponentModel.DataAnnotations;

namespace Driftline.Hosting;

/// <summary>Configuration section <c>Http</c>: what one connection may be, and how many there may be. The same for every service.</summary>
public sealed class HttpOptions
{
    public const string Section = "Http";

    /// <summary>Most connections open at once; more are closed as they come.</summary>
    [Range(1, 1_000_000, ErrorMessage = "Http:MaxConnections must be between 1 and 1000000.")]
    public int MaxConnections { get; set; } = 10_000;

    /// <summary>Longest time for a request's line and headers to arrive.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00", ErrorMessage = "Http:RequestHeadersTimeout must be between 1 second and 10 minutes.")]
    public TimeSpan RequestHeadersTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Longest silence between two requests of a connection.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00", ErrorMessage = "Http:KeepAliveTimeout must be between 1 second and 1 hour.")]
    public TimeSpan KeepAliveTimeout { get; set; } = TimeSpan.FromSeconds(130);

    /// <summary>Slowest body, and slowest reading of an answer, in bytes per second, after <see cref="DataRateGrace"/>.</summary>
    [Range(1, 1_000_000, ErrorMessage = "Http:MinBytesPerSecond must be between 1 and 1000000.")]
    public int MinBytesPerSecond { get; set; } = 240;

    /// <summary>How long a connection may be slower than that at first.</summary>
    [Range(typeof(TimeSpan), "00:00:01.001", "00:10:00", ErrorMessage = "Http:DataRateGrace must be more than 1 second, at most 10 minutes.")]
    public TimeSpan DataRateGrace { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Most bytes of a request's headers.</summary>
    [Range(1_024, 1_048_576, ErrorMessage = "Http:MaxHeaderBytes must be between 1024 and 1048576.")]
    public int MaxHeaderBytes { get; set; } = 16 * 1024;

    /// <summary>Most headers of a request.</summary>
    [Range(10, 1_000, ErrorMessage = "Http:MaxHeaders must be between 10 and 1000.")]
    public int MaxHeaders { get; set; } = 64;

    /// <summary>Most bytes of a request's line, its path and query with it.</summary>
    [Range(1_024, 1_048_576, ErrorMessage = "Http:MaxRequestLineBytes must be between 1024 and 1048576.")]
    public int MaxRequestLineBytes { get; set; } = 16 * 1024;

    /// <summary>Largest body, where an endpoint sets no bound of its own.</summary>
    [Range(1_024, 16_777_216, ErrorMessage = "Http:MaxBodyBytes must be between 1024 and 16777216.")]
    public int MaxBodyBytes { get; set; } = 64 * 1024;
}

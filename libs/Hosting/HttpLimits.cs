using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Driftline.Hosting;

/// <summary>Sets Kestrel's limits from <see cref="HttpOptions"/>.</summary>
internal static class HttpLimits
{
    public static IServiceCollection AddHttpLimits(this IServiceCollection services)
    {
        services.AddOptionsWithValidateOnStart<HttpOptions>().BindConfiguration(HttpOptions.Section).ValidateDataAnnotations();
        services.AddOptions<KestrelServerOptions>().Configure<IOptions<HttpOptions>>((kestrel, http) => Set(kestrel, http.Value));
        return services;
    }

    private static void Set(KestrelServerOptions kestrel, HttpOptions http)
    {
        kestrel.AddServerHeader = false;
        var limits = kestrel.Limits;
        limits.MaxConcurrentConnections = http.MaxConnections;
        limits.RequestHeadersTimeout = http.RequestHeadersTimeout;
        limits.KeepAliveTimeout = http.KeepAliveTimeout;
        limits.MinRequestBodyDataRate = new MinDataRate(http.MinBytesPerSecond, http.DataRateGrace);
        limits.MinResponseDataRate = new MinDataRate(http.MinBytesPerSecond, http.DataRateGrace);
        limits.MaxRequestHeadersTotalSize = http.MaxHeaderBytes;
        limits.MaxRequestHeaderCount = http.MaxHeaders;
        limits.MaxRequestLineSize = http.MaxRequestLineBytes;
        limits.MaxRequestBufferSize = Math.Max(limits.MaxRequestBufferSize ?? 0, http.MaxRequestLineBytes);
        limits.MaxRequestBodySize = http.MaxBodyBytes;
    }
}

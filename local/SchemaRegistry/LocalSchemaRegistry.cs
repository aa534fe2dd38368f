using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace Driftline.Local;

/// <summary>
/// A small Schema Registry for local use and tests only: in memory, without security, Avro only. It speaks the subset of Confluent's REST API
/// that its clients use to register, look up and check schemas; the default compatibility is BACKWARD_TRANSITIVE.
/// </summary>
public sealed class LocalSchemaRegistry : IAsyncDisposable
{
    private readonly WebApplication _app;

    private LocalSchemaRegistry(WebApplication app)
    {
        _app = app;
        Url = new Uri(app.Services.GetRequiredService<IServer>()
            .Features.Get<IServerAddressesFeature>()!.Addresses.First());
    }

    /// <summary>The address for <c>schema.registry.url</c>.</summary>
    public Uri Url { get; }

    /// <summary>Set for an outage: every request's connection breaks, and nothing is forgotten.</summary>
    public bool IsDown { get; set; }

    /// <summary>Listens on 127.0.0.1.</summary>
    /// <param name="port">The port, or 0 for a free one.</param>
    /// <exception cref="IOException">The port is taken.</exception>
    public static async Task<LocalSchemaRegistry> StartAsync(int port = 0)
    {
        // Empty: no appsettings.json and no ASPNETCORE_URLS of the program that hosts it.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, port));
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton<SchemaStore>();
        var app = builder.Build();
        LocalSchemaRegistry? registry = null;
        app.Use((context, next) =>
        {
            if (registry is not { IsDown: true }) return next();
            context.Abort();
            return Task.CompletedTask;
        });
        SchemaRegistryApi.Map(app);
        try
        {
            await app.StartAsync();
            return registry = new LocalSchemaRegistry(app);
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}

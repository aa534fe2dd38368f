using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;

namespace Driftline.Hosting;

/// <summary>Where a service's OpenAPI document is served.</summary>
public static class ApiDocumentEndpoint
{
    /// <summary>What to register the document as.</summary>
    public const string Name = "v1";

    /// <summary>
    /// OpenAPI 3.1 at <c>/openapi/v1.json</c>, for everybody. It is written once, at the first request, for writing it takes some 30 ms of CPU, which no one without a key
    /// shall be able to ask for again and again.
    /// </summary>
    public static WebApplication MapApiDocument(this WebApplication app)
    {
        var written = new Lazy<Task<byte[]>>(() => WriteAsync(app.Services.GetRequiredKeyedService<IOpenApiDocumentProvider>(Name)));
        app.MapGet($"/openapi/{Name}.json", async () => TypedResults.Bytes(await written.Value, "application/json; charset=utf-8")).ExcludeFromDescription().AllowAnonymous();
        return app;
    }

    private static async Task<byte[]> WriteAsync(IOpenApiDocumentProvider provider)
    {
        using var bytes = new MemoryStream();
        await (await provider.GetOpenApiDocumentAsync()).SerializeAsJsonAsync(bytes, OpenApiSpecVersion.OpenApi3_1);
        return bytes.ToArray();
    }
}

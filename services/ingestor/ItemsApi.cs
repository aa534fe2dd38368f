using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;

namespace Driftline.Ingestor;

/// <summary><c>PUT /v1/items</c> and <c>DELETE /v1/items/{id}</c>.</summary>
internal static class ItemsApi
{
    private const string Prefix = "/v1/items/";

    public static RouteHandlerBuilder MapPutItems(this IEndpointRouteBuilder app) => app.MapPut("/items", PutAsync);

    /// <summary>A catch-all, because an id may hold slashes.</summary>
    public static RouteHandlerBuilder MapDeleteItem(this IEndpointRouteBuilder app) => app.MapDelete("/items/{**id}", DeleteAsync);

    internal static async Task<IResult> PutAsync(HttpRequest request, ItemReader reader, ItemIntake intake, IOptions<IngestorOptions> options, TimeProvider time)
    {
        List<ItemReading> readings;
        using (var body = await RequestBody.ReadAsync(request, options.Value, time))
            readings = body.Elements.Select(element => reader.Read(element.Element, element.Pointer, time.GetUtcNow())).ToList();
        return Accepted(await intake.PutAsync(readings));
    }

    internal static async Task<IResult> DeleteAsync(HttpContext http, ItemIntake intake, IOptions<IngestorOptions> options)
    {
        var id = PathId.Read(http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget, Prefix);
        if (string.IsNullOrWhiteSpace(id) || id.Length > options.Value.MaxIdChars)
        {
            throw new BadRequestException(
                StatusCodes.Status400BadRequest, "No such item id", $"Give an item id of 1 to {options.Value.MaxIdChars} characters, percent-encoded (a slash as %2F), after {Prefix}.");
        }

        return Accepted(await intake.DeleteAsync(id));
    }

    private static JsonHttpResult<ItemResults> Accepted(IReadOnlyList<ItemResult> results) =>
        TypedResults.Json(new ItemResults(results), statusCode: StatusCodes.Status202Accepted);
}

using Microsoft.Extensions.Options;

namespace Driftline.Ingestor;

/// <summary><c>POST /v1/events</c>.</summary>
internal static class EventsApi
{
    /// <summary>Query parameter: <c>true</c> sends on what was accepted before.</summary>
    public const string Replay = "replay";

    public static RouteHandlerBuilder MapPostEvents(this IEndpointRouteBuilder app) => app.MapPost("/events", PostAsync);

    internal static async Task<IResult> PostAsync(
        HttpRequest request, EventReader reader, EventIntake intake, IOptions<IngestorOptions> options, TimeProvider time)
    {
        var receivedAt = time.GetUtcNow(); // before the body is read: a slow upload is no clock skew
        var replay = request.Query[Replay].LastOrDefault() switch
        {
            null or "false" => false,
            "true" => true,
            _ => throw new BadRequestException(StatusCodes.Status400BadRequest, "Bad parameter", $"{Replay} must be true or false."),
        };
        List<EventReading> readings;
        using (var body = await RequestBody.ReadAsync(request, options.Value, time))
            readings = body.Elements.Select(element => reader.Read(element.Element, element.Pointer, receivedAt)).ToList();
        return TypedResults.Json(new EventResults(await intake.TakeAsync(readings, replay)), statusCode: StatusCodes.Status202Accepted);
    }
}

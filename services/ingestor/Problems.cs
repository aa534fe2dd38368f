using System.Globalization;
using Microsoft.Extensions.Options;

namespace Driftline.Ingestor;

/// <summary>Turns what stops a whole request into problem+json (RFC 9457).</summary>
internal sealed class Problems(IOptions<IngestorOptions> options) : IEndpointFilter
{
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        try
        {
            return await next(context);
        }
        catch (BadRequestException e)
        {
            return e.ToResult();
        }
        catch (UnavailableException e)
        {
            context.HttpContext.Response.Headers.RetryAfter = ((int)Math.Ceiling(options.Value.RetryAfter.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
            return TypedResults.Problem(e.Message, statusCode: StatusCodes.Status503ServiceUnavailable, title: "Records cannot be taken now");
        }
    }
}

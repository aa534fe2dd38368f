using Driftline.Hosting.Security;
using Microsoft.AspNetCore.OpenApi;

namespace Driftline.Recommender.Api;

/// <summary>What the OpenAPI document says beyond the endpoints themselves.</summary>
internal static class OpenApi
{
    public static void Describe(OpenApiOptions options) => options.AddSecurity().AddDocumentTransformer((document, _, _) =>
    {
        document.Info.Title = "Driftline recommender";
        document.Info.Version = "1";
        document.Info.Description =
            "Recommendations and interests, from interest.updates. 'stalenessMs' is everywhere the time since the newest event that the answer reflects reached the ingestor; "
            + "'asOf' is that event's own time. Errors are application/problem+json.";
        document.Servers?.Clear(); // the same document for every deployment
        return Task.CompletedTask;
    });
}

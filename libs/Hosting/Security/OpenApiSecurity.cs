using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Driftline.Hosting.Security;

/// <summary>Says in an OpenAPI document what each operation asks of its caller.</summary>
public static class OpenApiSecurity
{
    private const string Scheme = "key";

    public static OpenApiOptions AddSecurity(this OpenApiOptions options)
    {
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.AddComponent<IOpenApiSecurityScheme>(Scheme, new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.Http,
                Scheme = "bearer",
                Description = "An API key (dl_...), or a JSON Web Token of the configured provider. A deployment may ask for neither.",
            });
            return Task.CompletedTask;
        });
        return options.AddOperationTransformer((operation, context, _) =>
        {
            if (context.Description.ActionDescriptor.EndpointMetadata.OfType<IAuthorizeData>().LastOrDefault()?.Policy is not { } scope) return Task.CompletedTask;
            operation.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(Scheme, context.Document)] = [scope] }];
            operation.Responses ??= [];
            operation.Responses["401"] = new OpenApiResponse { Description = "No key, or one that is not in force." };
            operation.Responses["403"] = new OpenApiResponse { Description = $"The key has not the scope {scope}." };
            operation.Responses["429"] = new OpenApiResponse { Description = "The key asks more often than it may; Retry-After tells how many seconds to wait." };
            return Task.CompletedTask;
        });
    }
}

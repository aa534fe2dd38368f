using Driftline.Hosting;
using Driftline.Hosting.Security;
using Microsoft.Extensions.Options;
using Microsoft.OpenApi;

namespace Driftline.Ingestor.OpenApi;

/// <summary>The OpenAPI 3.1 document at <c>/openapi/v1.json</c>. Handlers read raw bodies, so what they take is described here, with the limits in force.</summary>
internal static class ApiDocument
{
    public static IServiceCollection AddApiDocument(this IServiceCollection services) => services.AddOpenApi(ApiDocumentEndpoint.Name, document =>
    {
        document.AddSecurity();
        document.AddDocumentTransformer((api, context, _) =>
        {
            var options = context.ApplicationServices.GetRequiredService<IOptions<IngestorOptions>>().Value;
            api.Info = new OpenApiInfo
            {
                Title = "Driftline ingestor",
                Version = "1",
                Description = "Takes what shoppers do and what is for sale. 202 means that Kafka has acknowledged every accepted element; each element is "
                    + "answered for itself. 503 means that Kafka is not taking records: send the same request again after Retry-After seconds; events that "
                    + "had arrived are then told as duplicates. Fields that are not described here are ignored.",
                License = new OpenApiLicense { Name = "Apache-2.0", Identifier = "Apache-2.0" },
            };
            api.Servers = []; // the same document wherever it runs
            api.AddComponent("StorefrontEvent", ApiSchemas.Event(options));
            api.AddComponent("SessionToMerge", ApiSchemas.SessionToMerge(options));
            api.AddComponent("Item", ApiSchemas.Item(options));
            return Task.CompletedTask;
        });
    });

    public static RouteHandlerBuilder DescribePostEvents(this RouteHandlerBuilder endpoint) => endpoint
        .WithName("PostEvents").WithTags("Events").WithSummary("Send one event or a batch")
        .Produces<EventResults>(StatusCodes.Status202Accepted)
        .TakesOneOrMany("StorefrontEvent", ApiExamples.Events)
        .AddOpenApiOperationTransformer((operation, _, _) =>
        {
            operation.Parameters =
            [
                new OpenApiParameter
                {
                    Name = EventsApi.Replay, In = ParameterLocation.Query, Schema = new OpenApiSchema { Type = JsonSchemaType.Boolean, Default = false },
                    Description = "True to send on also what was accepted before and would be a duplicate: for events that a later stage has refused, or that were lost, once the cause is mended.",
                },
            ];
            return Task.CompletedTask;
        });

    public static RouteHandlerBuilder DescribePutItems(this RouteHandlerBuilder endpoint) => endpoint
        .WithName("PutItems").WithTags("Catalogue").WithSummary("Add or replace one item or a batch")
        .WithDescription("An item replaces all that was known under its id. Of two elements with one id the later stays.")
        .Produces<ItemResults>(StatusCodes.Status202Accepted)
        .TakesOneOrMany("Item", ApiExamples.Items);

    public static RouteHandlerBuilder DescribeDeleteItem(this RouteHandlerBuilder endpoint) => endpoint
        .WithName("DeleteItem").WithTags("Catalogue").WithSummary("Withdraw an item")
        .WithDescription("An id that is not known is accepted too. Percent-encode the id; a slash in it is %2F.")
        .Produces<ItemResults>(StatusCodes.Status202Accepted)
        .NamesOneId("Item id, percent-encoded.", "sku-1");

    public static RouteHandlerBuilder DescribeDeleteUser(this RouteHandlerBuilder endpoint) => endpoint
        .WithName("DeleteUser").WithTags("Privacy").WithSummary("Erase a user")
        .WithDescription("Erases what is known of the user up to now, in every stage; a user who comes back starts anew. The recommender tells how far it is at the path in "
            + "Location. An id that is not known is accepted too. Percent-encode the id; a slash in it is %2F.")
        .Produces<ErasureResult>(StatusCodes.Status202Accepted)
        .NamesOneId("User id, percent-encoded.", "u1");

    public static RouteHandlerBuilder DescribeMergeSession(this RouteHandlerBuilder endpoint) => endpoint
        .WithName("MergeSession").WithTags("Users").WithSummary("Merge a session into the user that it turned out to be")
        .WithDescription("For a login: what the session did before anybody knew whose it was, sent with a sessionId and no userId, becomes the user's, in every stage; so does what "
            + "still comes of it. A session is one user's: a merge into another is refused later, in storefront.events.rejected. Asking again changes nothing. Let the shop's "
            + "server ask: whoever can, can give any session's history to any user. Percent-encode the id; a slash in it is %2F.")
        .Produces<MergeResult>(StatusCodes.Status202Accepted).RefusesBodies()
        .NamesOneId("User id, percent-encoded.", "u1")
        .AddOpenApiOperationTransformer((operation, context, _) =>
        {
            operation.RequestBody = new OpenApiRequestBody
            {
                Required = true,
                Content = new Dictionary<string, OpenApiMediaType>
                {
                    ["application/json"] = new OpenApiMediaType
                    {
                        Schema = new OpenApiSchemaReference("SessionToMerge", context.Document),
                        Example = System.Text.Json.Nodes.JsonNode.Parse(ApiExamples.Merge),
                    },
                },
            };
            return Task.CompletedTask;
        });

    private static RouteHandlerBuilder NamesOneId(this RouteHandlerBuilder endpoint, string description, string example) => endpoint
        .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status503ServiceUnavailable)
        .AddOpenApiOperationTransformer((operation, _, _) =>
        {
            operation.Parameters =
            [
                new OpenApiParameter
                {
                    Name = "id", In = ParameterLocation.Path, Required = true, Description = description, Example = example,
                    Schema = new OpenApiSchema { Type = JsonSchemaType.String, MinLength = 1 },
                },
            ];
            AddRetryAfter(operation);
            return Task.CompletedTask;
        });

    private static RouteHandlerBuilder TakesOneOrMany(this RouteHandlerBuilder endpoint, string component, IReadOnlyDictionary<string, string> examples) => endpoint
        .ProducesProblem(StatusCodes.Status400BadRequest).RefusesBodies().ProducesProblem(StatusCodes.Status503ServiceUnavailable)
        .AddOpenApiOperationTransformer((operation, context, _) =>
        {
            var options = context.ApplicationServices.GetRequiredService<IOptions<IngestorOptions>>().Value;
            operation.RequestBody = new OpenApiRequestBody
            {
                Required = true,
                Description = $"One object, or an array of 1 to {options.MaxBatchEvents} of them; at most {options.MaxRequestBytes} bytes.",
                Content = new Dictionary<string, OpenApiMediaType>
                {
                    ["application/json"] = new OpenApiMediaType
                    {
                        Schema = ApiSchemas.OneOrMany(new OpenApiSchemaReference(component, context.Document), options.MaxBatchEvents),
                        Examples = examples.ToDictionary(
                            example => example.Key,
                            IOpenApiExample (example) => new OpenApiExample { Value = System.Text.Json.Nodes.JsonNode.Parse(example.Value) }),
                    },
                },
            };
            AddRetryAfter(operation);
            return Task.CompletedTask;
        });

    private static RouteHandlerBuilder RefusesBodies(this RouteHandlerBuilder endpoint) => endpoint.ProducesProblem(StatusCodes.Status408RequestTimeout)
        .ProducesProblem(StatusCodes.Status413PayloadTooLarge).ProducesProblem(StatusCodes.Status415UnsupportedMediaType);

    private static void AddRetryAfter(OpenApiOperation operation)
    {
        if (operation.Responses?["503"] is not OpenApiResponse unavailable) return;
        unavailable.Headers = new Dictionary<string, IOpenApiHeader>
        {
            ["Retry-After"] = new OpenApiHeader { Description = "Seconds to wait before the same request is sent again.", Schema = new OpenApiSchema { Type = JsonSchemaType.Integer, Minimum = "1" } },
        };
    }
}

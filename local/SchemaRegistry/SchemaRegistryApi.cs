using System.Text.Json;
using Avro;

namespace Driftline.Local;

/// <summary>The subset of the Schema Registry's REST API that Confluent's clients use.</summary>
internal static class SchemaRegistryApi
{
    private const string ContentType = "application/vnd.schemaregistry.v1+json";

    public static void Map(WebApplication app)
    {
        app.Use(AnswerErrors);
        app.MapGet("/", () => Json(new About("Driftline's local schema registry", "For local use only: in memory, no security, Avro only.")));
        app.MapGet("/subjects", (SchemaStore store) => Json(store.Subjects()));
        app.MapGet("/subjects/{name}/versions", (SubjectName subject, SchemaStore store) => Json(store.Versions(subject.Value)));
        app.MapGet("/subjects/{name}/versions/{version}", (SubjectName subject, string version, SchemaStore store) =>
            Json(store.Version(subject.Value, SchemaStore.ParseVersion(version))));
        app.MapPost("/subjects/{name}/versions", async (SubjectName subject, HttpRequest request, SchemaStore store) =>
            Json(new IdAnswer(store.Register(subject.Value, await ReadSchema(request)))));
        app.MapPost("/subjects/{name}", async (SubjectName subject, HttpRequest request, SchemaStore store) =>
            Json(store.Lookup(subject.Value, await ReadSchema(request))));
        app.MapGet("/schemas/ids/{id:int}", (int id, SchemaStore store) => Json(new SchemaAnswer(store.ById(id).ToString())));
        app.MapGet("/schemas/ids/{id:int}/versions", (int id, SchemaStore store) => Json(store.Uses(id)));
        app.MapPost("/compatibility/subjects/{name}/versions", (SubjectName subject, HttpRequest request, SchemaStore store) =>
            Compatibility(subject, null, request, store));
        app.MapPost("/compatibility/subjects/{name}/versions/{version}", Compatibility);
        app.MapGet("/config", (SchemaStore store) => Json(new ConfigAnswer(store.Level(null)!.Name)));
        app.MapPut("/config", (HttpRequest request, SchemaStore store) => SetLevel(null, request, store));
        app.MapGet("/config/{name}", (SubjectName subject, bool? defaultToGlobal, SchemaStore store) => Json(new ConfigAnswer(
            (store.Level(subject.Value) ?? (defaultToGlobal == true ? store.Level(null) : null)
             ?? throw RegistryError.NoSubjectCompatibility(subject.Value)).Name)));
        app.MapPut("/config/{name}", (SubjectName subject, HttpRequest request, SchemaStore store) => SetLevel(subject.Value, request, store));
        app.MapFallback(IResult () => throw new RegistryError(404, 404, "HTTP 404 Not Found"));
    }

    private static async Task<IResult> Compatibility(SubjectName subject, string? version, HttpRequest request, SchemaStore store)
    {
        var problems = store.Problems(subject.Value, await ReadSchema(request), version);
        return Json(new CompatibilityAnswer(problems.Count == 0, problems));
    }

    private static async Task<IResult> SetLevel(string? subject, HttpRequest request, SchemaStore store)
    {
        var level = CompatibilityLevel.Parse((await Read<Config>(request)).Compatibility);
        store.SetLevel(subject, level);
        return Json(new Config(level.Name));
    }

    private static async Task<Schema> ReadSchema(HttpRequest request)
    {
        var body = await Read<SchemaRequest>(request);
        if (body.SchemaType is not (null or "AVRO")) throw RegistryError.InvalidSchema($"schemaType {body.SchemaType} is not kept here, only AVRO");
        if (body.References is { Count: > 0 }) throw RegistryError.InvalidSchema("references are not kept here: write the referenced types into the schema");
        if (string.IsNullOrWhiteSpace(body.Schema)) throw RegistryError.InvalidSchema("the field 'schema' is empty");
        try
        {
            // Apache.Avro answers null for a type that it does not know.
            return Schema.Parse(body.Schema) ?? throw RegistryError.InvalidSchema("it names an unknown type");
        }
        catch (Exception e) when (e is AvroException or Newtonsoft.Json.JsonException)
        {
            throw RegistryError.InvalidSchema(e.Message);
        }
    }

    private static async Task<T> Read<T>(HttpRequest request)
    {
        try
        {
            return await JsonSerializer.DeserializeAsync<T>(request.Body) ?? throw new JsonException("the body is null");
        }
        catch (JsonException e)
        {
            throw new RegistryError(400, 400, "The request's body is not the JSON expected: " + e.Message);
        }
    }

    private static async Task AnswerErrors(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context);
        }
        catch (RegistryError error)
        {
            await Json(new ErrorAnswer(error.Code, error.Message), error.Status).ExecuteAsync(context);
        }
    }

    private static IResult Json<T>(T answer, int status = 200) => Results.Json(answer, JsonSerializerOptions.Default, ContentType, status);
}

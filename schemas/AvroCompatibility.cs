using System.Text.Json;
using Avro;

namespace Driftline.Schemas;

/// <summary>
/// Whether a reader's schema can read everything that a writer's schema may have written, after the Avro specification 1.12, 'Schema
/// Resolution'. Apache.Avro's <see cref="Schema.CanRead"/> gives no reason, and lets an enum pass whose symbols the reader lacks; here a
/// symbol needs a counterpart or a default. Stricter than the specification in one point: names must agree with their namespace (or be an
/// alias), because Apache.Avro's C# reader asks for that.
/// </summary>
public static class AvroCompatibility
{
    /// <summary>Everything that stands in the way, each with its path from the root, such as
    /// <c>/payload/Click/items/[]/quantity: ...</c>; empty when the reader can read the writer.</summary>
    public static IReadOnlyList<string> Problems(Schema reader, Schema writer)
    {
        var problems = new List<string>();
        Check(reader, writer, "", problems, []);
        return problems;
    }

    private static void Check(Schema reader, Schema writer, string path, List<string> problems, HashSet<(string Reader, string Writer)> seen)
    {
        if (writer is UnionSchema written)
        {
            foreach (var branch in written.Schemas) Check(reader, branch, path, problems, seen);
            return;
        }

        switch (reader, writer)
        {
            case (UnionSchema union, _):
                CheckUnion(union, writer, path, problems, seen);
                break;
            case (LogicalSchema { LogicalTypeName: "decimal" } r, LogicalSchema { LogicalTypeName: "decimal" } w)
                when r.GetProperty("precision") != w.GetProperty("precision") || r.GetProperty("scale") != w.GetProperty("scale"):
                Add($"decimal({w.GetProperty("precision")}, {w.GetProperty("scale")}) is read as decimal({r.GetProperty("precision")}, {r.GetProperty("scale")})");
                break;
            case (LogicalSchema logical, _):
                Check(logical.BaseSchema, writer, path, problems, seen);
                break;
            case (_, LogicalSchema logical):
                Check(reader, logical.BaseSchema, path, problems, seen);
                break;
            case (RecordSchema r, RecordSchema w):
                if (!SameName(r, w)) AddNames(r, w);
                else if (seen.Add((r.Fullname, w.Fullname))) CheckFields(r, w, path, problems, seen);
                break;
            case (EnumSchema r, EnumSchema w):
                if (!SameName(r, w)) AddNames(r, w);
                else if (r.Default is null && w.Symbols.Except(r.Symbols).ToList() is { Count: > 0 } missing)
                    Add($"enum {r.Fullname} lacks the symbols {string.Join(", ", missing)} and has no default");
                break;
            case (FixedSchema r, FixedSchema w):
                if (!SameName(r, w)) AddNames(r, w);
                else if (r.Size != w.Size) Add($"fixed {r.Fullname} of {w.Size} bytes is read as {r.Size} bytes");
                break;
            case (ArraySchema r, ArraySchema w):
                Check(r.ItemSchema, w.ItemSchema, path + "/[]", problems, seen);
                break;
            case (MapSchema r, MapSchema w):
                Check(r.ValueSchema, w.ValueSchema, path + "/{}", problems, seen);
                break;
            default:
                if (!Promotes(writer.Tag, reader.Tag)) Add($"{Describe(writer)} cannot be read as {Describe(reader)}");
                break;
        }

        void Add(string problem) => problems.Add($"{(path.Length == 0 ? "/" : path)}: {problem}");
        void AddNames(NamedSchema r, NamedSchema w) => Add($"{w.Fullname} was written but {r.Fullname} is expected, and no alias joins the names");
    }

    private static void CheckFields(
        RecordSchema reader, RecordSchema writer, string path, List<string> problems, HashSet<(string Reader, string Writer)> seen)
    {
        foreach (var field in reader.Fields)
        {
            var fieldPath = $"{path}/{field.Name}";
            if (Find(writer, field) is { } written)
                Check(field.Schema, written.Schema, fieldPath, problems, seen);
            else if (field.DefaultValue is null)
                problems.Add($"{fieldPath}: field '{field.Name}' of {reader.Fullname} is missing from earlier records and has no default: give it one");
        }
    }

    private static void CheckUnion(
        UnionSchema reader, Schema writer, string path, List<string> problems, HashSet<(string Reader, string Writer)> seen)
    {
        // A branch of the writer's own name or type is the one that is meant: its problems are the ones worth telling.
        List<string>? nearest = null;
        foreach (var branch in reader.Schemas)
        {
            var tried = new List<string>();
            var meant = branch.Fullname == writer.Fullname;
            Check(branch, writer, branch is NamedSchema ? $"{path}/{branch.Name}" : path, tried, meant ? seen : [.. seen]);
            if (tried.Count == 0) return;
            if (meant) nearest = tried;
        }

        problems.AddRange(nearest ?? [$"{(path.Length == 0 ? "/" : path)}: no branch of [{string.Join(", ", reader.Schemas.Select(Describe))}] can read {Describe(writer)}"]);
    }

    private static Field? Find(RecordSchema writer, Field field)
    {
        foreach (var name in (field.Aliases ?? []).Prepend(field.Name))
        {
            if (writer.TryGetField(name, out var found)) return found;
        }

        return null;
    }

    private static bool SameName(NamedSchema reader, NamedSchema writer) => reader.Fullname == writer.Fullname || Aliases(reader).Contains(writer.Fullname);

    // Apache.Avro keeps aliases to itself but writes them, qualified.
    private static IEnumerable<string?> Aliases(NamedSchema schema)
    {
        using var json = JsonDocument.Parse(schema.ToString());
        return json.RootElement.TryGetProperty("aliases", out var aliases) ? [.. aliases.EnumerateArray().Select(alias => alias.GetString())] : [];
    }

    private static bool Promotes(Schema.Type writer, Schema.Type reader) => writer == reader || (writer, reader) is
        (Schema.Type.Int, Schema.Type.Long or Schema.Type.Float or Schema.Type.Double)
        or (Schema.Type.Long, Schema.Type.Float or Schema.Type.Double)
        or (Schema.Type.Float, Schema.Type.Double)
        or (Schema.Type.String, Schema.Type.Bytes)
        or (Schema.Type.Bytes, Schema.Type.String);

    private static string Describe(Schema schema) => schema is NamedSchema ? $"{Schema.GetTypeString(schema.Tag)} {schema.Fullname}" : schema.Name;
}

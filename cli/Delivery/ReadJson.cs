using System.Text;
using System.Text.Json;

namespace Driftline.Cli.Delivery;

/// <summary>Objects from a file or, for <c>-</c>, from the input: JSON lines, one array, or one object.</summary>
internal static class ReadJson
{
    public static IEnumerable<Element> From(string path) => path == "-" ? From("stdin", new StreamReader(Console.OpenStandardInput())) : FromFile(path); // UTF-8 and a byte order mark as in a file

    /// <param name="name">What the places are called after.</param>
    public static IEnumerable<Element> From(string name, TextReader reader)
    {
        var (number, isFirst) = (0, true);
        while (reader.ReadLine() is { } line)
        {
            number++;
            if (string.IsNullOrWhiteSpace(line)) continue;
            // An array, or an object that does not end on its line, is one document.
            if (isFirst && line.TrimStart()[0] is var first && (first == '[' || (first == '{' && !IsWhole(line))))
            {
                var rest = reader.ReadToEnd();
                if (first == '[' || !BeginsWithAWholeLine(rest) || IsWhole(line + "\n" + rest))
                {
                    foreach (var element in Document(name, line + "\n" + rest)) yield return element;
                    yield break;
                }

                reader = new StringReader(rest); // lines, of which the first is broken
            }

            isFirst = false;
            yield return Read($"{name}:{number}", line);
        }
    }

    private static bool BeginsWithAWholeLine(string text)
    {
        var line = text.TrimStart().Split('\n', 2)[0];
        return line.StartsWith('{') && IsWhole(line);
    }

    private static IEnumerable<Element> FromFile(string path)
    {
        if (!File.Exists(path)) throw new CommandException($"{path}: no such file. Give a file of JSON lines or of a JSON array, or - for the input.");
        using var reader = new StreamReader(path);
        foreach (var element in From(path, reader)) yield return element;
    }

    private static bool IsWhole(string line)
    {
        try
        {
            using var _ = JsonDocument.Parse(line);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static IEnumerable<Element> Document(string name, string text)
    {
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(text);
        }
        catch (JsonException e)
        {
            throw new CommandException($"{name}: is not JSON: {e.Message} Give JSON lines, one array, or one object.");
        }

        using (document)
        {
            if (document.RootElement.ValueKind != JsonValueKind.Array)
            {
                yield return Read(name, text);
                yield break;
            }

            var number = 0;
            foreach (var one in document.RootElement.EnumerateArray()) yield return Read($"{name}, element {++number}", one.GetRawText());
        }
    }

    private static Element Read(string where, string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? new Element(where, Encoding.UTF8.GetBytes(document.RootElement.GetRawText()))
                : Element.Unreadable(where, "is not a JSON object");
        }
        catch (JsonException e)
        {
            return Element.Unreadable(where, $"is not JSON: {e.Message}");
        }
    }
}

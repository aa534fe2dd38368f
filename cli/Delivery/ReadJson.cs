using System.Text;
using System.Text.Json;

namespace Driftline.Cli.Delivery;

/// <summary>Objects from a file or, for <c>-</c>, from the input: JSON lines, one array, or one object.</summary>
internal static class ReadJson
{
    /// <summary>With or without a byte order mark, which a reader that does not expect one takes for leave to guess; other bytes are no text that could be told apart.</summary>
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: true, throwOnInvalidBytes: true);

    public static IEnumerable<Element> From(string path) => path == "-" ? From("stdin", new StreamReader(Console.OpenStandardInput(), Strict)) : FromFile(path);

    /// <param name="name">What the places are called after.</param>
    public static IEnumerable<Element> From(string name, TextReader reader)
    {
        var (number, isFirst) = (0, true);
        for (var line = Next(); line is not null; line = Next())
        {
            if (string.IsNullOrWhiteSpace(line)) continue;
            if (isFirst && line.TrimStart()[0] is var first && (first == '[' || (first == '{' && !IsWhole(line))))
            {
                // An array, or an object that does not end on its line, is one document; before a whole object it is a broken line.
                var (at, second) = (number, first == '[' ? null : NextText());
                if (second?.TrimStart().StartsWith('{') != true || !IsWhole(second))
                {
                    foreach (var element in Document(name, line + "\n" + (second is null ? "" : second + "\n") + Told(reader.ReadToEnd))) yield return element;
                    yield break;
                }

                yield return Read($"{name}:{at}", line);
                line = second;
            }

            isFirst = false;
            yield return Read($"{name}:{number}", line);
        }

        string? Next()
        {
            number++;
            return Told(reader.ReadLine);
        }

        string? NextText()
        {
            var next = Next();
            while (next is not null && string.IsNullOrWhiteSpace(next)) next = Next();
            return next;
        }

        T Told<T>(Func<T> read)
        {
            try
            {
                return read();
            }
            catch (DecoderFallbackException e)
            {
                throw new CommandException($"{name}, after line {number - 1}: the text is not UTF-8 ({e.Message}). Save it as UTF-8.");
            }
        }
    }

    private static IEnumerable<Element> FromFile(string path)
    {
        if (!File.Exists(path)) throw new CommandException($"{path}: no such file. Give a file of JSON lines or of a JSON array, or - for the input.");
        using var reader = new StreamReader(path, Strict);
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

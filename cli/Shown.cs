using System.CommandLine;
using System.IO.Pipes;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Win32.SafeHandles;
using Spectre.Console;

namespace Driftline.Cli;

/// <summary>Answers go to the output: a table for people, with --json one JSON document a line. Everything else goes to the error stream.</summary>
internal static class Shown
{
    private const int WidthOfPipes = 200;

    public static readonly Option<bool> Json = new("--json") { Description = "Print JSON for programs.", Recursive = true };

    /// <summary>Letters of all languages as they are: this is no web page.</summary>
    public static readonly JsonWriterOptions Writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly Lazy<Stream> Output = new(OpenOutput);

    public static IAnsiConsole Answers { get; } = Open(Console.Out, Console.IsOutputRedirected);

    public static IAnsiConsole Notes { get; } = Open(Console.Error, Console.IsErrorRedirected);

    public static void Note(string text) => Console.Error.WriteLine($"driftline: {text}");

    public static void Line<T>(T value, JsonTypeInfo<T> type) => Line(json => JsonSerializer.Serialize(json, value, type));

    public static void Line(Action<Utf8JsonWriter> write)
    {
        using var line = new MemoryStream();
        using (var json = new Utf8JsonWriter(line, Writing)) write(json);
        line.WriteByte((byte)'\n');
        Output.Value.Write(line.GetBuffer().AsSpan(0, (int)line.Length));
    }

    /// <summary>The console's own stream takes a pipe whose reader has gone for one that reads on: what follows a topic would never end.</summary>
    private static Stream OpenOutput()
    {
        try
        {
            if (!OperatingSystem.IsWindows()) return new AnonymousPipeClientStream(PipeDirection.Out, new SafePipeHandle(1, ownsHandle: false));
        }
        catch (IOException) { } // a file, or a terminal

        return Console.OpenStandardOutput();
    }

    /// <summary>A table whose cells are plain text.</summary>
    public static void Table(IReadOnlyList<string> columns, IEnumerable<IReadOnlyList<string?>> rows)
    {
        var table = new Table().Border(TableBorder.Simple);
        foreach (var column in columns) table.AddColumn(Markup.Escape(column));
        foreach (var row in rows) table.AddRow([.. row.Select(cell => Markup.Escape(cell ?? ""))]);
        Answers.Write(table);
    }

    private static IAnsiConsole Open(TextWriter writer, bool redirected)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(writer), Interactive = redirected ? InteractionSupport.No : InteractionSupport.Detect });
        if (redirected) console.Profile.Width = WidthOfPipes;
        return console;
    }
}

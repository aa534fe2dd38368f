using System.Text.Json;

namespace Driftline.Ingestor;

/// <summary>The request as a whole cannot be taken; nothing of it was.</summary>
internal sealed class BadRequestException(int status, string title, string detail, long? line = null, long? column = null) : Exception(detail)
{
    public int Status => status;

    /// <param name="e">As the parser threw it; its positions start at zero, ours at one, as in an editor.</param>
    public static BadRequestException Malformed(JsonException e)
    {
        var (line, column) = ((e.LineNumber ?? 0) + 1, (e.BytePositionInLine ?? 0) + 1);
        var what = e.Message.Split(" LineNumber:", 2)[0];
        return new BadRequestException(StatusCodes.Status400BadRequest, "Malformed JSON", $"Line {line}, byte {column}: {what}", line, column);
    }

    public IResult ToResult() => TypedResults.Problem(
        Message, statusCode: status, title: title,
        extensions: line is null ? null : new Dictionary<string, object?> { ["line"] = line, ["byte"] = column });
}

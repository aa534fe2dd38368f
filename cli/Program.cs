using System.CommandLine;
using Confluent.Kafka;
using Driftline.Cli;
using Driftline.Client;
using Driftline.Storefront;

// What the user can put right is one line and exit code 2; anything else is a bug and shows its trace. Exit code 1: done, but not for every element.
try
{
    var parsed = CommandLine.Create().Parse(args);
    var exit = await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
    return parsed.Errors.Count > 0 ? 2 : exit;
}
catch (Exception e) when (e is CommandException or DriftlineException or ImportException or KafkaException or IOException or UnauthorizedAccessException or ArgumentException { Source: "Driftline.Client" })
{
    Console.Error.WriteLine($"driftline: {e.Message.ReplaceLineEndings(" ")}");
    return 2;
}
catch (OperationCanceledException)
{
    return 130;
}

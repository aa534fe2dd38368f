using Driftline.Local;

namespace Driftline.Integration.Tests;

/// <summary>Runs a program to its end, within a bound.</summary>
internal static class Programs
{
    public static async Task<(int ExitCode, string Output, string Error)> RunAsync(
        string program, string[] arguments, TimeSpan limit, IReadOnlyDictionary<string, string>? environment = null)
    {
        using var timeout = new CancellationTokenSource(limit);
        try
        {
            return await RunProgram.ToItsEndAsync(new ProcessSpec(program, program, arguments) { Environment = environment ?? new Dictionary<string, string>() }, timeout.Token);
        }
        catch (OperationCanceledException e)
        {
            throw new TimeoutException($"{program} did not end within {limit}. {e.Message}", e);
        }
    }
}

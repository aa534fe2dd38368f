namespace Driftline.Cli;

/// <summary>Something that the user can put right; the message says how.</summary>
internal sealed class CommandException(string message) : Exception(message);

using System.CommandLine.Parsing;
using System.Globalization;

namespace Driftline.Cli;

/// <summary>Readers of options that take numbers within bounds; of anything else the error names the option and the bounds.</summary>
internal static class Bounds
{
    public static Func<ArgumentResult, double> Between(double least, double most) => result =>
    {
        if (double.TryParse(result.Tokens[^1].Value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most) return number;
        result.AddError(string.Create(CultureInfo.InvariantCulture, $"{NameOf(result)} must be a number from {least} to {most}."));
        return default;
    };

    public static int? AtLeastOne(ArgumentResult result)
    {
        if (int.TryParse(result.Tokens[^1].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count >= 1) return count;
        result.AddError($"{NameOf(result)} must be a whole number, at least 1.");
        return null;
    }

    private static string NameOf(ArgumentResult result) => ((OptionResult)result.Parent!).Option.Name;
}

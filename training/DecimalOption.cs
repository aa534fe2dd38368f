using System.CommandLine.Parsing;
using System.Globalization;

namespace Driftline.Training;

/// <summary>Numbers on the command line: a comma is no decimal point, and no separator of thousands either, as which it would make 18 of 1,8.</summary>
internal static class DecimalOption
{
    /// <summary>The number of an option; an error that names option and text where it is none.</summary>
    public static double Parse(ArgumentResult result)
    {
        var text = result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)) return number;
        result.AddError($"{(result.Parent as OptionResult)?.Option.Name} {text}: is not a number. Write it with a decimal point, such as 0.5.");
        return 0;
    }
}

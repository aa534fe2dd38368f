using System.CommandLine;
using System.Globalization;
using System.Numerics;

namespace Driftline.Bench;

/// <summary>The range of an option's number.</summary>
internal static class OptionRange
{
    /// <summary>Refuses a number outside, naming the option and both ends. NaN lies outside.</summary>
    public static void Within<T>(this Option<T> option, T least, T most) where T : struct, INumber<T> => option.Validators.Add(result =>
    {
        var value = result.GetValueOrDefault<T>();
        if (!(value >= least && value <= most)) result.AddError(string.Create(CultureInfo.InvariantCulture, $"{option.Name} must be {least} to {most}."));
    });
}

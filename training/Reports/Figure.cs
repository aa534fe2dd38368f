using System.Globalization;
using System.Text.Json.Serialization;
using MathNet.Numerics.Distributions;

namespace Driftline.Training;

/// <summary>A figure's values, one a seed.</summary>
public sealed record Figure(IReadOnlyList<double> Values)
{
    /// <summary>Their mean.</summary>
    public double Mean => Values.Average();

    /// <summary>Their sample standard deviation (n - 1); 0 for one value.</summary>
    public double Deviation => Values.Count < 2 ? 0 : Math.Sqrt(Values.Sum(value => (value - Mean) * (value - Mean)) / (Values.Count - 1));

    /// <summary>Half the width of the mean's 95 % confidence interval, by Student's t (doi:10.2307/2331554); infinite for one value.</summary>
    [JsonIgnore]
    public double Margin => Values.Count < 2 ? double.PositiveInfinity : StudentT.InvCDF(0, 1, Values.Count - 1, 0.975) * Deviation / Math.Sqrt(Values.Count);

    /// <summary><c>0.1234</c>, or <c>0.1234 ± 0.0012</c> of several seeds; whole numbers of 10 and more without decimals.</summary>
    public override string ToString()
    {
        var format = Values.All(value => value >= 10 && value == Math.Floor(value)) ? "F0" : "F4";
        var mean = Mean.ToString(format, CultureInfo.InvariantCulture);
        return Values.Count < 2 ? mean : mean + " ± " + Deviation.ToString("F4", CultureInfo.InvariantCulture);
    }
}

using System.Globalization;
using Microsoft.AspNetCore.Http.Metadata;

namespace Driftline.Recommender.Api;

/// <summary>Says of a query string that could not be read which parameter is wrong and what it takes.</summary>
internal static class BindingErrors
{
    /// <summary>Null where no query parameter of the endpoint is to blame.</summary>
    public static string? Explain(HttpContext context, Endpoint? endpoint)
    {
        foreach (var parameter in endpoint?.Metadata.GetOrderedMetadata<IParameterBindingMetadata>() ?? [])
        {
            if (!context.Request.Query.TryGetValue(parameter.Name, out var values)) continue;
            var (text, type) = (values.ToString(), Nullable.GetUnderlyingType(parameter.ParameterInfo.ParameterType) ?? parameter.ParameterInfo.ParameterType);
            if (type == typeof(int) && !int.TryParse(text, CultureInfo.InvariantCulture, out _)) return $"{parameter.Name} must be one whole number, e.g. {parameter.Name}=10, not '{text}'.";
            if (type == typeof(bool) && !bool.TryParse(text, out _)) return $"{parameter.Name} must be true or false, not '{text}'.";
            if (type == typeof(double) && !double.TryParse(text, CultureInfo.InvariantCulture, out _))
                return $"{parameter.Name} must be one number with a decimal point, e.g. {parameter.Name}=0.5, not '{text}'.";
        }

        return null;
    }
}

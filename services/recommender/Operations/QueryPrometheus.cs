using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;

namespace Driftline.Recommender.Operations;

/// <summary>One line of a chart.</summary>
/// <param name="Points">Seconds since the Unix epoch and value; what is no number is left out.</param>
public sealed record OperationsSeries(string Name, IReadOnlyList<double[]> Points);

/// <summary>Asks the Prometheus at <c>Recommender:PrometheusUrl</c> for a chart's lines. Only the charts' own queries are ever sent there.</summary>
internal sealed partial class QueryPrometheus(HttpClient http, IOptions<RecommenderOptions> options, TimeProvider time)
{
    private const int Steps = 120;
    private const int MostSeries = 12;

    /// <exception cref="HttpRequestException">It did not answer, or not with success.</exception>
    public async Task<IReadOnlyList<OperationsSeries>> RangeAsync(OperationsPanel panel, TimeSpan range, CancellationToken aborted)
    {
        var step = Math.Max(1, range.TotalSeconds / Steps);
        var end = time.GetUtcNow().ToUnixTimeSeconds();
        var series = new List<OperationsSeries>();
        foreach (var query in panel.Queries)
        {
            // Four steps and no less than a minute, so that a rate always sees several scrapes.
            var expression = query.Expression.Replace("$__rate_interval", $"{(int)Math.Max(60, 4 * step)}s", StringComparison.Ordinal);
            using var body = new FormUrlEncodedContent(
            [
                new("query", expression), new("start", (end - range.TotalSeconds).ToString(CultureInfo.InvariantCulture)), new("end", end.ToString(CultureInfo.InvariantCulture)),
                new("step", step.ToString(CultureInfo.InvariantCulture)),
            ]);
            using var response = await http.PostAsync(options.Value.PrometheusUrl!.Below("api/v1/query_range"), body, aborted);
            response.EnsureSuccessStatusCode();
            var answer = await response.Content.ReadFromJsonAsync(OperationsJson.Default.PrometheusAnswer, aborted);
            series.AddRange(answer!.Data.Result.Select(found => new OperationsSeries(Label(query.Legend, found.Metric), [.. found.Values.Select(Point).OfType<double[]>()])));
        }

        return [.. series.Where(one => one.Points.Count > 0).Take(MostSeries)];
    }

    private static string Label(string legend, IReadOnlyDictionary<string, string> labels) =>
        Placeholder().Replace(legend, match => labels.GetValueOrDefault(match.Groups[1].Value, "")).Trim();

    private static double[]? Point(JsonElement[] value) =>
        double.TryParse(value[1].GetString(), CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? [value[0].GetDouble(), number] : null;

    [GeneratedRegex(@"\{\{(\w+)\}\}")]
    private static partial Regex Placeholder();
}

/// <summary>What Prometheus answers to a range query; see its HTTP API, "Range queries".</summary>
internal sealed record PrometheusAnswer(PrometheusData Data);

internal sealed record PrometheusData(IReadOnlyList<PrometheusSeries> Result);

internal sealed record PrometheusSeries(IReadOnlyDictionary<string, string> Metric, IReadOnlyList<JsonElement[]> Values);

using System.Text.Json;
using Driftline.Local;

namespace Driftline.Bench.Regressions;

/// <summary><c>regressions</c>: holds ratios of times against those in <c>bench/baseline.json</c>.</summary>
internal static class RegressionsCommand
{
    /// <summary>A ratio may be this much larger than its baseline.</summary>
    private const double Tolerance = 1.2;

    /// <summary>A ratio fails only if it is too large each time: a machine may stall in the very slices of one side.</summary>
    private const int Attempts = 3;

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    private static string File => Path.Combine(Repository.Root, "bench", "baseline.json");

    /// <summary>Measures anew and writes the baseline.</summary>
    public static async Task<int> UpdateAsync(CancellationToken stopping)
    {
        var measured = Ratios.All().ToDictionary(ratio => ratio.Name, ratio => Math.Round(ratio.Measure(), 3), StringComparer.Ordinal);
        foreach (var (name, value) in measured) Console.WriteLine($"{name}: {value:F3}");
        await System.IO.File.WriteAllTextAsync(File, JsonSerializer.Serialize(measured, Indented) + "\n", stopping);
        return 0;
    }

    /// <returns>1 if a ratio is larger than its baseline allows, or has none.</returns>
    public static async Task<int> CheckAsync(CancellationToken stopping)
    {
        var baseline = JsonSerializer.Deserialize<Dictionary<string, double>>(await System.IO.File.ReadAllTextAsync(File, stopping))!;
        var failed = 0;
        foreach (var ratio in Ratios.All())
        {
            if (!baseline.TryGetValue(ratio.Name, out var expected))
            {
                Console.Error.WriteLine($"{ratio.Name} is not in {File}: run `bench -- regressions --update`.");
                failed = 1;
                continue;
            }

            var least = double.MaxValue;
            for (var attempt = 0; attempt < Attempts && least > expected * Tolerance; attempt++) least = Math.Min(least, ratio.Measure());
            var isWorse = least > expected * Tolerance;
            Console.WriteLine($"{(isWorse ? "WORSE" : "ok")} {ratio.Name}: {least:F3}, baseline {expected:F3}");
            if (isWorse) failed = 1;
        }

        return failed;
    }
}

using FsCheck;
using FsCheck.Fluent;

namespace Driftline.Tests;

/// <summary>
/// Runs a property over made-up input. A failure tells the input and the seed; put the input into a test of its own, so that it stays found.
/// DRIFTLINE_FUZZ_CASES sets how many cases each property gets: CI runs a few hundred, an hour's run some hundred thousand.
/// </summary>
internal static class Fuzzing
{
    private const int CasesInCi = 300;

    private static readonly int Cases = int.TryParse(Environment.GetEnvironmentVariable("DRIFTLINE_FUZZ_CASES"), out var cases) ? cases : CasesInCi;

    /// <param name="holds">Throws where the property does not hold.</param>
    public static void Run<T>(Gen<T> inputs, Action<T> holds) => Check.One(Config.QuickThrowOnFailure.WithMaxTest(Cases), Prop.ForAll(inputs.ToArbitrary(), holds));
}

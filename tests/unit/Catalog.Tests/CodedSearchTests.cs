using System.Globalization;
using Xunit;

namespace Driftline.Catalog.Tests;

/// <summary>A search through codes passes most rows over and must find what a scan of all finds, to the bit.</summary>
public sealed class CodedSearchTests
{
    private const int Items = 5_000, Wanted = 20;

    public static TheoryData<string, int> Kinds => new()
    {
        { "walk", 64 }, { "walk", 19 }, { "gauss", 64 }, { "gauss", 3 }, { "few values", 8 }, { "lengths", 16 }, { "huge", 16 }, { "all equal", 5 },
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task ItFindsWhatAScanFinds(string kind, int dimensions)
    {
        var random = new Random(5);
        var (scanned, coded) = (new VectorIndex(dimensions), new VectorIndex(dimensions, codeFrom: 1));
        var vectors = Vectors(kind, dimensions, random).Take(Items).ToList();
        for (var i = 0; i < Items; i++) Write(i, vectors[i]);
        await coded.CodedAsync();
        for (var i = 0; i < Items / 20; i++) // codes go on while what they cover is replaced and removed
        {
            Write(random.Next(Items), vectors[random.Next(Items)]);
            var gone = Id(random.Next(Items));
            Assert.Equal(scanned.Remove(gone), coded.Remove(gone));
        }

        for (var i = 0; i < 40; i++)
        {
            var query = vectors[random.Next(Items)];
            if (i % 2 == 0) query = [.. query.Select(number => number * (random.NextSingle() - 0.2f))];
            var boosts = Enumerable.Range(0, 10).Select(_ => random.Next(Items + 5)).Distinct().ToDictionary(Id, _ => random.NextSingle() * 20 - 10);
            foreach (var cosine in new[] { false, true })
            {
                Assert.Equal(scanned.Search(query, Wanted, cosine: cosine), coded.Search(query, Wanted, cosine: cosine));
                Assert.Equal(scanned.Search(query, Wanted, Passes, boosts, cosine), coded.Search(query, Wanted, Passes, boosts, cosine));
                Assert.Equal(scanned.Search(query, Wanted, RarelyPasses, cosine: cosine), coded.Search(query, Wanted, RarelyPasses, cosine: cosine));
            }
        }

        void Write(int item, float[] vector)
        {
            scanned.Upsert(Id(item), vector);
            coded.Upsert(Id(item), vector);
        }
    }

    [Fact]
    public async Task ItHoldsWhileRowsMoveToLargerArraysUnderTheCodes()
    {
        var random = new Random(6);
        var (scanned, coded) = (new VectorIndex(16), new VectorIndex(16, codeFrom: 1_000));
        var vectors = Vectors("walk", 16, random).Take(9_000).ToList(); // the arrays grow at 256, 512, 1,024 ... rows, which is not when codes are made
        for (var i = 0; i < vectors.Count; i++)
        {
            scanned.Upsert(Id(i % 3_000), vectors[i]);
            coded.Upsert(Id(i % 3_000), vectors[i]);
            if (i % 100 == 0) Assert.Equal(scanned.Search(vectors[i], Wanted), coded.Search(vectors[i], Wanted));
            if (i % 1_500 == 0) await coded.CodedAsync();
        }
    }

    [Theory]
    [InlineData(4)]
    [InlineData(64)]
    [InlineData(388)]
    public void ThisProcessorsSumsOfProductsAreThePlainOnesAtTheEndsOfTheirRange(int dimensions)
    {
        var random = new Random(7);
        Span<int> expected = stackalloc int[CodedRows.BlockRows], sums = stackalloc int[CodedRows.BlockRows];
        foreach (var extreme in new[] { false, true })
        {
            var codes = new byte[dimensions * CodedRows.BlockRows];
            var query = new sbyte[dimensions];
            random.NextBytes(codes);
            for (var i = 0; i < query.Length; i++) query[i] = (sbyte)(extreme ? random.Next(2) * 126 - 63 : random.Next(-63, 64));
            if (extreme) Array.Fill(codes, byte.MaxValue);
            CodedRows.PlainSums(codes, query, expected);
            CodedRows.Sums(codes, query, sums);
            Assert.Equal(expected, sums);
        }
    }

    private static string Id(int item) => item.ToString("00000", CultureInfo.InvariantCulture);

    private static bool Passes(string id, ref object? known) => id[^1] is '3' or '7';

    private static bool RarelyPasses(string id, ref object? known) => id.EndsWith("777", StringComparison.Ordinal);

    private static IEnumerable<float[]> Vectors(string kind, int dimensions, Random random)
    {
        float[] at = [.. Enumerable.Range(0, dimensions).Select(_ => Normal())];
        for (var i = 0; ; i++)
        {
            yield return [.. at];
            for (var d = 0; d < dimensions; d++)
            {
                at[d] = kind switch
                {
                    "walk" => i % 200 == 0 ? Normal() : at[d] + 0.1f * Normal(),
                    "few values" => random.Next(3) - 1, // many equal scores
                    "lengths" => i % 50 == 0 ? 0 : Normal() * MathF.Pow(10, random.Next(-3, 4)), // no length now and then
                    "huge" => Normal() * 1e18f, // squares of such lengths are beyond float
                    "all equal" => at[d],
                    _ => Normal(),
                };
            }
        }

        float Normal() => (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
    }
}

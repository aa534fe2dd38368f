using System.Runtime.InteropServices;
using Driftline.InterestModel;

namespace Driftline.Bench.Retrieval;

/// <summary>Item vectors and, apart from them, queries of the same kind.</summary>
/// <param name="Items">Shape (items, dimensions), row-major.</param>
/// <param name="Queries">Shape (queries, dimensions), row-major.</param>
internal sealed record VectorSet(string Name, int Dimensions, float[] Items, float[] Queries)
{
    private const int ClusterItems = 1_000;
    private const double MixtureDeviation = 0.5;

    public int ItemCount => Items.Length / Dimensions;

    public int QueryCount => Queries.Length / Dimensions;

    public ReadOnlySpan<float> Item(int item) => Items.AsSpan(item * Dimensions, Dimensions);

    public ReadOnlySpan<float> Query(int query) => Queries.AsSpan(query * Dimensions, Dimensions);

    /// <summary>
    /// walk: clusters of 1,000, each a random walk of standard normal start whose last step is, with a deviation of 1 in each dimension, as far from the start as
    /// another cluster; mixture: 1,000 standard normal centres, deviation 0.5 around them; gauss: standard normal, no structure at all.
    /// </summary>
    public static VectorSet Drawn(string name, int items, int dimensions, int queries, int seed)
    {
        var random = new Random(seed);
        var all = new float[checked((items + queries) * dimensions)];
        var centres = Normals(random, ClusterItems * dimensions);
        for (var row = 0; row < items + queries; row++)
        {
            var centre = random.Next(ClusterItems) * dimensions;
            for (var d = 0; d < dimensions; d++)
            {
                var normal = Normal(random);
                all[row * dimensions + d] = (float)(name switch
                {
                    "walk" => row % ClusterItems == 0 ? normal : all[(row - 1) * dimensions + d] + normal / Math.Sqrt(ClusterItems),
                    "mixture" => centres[centre + d] + MixtureDeviation * normal,
                    _ => normal,
                });
            }
        }

        var order = Enumerable.Range(0, items + queries).ToArray();
        random.Shuffle(order);
        float[] Rows(IEnumerable<int> rows) => [.. rows.SelectMany(row => new ArraySegment<float>(all, row * dimensions, dimensions))];
        return new VectorSet(name, dimensions, Rows(order[..items]), Rows(order[items..]));
    }

    /// <summary>The item vectors of a trained model; the queries are means of three of them, which is where its users' vectors lie.</summary>
    public static VectorSet OfModel(string folder, int queries, int seed)
    {
        using var model = InterestPredictor.Load(folder, "cpu");
        var vectors = model.ItemVectors().Select(item => item.Vector).ToArray();
        var random = new Random(seed);
        var drawn = Enumerable.Range(0, queries).SelectMany(_ =>
        {
            var three = random.GetItems(vectors, 3);
            return Enumerable.Range(0, model.Dimensions).Select(d => three.Average(vector => vector[d]));
        });
        return new VectorSet("model", model.Dimensions, [.. vectors.SelectMany(vector => vector)], [.. drawn]);
    }

    /// <summary>Writes items.f32 and queries.f32.</summary>
    public void WriteTo(string folder)
    {
        Write(Path.Combine(folder, "items.f32"), Items);
        Write(Path.Combine(folder, "queries.f32"), Queries);
    }

    private static void Write(string path, float[] values)
    {
        using var file = File.Create(path);
        for (var at = 0; at < values.Length; at += 1 << 20) file.Write(MemoryMarshal.AsBytes(values.AsSpan(at, Math.Min(1 << 20, values.Length - at))));
    }

    private static float[] Normals(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => (float)Normal(random))];

    /// <summary>Box and Muller's.</summary>
    private static double Normal(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}

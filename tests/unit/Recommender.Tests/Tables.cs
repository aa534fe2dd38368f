using System.Diagnostics.Metrics;
using Driftline.Recommender.Retrieval;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace Driftline.Recommender.Tests;

/// <summary>The tables that topics fill, and what answers from them, a second after <see cref="Records.Start"/>.</summary>
internal sealed class Tables
{
    public Tables()
    {
        var options = Options.Create(new RecommenderOptions());
        var meters = new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>();
        Catalog = new CatalogTable(Time);
        Vectors = new VectorTable(Releases, new VectorEngine(options), options, Time, NullLogger<VectorTable>.Instance);
        Trending = new TrendingTable(options, Time);
        var metrics = new RecommenderMetrics(meters, new Coverage(Catalog, Time));
        var (retrieve, pick) = (new Retrieve(Catalog, metrics, new Random(7), Time), new PickTrending(Catalog));
        Similar = new FindSimilar(Catalog, Vectors, Releases, Trending, pick, retrieve, metrics, Time);
        Recommend = new Recommend(Catalog, Vectors, Releases, Trending, pick, Similar, retrieve, metrics, Time);
    }

    public FakeTimeProvider Time { get; } = new(Records.Start + TimeSpan.FromSeconds(1));

    public CatalogTable Catalog { get; }

    public ReleaseTable Releases { get; } = new(NullLogger<ReleaseTable>.Instance);

    public VectorTable Vectors { get; }

    public TrendingTable Trending { get; }

    public FindSimilar Similar { get; }

    public Recommend Recommend { get; }
}

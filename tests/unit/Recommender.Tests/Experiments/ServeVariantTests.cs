using System.Diagnostics.Metrics;
using driftline.events;
using Driftline.Hosting;
using Driftline.Recommender.Api;
using Driftline.Recommender.Experiments;
using Driftline.Recommender.Interests;
using Driftline.Recommender.Retrieval;
using Driftline.Schemas;
using Driftline.Sequences;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Xunit;
using static Driftline.Recommender.Tests.Records;

namespace Driftline.Recommender.Tests.Experiments;

public sealed class ServeVariantTests
{
    private static readonly ExperimentOptions Experiment = new()
    {
        Name = "e",
        Variants =
        [
            new VariantOptions { Name = "model" },
            new VariantOptions { Name = "popular", Source = VariantSource.Trending },
            new VariantOptions { Name = "varied", Diversity = 0.5 },
            new VariantOptions { Name = "ghost", Source = VariantSource.Trending, Shadow = true },
        ],
    };

    private readonly Tables _tables = new();
    private readonly IOptions<RecommenderOptions> _options = Options.Create(new RecommenderOptions { Experiments = [Experiment] });
    private readonly AssignVariant _assign;
    private readonly ExperimentMetrics _metrics;
    private readonly ShadowScores _shadows;
    private readonly ServeVariant _serve;

    public ServeVariantTests()
    {
        _assign = new AssignVariant(_options);
        _metrics = new ExperimentMetrics(new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>(), _tables.Catalog, _tables.Time);
        _shadows = new ShadowScores(_tables.Recommend, _metrics, _tables.Time, NullLogger<ShadowScores>.Instance);
        _serve = new ServeVariant(_assign, _tables.Recommend, _shadows, _metrics);
        foreach (var (id, category, x, y) in new[] { ("green", "tea", 4f, 0f), ("black", "tea", 3f, 0f), ("robot", "toys", 2f, 0f), ("kite", "toys", 1f, 9f) })
        {
            _tables.Catalog.Apply(Item(id, category));
            _tables.Vectors.Apply(Vector(id, "m1", x, y));
        }

        _tables.Releases.Apply(Release(Topics.DefaultModel, "m1", 1));
        _tables.Trending.Apply(Event("other", "1", Start, new Purchase { items = Items("robot") }));
    }

    [Fact]
    public void AnAnswerNamesExperimentAndVariantAndItsTokenCarriesThemWithThePositions()
    {
        var answer = Answer("model");
        Assert.True(answer.Personalised);
        Assert.Equal(("e", "model"), (answer.Experiment, answer.Variant));
        Assert.Equal(["green", "black", "robot"], answer.Items.Select(item => item.ItemId));
        Assert.True(AttributionToken.TryParse(answer.AttributionToken, out var token));
        Assert.Equal(("e", "model", "m1"), (token.Experiment, token.Variant, token.ModelVersion));
        Assert.Equal([1, 2, 3, null], ((string[])["green", "black", "robot", "kite"]).Select(token.PositionOf));
    }

    [Fact]
    public void ATrendingVariantShowsAKnownUserWhatTrendsAndSaysWhy()
    {
        var answer = Answer("popular");
        Assert.False(answer.Personalised);
        Assert.Equal("experiment e shows trending items", answer.Reason);
        Assert.Equal(("robot", "trending"), (answer.Items[0].ItemId, answer.Items[0].Source));
        Assert.True(AttributionToken.TryParse(answer.AttributionToken, out var token));
        Assert.Equal(("popular", ""), (token.Variant, token.ModelVersion));
    }

    [Fact]
    public void AVariantsDiversityHoldsInPlaceOfTheRequests() => Assert.Equal(["green", "kite", "black"], Answer("varied").Items.Select(item => item.ItemId));

    [Fact]
    public void OutsideExperimentsAnswersNameNone()
    {
        var serve = new ServeVariant(new AssignVariant(Options.Create(new RecommenderOptions())), _tables.Recommend, _shadows, _metrics);
        var answer = serve.For("u", KnownBy(null), new Wanted(3, ItemFilter.None));
        Assert.Equal((null, null), (answer.Experiment, answer.Variant));
    }

    [Fact]
    public void AShadowIsComparedWithWhatWasServed()
    {
        using var listener = new MeterListener { InstrumentPublished = (instrument, listening) => { if (instrument.Name == "driftline.recommender.shadow.overlap") listening.EnableMeasurementEvents(instrument); } };
        var overlaps = new List<double>();
        listener.SetMeasurementEventCallback<double>((_, overlap, tags, _) =>
        {
            Assert.Contains(KeyValuePair.Create<string, object?>("driftline.variant", "ghost"), tags.ToArray());
            overlaps.Add(overlap);
        });
        listener.Start();
        var served = Answer("model").Items;
        _shadows.Answer(new ShadowQuestion("u", InterestsOf("u", "m1", 1, 0), new Wanted(1, ItemFilter.None) { Assigned = new Assignment(Experiment, Experiment.Variants[3]) }, served));
        Assert.Equal([1.0 / 3], overlaps); // robot, of green, black and robot
        Assert.Null(ShadowScores.Overlap([], served));
    }

    [Fact]
    public void ATokenCountsOnlyForAUserOfItsVariant()
    {
        var feedback = Feedback();
        var token = Answer("model").AttributionToken;
        var click = Event(UserOf("model"), "1", Start, new Click { items = Items("green") }).Value!;
        click.attributionToken = token;
        Assert.Equal("m1", feedback.Read(click)!.Token!.ModelVersion);
        click.userId = UserOf("popular");
        Assert.Null(feedback.Read(click)!.Token);
        click.userId = UserOf("model");
        click.attributionToken = AttributionToken.New(Start, "forged", ["green"], new Assignment(Experiment, Experiment.Variants[0])).ToString();
        Assert.Equal(AttributeFeedback.UnknownVersion, feedback.Read(click)!.Token!.ModelVersion);
        click.attributionToken = "no token";
        Assert.Null(feedback.Read(click)!.Token);
        click.payload = new Review { items = Items("green"), rating = 5 };
        Assert.Null(feedback.Read(click));
    }

    /// <summary>A merge takes the session's own key, which tells what was counted already; pages that do not know of the login go on with the session.</summary>
    [Fact]
    public async Task WhatASessionDidIsCountedOnceThoughItIsMergedMeanwhile()
    {
        await using var server = OwnRedis.Start();
        await using var redis = await server.ConnectAsync();
        var (store, links) = (new FeedbackStore(redis, _options), new SessionLinks(redis, new SequenceStoreOptions()));
        var feedback = Feedback(redis);
        var session = Enumerable.Range(0, 1_000).Select(i => $"session:{i}").First(user => _assign.Of(user)!.Variant.Name == "model");
        var (shown, after) = (Event(session, "1", Start, new Impression { items = Items("green") }), Event(session, "2", Start, new Impression { items = Items("black") }));
        shown.Value!.attributionToken = after.Value!.attributionToken = AttributionToken.New(Start, "m1", ["green"], new Assignment(Experiment, Experiment.Variants[0])).ToString();
        await feedback.HandleAsync([shown], CancellationToken.None);
        var counted = (await store.ReadAsync()).Values.Sum(variant => variant.Users);
        await links.LinkAsync(session, "u", Start.ToUnixTimeMilliseconds());
        await store.ForgetAsync([session]);

        await feedback.HandleAsync([shown, after], CancellationToken.None);

        Assert.Equal((1, 1), (counted, (await store.ReadAsync()).Values.Sum(variant => variant.Users)));
        Assert.Null(await store.ReadUserAsync(session));
    }

    [Fact]
    public void AnEventFarAheadOfTheClockIsNotCounted()
    {
        var feedback = Feedback();
        Assert.Null(feedback.Read(Event("u", "1", Start + TimeSpan.FromDays(1), new Click { items = Items("green") }).Value!));
    }

    [Fact]
    public void AVariantWithAModelAnswersFromItAndFromTheServingOneWhereItDoesNotKnowTheUser()
    {
        var experiment = new ExperimentOptions { Name = "models", Variants = [new VariantOptions { Name = "challenger", Model = "next" }] };
        var assign = new AssignVariant(Options.Create(new RecommenderOptions { Experiments = [experiment] }));
        _tables.Vectors.Apply(Vector("kite", "n1", 1, 0));
        var serve = new ServeVariant(assign, _tables.Recommend, _shadows, _metrics);

        Assert.Equal(["next"], assign.ChallengersFor("u"));
        var known = KnownBy(InterestsOf("u", "m1", 1, 0)) with { Challengers = new Dictionary<string, InterestUpdated> { ["next"] = InterestsOf("u", "n1", 1, 0) } };
        var answer = serve.For("u", known, new Wanted(1, ItemFilter.None));
        Assert.Equal(("n1", "kite", "challenger"), (answer.ModelVersion, answer.Items[0].ItemId, answer.Variant));
        Assert.Same(known.Challengers["next"], known.Current(version => _tables.Vectors.IndexOf(version) is not null).By(experiment.Variants[0]));
        var fallback = serve.For("u", KnownBy(InterestsOf("u", "m1", 1, 0)), new Wanted(1, ItemFilter.None));
        Assert.Equal(("m1", "green", "challenger"), (fallback.ModelVersion, fallback.Items[0].ItemId, fallback.Variant));
    }

    [Theory]
    [InlineData("n1", 23, "n1")]
    [InlineData("n1", 25, "m1")] // of an earlier run of that name
    [InlineData("n0", 0, "m1")] // its vectors are gone
    public void AChallengersLeftOverInterestsAreNoAnswer(string version, int hoursBehind, string answersBy)
    {
        var variant = new VariantOptions { Name = "challenger", Model = "next" };
        _tables.Vectors.Apply(Vector("kite", "n1", 1, 0));
        var (serving, left) = (InterestsOf("u", "m1", 1, 0), InterestsOf("u", version, 1, 0));
        left.newestReceivedAt = serving.newestReceivedAt - (long)TimeSpan.FromHours(hoursBehind).TotalMilliseconds;

        var known = KnownBy(serving) with { Challengers = new Dictionary<string, InterestUpdated> { ["next"] = left } };
        Assert.Equal(answersBy, known.Current(version => _tables.Vectors.IndexOf(version) is not null).By(variant)!.modelVersion);
    }

    [Fact]
    public void AChallengersReleaseChangesNothingForWhoeverIsNotAskedForIt()
    {
        var releases = new ReleaseTable(NullLogger<ReleaseTable>.Instance);
        releases.Apply(Release(Topics.DefaultModel, "m1", 1));
        releases.Apply(Release("next", "n1", 2));
        Assert.Equal("m1", releases.Newest);
        Assert.True(releases.IsCurrent("n1", Topics.CatalogVectors.Of("next").Name)); // its vectors stay
    }

    private AttributeFeedback Feedback(StackExchange.Redis.IConnectionMultiplexer? redis = null) => new(
        new FeedbackStore(redis!, _options), new ErasedUsers(redis!, Options.Create(new PrivacyOptions()), _tables.Time), redis is null ? null! : new SessionLinks(redis, new SequenceStoreOptions()), _assign,
        _tables.Vectors, new VectorsRead([], _tables.Time), _metrics, _tables.Time, NullLogger<AttributeFeedback>.Instance);

    private RecommendationsAnswer Answer(string variant)
    {
        var user = UserOf(variant);
        return _serve.For(user, KnownBy(InterestsOf(user, "m1", 1, 0)), new Wanted(3, ItemFilter.None));
    }

    private string UserOf(string variant) => Enumerable.Range(0, 1_000).Select(i => $"user-{i}").First(user => _assign.Of(user)!.Variant.Name == variant);

    private static KnownInterests KnownBy(InterestUpdated? serving) => new(serving, new Dictionary<string, InterestUpdated>());
}

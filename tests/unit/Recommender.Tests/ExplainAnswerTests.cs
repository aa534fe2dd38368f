using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using driftline.events;
using Driftline.Recommender.Api;
using Driftline.Recommender.Explanations;
using Driftline.Recommender.Retrieval;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Xunit;
using static Driftline.Recommender.Tests.Records;

namespace Driftline.Recommender.Tests;

public sealed class ExplainAnswerTests
{
    private readonly Tables _tables = new();
    private readonly Predictor _predictor = new();
    private readonly InterestUpdated _interests = InterestsOf("u", "m1", 1, 0);

    public ExplainAnswerTests()
    {
        foreach (var (id, category, x) in new[] { ("green", "tea", 4f), ("black", "tea", 3f), ("robot", "toys", 2f) })
        {
            _tables.Catalog.Apply(Item(id, category));
            _tables.Vectors.Apply(Vector(id, "m1", x, 0));
        }

        _predictor.Answer = Scores("m1", _interests.sequenceDigest, ("green", [("black", "purchase", 0.7), ("robot", "click", 0.3)]), ("black", [("black", "click", 1)]), ("robot", []));
    }

    [Fact]
    public async Task AnItemSaysWhichPastEventsLedToItAndNamesTheLeadingOne()
    {
        var answer = await ExplainedAsync();

        Assert.Null(answer.ExplainIgnored);
        var green = answer.Items[0];
        Assert.Equal([("black", "Title of black", "purchase", 0.7), ("robot", "Title of robot", "click", 0.3)], green.Explanation!.Events.Select(one => (one.ItemId, one.Title, one.EventType, one.Share)));
        Assert.Equal(["Because you bought Title of black", "Interest in tea is rising: 20% to 50%"], green.Reasons);
        Assert.Equal("Because you viewed it before", answer.Items[1].Reasons[0]);
        Assert.DoesNotContain(answer.Items[2].Reasons, reason => reason.StartsWith("Because", StringComparison.Ordinal)); // no event raises it
    }

    [Fact]
    public async Task ARisingCategoryIsToldWithWhatRaisesIt()
    {
        var answer = await ExplainedAsync();

        Assert.Equal(("tea", 0.2f, 0.5f), (answer.Items[0].Explanation!.Rising!.Category, answer.Items[0].Explanation!.Rising!.Current, answer.Items[0].Explanation!.Rising!.Next));
        Assert.Equal("green", Assert.Single(answer.Items[0].Explanation!.Rising!.Events).ItemId);
        Assert.Null(answer.Items[2].Explanation!.Rising); // toys fall
        Assert.Equal(["green", "black", "robot"], _predictor.Asked!.Items);
        Assert.Equal(["tea"], _predictor.Asked.Categories);
    }

    [Theory]
    [InlineData("m2", 0, "the predictor at Recommender:PredictorUrl has model version m2")]
    [InlineData("m1", 1, "the user has acted since these interests were computed: ask again")]
    public async Task WhatWasComputedFromAnotherModelOrOtherEventsExplainsNothing(string version, long digestOff, string reason)
    {
        _predictor.Answer = Scores(version, _interests.sequenceDigest + digestOff, ("green", [("black", "click", 1)]));
        var answer = await ExplainedAsync();
        Assert.Equal(reason, answer.ExplainIgnored);
        Assert.All(answer.Items, item => Assert.Null(item.Explanation));
        Assert.Equal(3, answer.Items.Count);
    }

    [Fact]
    public async Task APredictorThatIsAwayTakesTheExplanationAndNotTheAnswer()
    {
        _predictor.Status = HttpStatusCode.ServiceUnavailable;
        Assert.Equal("the predictor answered 503: ask again", (await ExplainedAsync()).ExplainIgnored);
        _predictor.Status = null;
        var answer = await ExplainedAsync();
        Assert.Equal("the predictor does not answer: ask again", answer.ExplainIgnored);
        Assert.Equal(["green", "black", "robot"], answer.Items.Select(item => item.ItemId));
    }

    [Fact]
    public async Task AnAnswerThatIsNotPersonalSaysThatThereIsNothingToExplain() =>
        Assert.Equal("the answer is not personal: unknown user", (await Explainer().WithReasonsAsync(_tables.Recommend.For("nobody", null, new Wanted(3, ItemFilter.None)), null, default)).ExplainIgnored);

    private Task<RecommendationsAnswer> ExplainedAsync() => Explainer().WithReasonsAsync(_tables.Recommend.For("u", _interests, new Wanted(3, ItemFilter.None)), _interests, default);

    private ExplainAnswer Explainer() => new(
        new AskPredictor(new HttpClient(_predictor), Options.Create(new RecommenderOptions { PredictorUrl = new Uri("http://predictor/behind") }), NullLogger<AskPredictor>.Instance), _tables.Catalog);

    private static ExplainedScores Scores(string version, long digest, params (string Item, (string Past, string Type, double Share)[] Events)[] items) => new(
        version, digest.ToString(System.Globalization.CultureInfo.InvariantCulture),
        [.. items.Select(item => new ExplainedScore(item.Item, [.. item.Events.Select(one => new ExplainedEvent(one.Past, one.Type, Start, one.Share, one.Share))]))],
        [new ExplainedScore("tea", [new ExplainedEvent("green", "click", Start, 0.1, 1)])]);

    /// <summary>Answers as the predictor does; null for one that is away.</summary>
    private sealed class Predictor : HttpMessageHandler
    {
        public HttpStatusCode? Status { get; set; } = HttpStatusCode.OK;

        public ExplainedScores Answer { get; set; } = null!;

        public ExplanationQuestion? Asked { get; private set; }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Assert.Equal("http://predictor/behind/v1/explanations", request.RequestUri!.AbsoluteUri);
            Asked = await request.Content!.ReadFromJsonAsync(RecommenderJson.Default.ExplanationQuestion, cancellationToken);
            if (Status is not { } status) throw new HttpRequestException("connection refused");
            return new HttpResponseMessage(status) { Content = new StringContent(JsonSerializer.Serialize(Answer, RecommenderJson.Default.ExplainedScores), Encoding.UTF8, "application/json") };
        }
    }
}

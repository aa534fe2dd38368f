using Driftline.Catalog;
using Driftline.Sequences;
using Driftline.Storefront.Simulation;
using Driftline.Training;
using Xunit;

namespace Driftline.InterestModel.Tests;

public sealed class DriftKindTests(TrainedModel trained)
{
    private static readonly string[] Names = ["Books", "Garden", "Kitchen", "Toys"];
    private static readonly DateTimeOffset Opening = new(2024, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void ASeasonOfTwoYearsAndATrendOfTheLastWeeksAreToldApart()
    {
        // Toys triple every December; Books grow over the last four weeks of training, in the third autumn, and in no other. Leave-one-out holds the
        // users' last two events out, which is twenty days: training ends on the 18th of November, and half of the horizon lies in December.
        var population = FitPopulation.Of(Store(1_072, (day, category) => category switch
        {
            "Toys" when DayOfYear(day) >= 335 => 3,
            "Books" when day > 1_024 => 1 + ((day - 1_024) / 7.0),
            _ => 1,
        }), 28);
        var movement = new PopulationMovement(population).Between([(population.End, 1)], population.End);
        Assert.True(population.KnowsSeasons);
        Assert.Equal(1, movement.Base.Sum(), 1e-4);
        Assert.True(movement.Season[3] > 1.3, $"toys rise by season: {movement.Season[3]}");
        Assert.InRange(movement.Season[0], 0.75, 1.1);
        Assert.True(movement.Trend[0] > 1.05, $"books rise by trend: {movement.Trend[0]}");
        Assert.InRange(movement.Trend[3], 0.8, 1.1);
    }

    [Fact]
    public void LessThanAYearKnowsNoSeasonsAndSaysUnknown()
    {
        var population = FitPopulation.Of(Store(200, (_, _) => 1), 14);
        var movement = new PopulationMovement(population).Between([(population.End, 1)], population.End);
        Assert.False(population.KnowsSeasons);
        Assert.All(movement.Season, factor => Assert.Equal(1, factor, 1e-5));
        Assert.Equal(DriftKind.Unknown, DriftKinds.Of(0.3f, new ExpectedMoves(0, 0.5), population.KnowsSeasons));
        Assert.Equal(DriftKind.Personal, DriftKinds.Of(0.3f, new ExpectedMoves(0, 0.001), population.KnowsSeasons));
    }

    [Fact]
    public void EventsThatAreHeldOutDoNotChangeThePopulation()
    {
        var data = Store(400, (_, _) => 1);
        var held = data.Users.Select(user => user.Events[..user.TrainingEvents]
            .Concat(user.Events[user.TrainingEvents..].Select(_ => new EncodedEvent(ItemRows.First + 3, SequenceEventType.Purchase, Opening.AddDays(395).ToUnixTimeMilliseconds()))).ToArray());
        var other = Of([.. data.Users.Zip(held, (user, events) => Split.LeaveOneOut.Divide(user.UserId, events, user.Orders))]);
        var (one, two) = (FitPopulation.Of(data, 7), FitPopulation.Of(other, 7));
        Assert.Equal(one.Share, two.Share);
        Assert.Equal(one.Slope, two.Slope);
        Assert.Equal(one.End, two.End);
    }

    // By hand: (.7, .3) mixed with the base (.3, .7) is (.5, .5); doubling its first gives (2/3, 1/3): a sixth moves.
    [Fact]
    public void MovesAreTheHandWorkedShareOfTheInterest()
    {
        var moves = DriftKinds.Moves([0.7f, 0.3f], new ExpectedMovement([0.3f, 0.7f], [2, 1], [1, 1]));
        Assert.Equal(1 / 6.0, moves.Season, 1e-6);
        Assert.Equal(0, moves.Trend, 1e-6);
    }

    [Theory]
    [InlineData(0.3f, 0.4, 0.001, DriftKind.Seasonal)]
    [InlineData(0.3f, 0.2, 0.1, DriftKind.Trend)]
    [InlineData(0.3f, 0.01, 0.001, DriftKind.Personal)]
    public void TheGreaterMoveIsTheKind(float drift, double season, double trend, DriftKind expected) =>
        Assert.Equal(expected, DriftKinds.Of(drift, new ExpectedMoves(season, trend), knowsSeasons: true));

    [Fact]
    public void WhatHardlyDriftsHasNoKind() => Assert.Null(DriftKinds.Of(DriftKinds.Floor / 2, new ExpectedMoves(0.9, 0), knowsSeasons: true));

    [Fact]
    public void AnArtifactKeepsItsPopulationAndItsPredictionsAKind()
    {
        using var model = ModelArtifact.Load(trained.Folder);
        Assert.False(model.Population!.KnowsSeasons); // the synthetic store is weeks old
        Assert.Equal(4, model.Population.Share.Length);
        using var predictor = trained.Load();
        var predictions = predictor.Predict([SyntheticStore.Sequence(0, 7), []]);
        Assert.True(predictions[0].Drift >= DriftKinds.Floor);
        Assert.Contains(predictions[0].Kind, (DriftKind?[])[DriftKind.Unknown, DriftKind.Personal]);
        Assert.Null(predictions[1].Kind);
    }

    /// <summary>As h_t counts each event, and not each day with a category once, what live users are held against must too.</summary>
    [Fact]
    public void TheTrainingShareIsThatOfTheEvents()
    {
        using var predictor = trained.Load();
        var data = SyntheticStore.Data();
        var events = data.Users.SelectMany(user => user.Events.Take(user.TrainingEvents)).Select(e => data.Vocabulary.CategoryOf(e.Item - ItemRows.First)).ToList();
        for (var c = 0; c < predictor.Categories.Count; c++) Assert.Equal(events.Count(category => category == c) / (double)events.Count, predictor.TrainingShare![c], 5e-4);
    }

    [Fact]
    public void AChangedPopulationIsRefused()
    {
        var copy = trained.Copy();
        File.AppendAllText(Path.Combine(copy, "population.json"), " ");
        Assert.Contains("population.json", Assert.Throws<ModelArtifactException>(() => ModelArtifact.Load(copy)).Message, StringComparison.Ordinal);
    }

    // A move of .4 over days 0 to 20 whose middle is day 5: days 5 to 12.5 hold a half of the second half.
    [Theory]
    [InlineData(0, 5, 0.2)]
    [InlineData(5, 12.5, 0.1)]
    [InlineData(-9, 99, 0.4)]
    [InlineData(20, 40, 0)]
    public void AMigrationsPartWithinASpanIsTheHandWorkedOne(double from, double to, double expected) =>
        Assert.Equal(expected, Migration(MigrationKind.LifeStage).Moved(Opening.AddDays(from), Opening.AddDays(to)), 1e-9);

    [Fact]
    public void FiguresAreTheHandWorkedOnes()
    {
        DriftCase[] cases =
        [
            Case(MigrationKind.Seasonal, DriftKind.Seasonal), Case(MigrationKind.Seasonal, DriftKind.Trend), Case(MigrationKind.Seasonal, null),
            Case(MigrationKind.Trend, DriftKind.Trend), Case(MigrationKind.LifeStage, DriftKind.Personal), Case(MigrationKind.Personal, DriftKind.Seasonal),
        ];
        var figures = new DriftFigures(cases);
        var told = figures.OfKinds(one => one.Kind);
        Assert.Equal(0.5, told["accuracy"], 1e-9);
        Assert.Equal((0.5, 1 / 3.0), (told["seasonal.precision"], told["seasonal.recall"]));
        Assert.Equal((0.5, 1.0), (told["trend.precision"], told["trend.recall"]));
        Assert.Equal((1.0, 0.5), (told["personal.precision"], told["personal.recall"]));
        Assert.Equal((0.4 + (2 / 3.0) + (2 / 3.0)) / 3, told["macro-f1"], 1e-9);
        Assert.Equal(DriftKind.Seasonal, figures.Majority);
        Assert.Equal(0.5, figures.OfKinds(_ => figures.Majority)["accuracy"], 1e-9);
        Assert.Contains("| seasonal | 1 | 1 | 0 | 1 |", figures.Confusion(), StringComparison.Ordinal);
        Assert.Equal(0.5, DriftFigures.OfDirection([(true, false, null), (true, null, true), (null, true, false), (false, false, null)])["direction"], 1e-9);
    }

    [Fact]
    public void AFolderWithoutATruthIsRefused() =>
        Assert.Contains("--simulate", Assert.Throws<InputException>(() => RecordedTruth.Read(trained.Folder)).Message, StringComparison.Ordinal);

    private static DriftCase Case(MigrationKind truth, DriftKind? told) => new(Opening, Migration(truth), told, null, null, null, null, null);

    private static TrueMigration Migration(MigrationKind kind) =>
        new("u", kind, "cause", Opening, Opening.AddDays(5), Opening.AddDays(20), ["Books"], ["Toys"], 0.4);

    private static int DayOfYear(int day) => Opening.AddDays(day).DayOfYear;

    // 300 users who each come every tenth day and buy one thing, a category as probable as its weight.
    private static TrainingData Store(int days, Func<int, string, double> weight)
    {
        var random = new Random(3);
        return Of([.. Enumerable.Range(0, 300).Select(user =>
        {
            EncodedEvent[] events = [.. Enumerable.Range(0, days).Where(day => day % 10 == user % 10).Select(day =>
            {
                var left = random.NextDouble() * Names.Sum(name => weight(day, name));
                var category = 0;
                while (category < Names.Length - 1 && (left -= weight(day, Names[category])) >= 0) category++;
                return new EncodedEvent(ItemRows.First + category, SequenceEventType.Purchase, Opening.AddDays(day).ToUnixTimeMilliseconds());
            })];
            return Split.LeaveOneOut.Divide($"user {user}", events, [.. Enumerable.Range(0, events.Length)]);
        })]);
    }

    private static TrainingData Of(UserHistory[] users) =>
        TrainingData.Of([.. Names.Select(name => new CatalogEntry(name, name, [name]))], users, Split.LeaveOneOut, "made up", "made up");
}

using Driftline.Sequences;
using Driftline.Training;
using Xunit;
using static TorchSharp.torch;

namespace Driftline.InterestModel.Tests;

public sealed class AttributeTests(TrainedModel trained)
{
    private static readonly AttributeVocabulary Ages = new([new UserAttribute("age", ["old", "young"]), new UserAttribute("town", ["A"])]);

    [Fact]
    public void OnlyFrequentValuesAreToldApart()
    {
        Dictionary<string, string>[] users =
        [
            .. Enumerable.Range(0, 20).Select(i => new Dictionary<string, string> { ["age"] = "young", ["name"] = $"n{i}" }),
            .. Enumerable.Range(0, 19).Select(_ => new Dictionary<string, string> { ["age"] = "old" }),
        ];
        var vocabulary = AttributeVocabulary.Of(users);
        var attribute = Assert.Single(vocabulary.Attributes);                        // names are all rare
        Assert.Equal(("age", "young"), (attribute.Name, Assert.Single(attribute.Values)));
        Assert.Equal([AttributeVocabulary.First], vocabulary.Encode(users[0]));
        Assert.Equal([AttributeVocabulary.Other], vocabulary.Encode(users[^1]));
        Assert.Equal([AttributeVocabulary.Unknown], vocabulary.Encode(null));
        Assert.Equal([AttributeVocabulary.Unknown], vocabulary.Encode(new Dictionary<string, string> { ["shoe"] = "44" }));
    }

    [Theory]
    [InlineData(AttributeVocabulary.Unknown, AttributeVocabulary.Other)]
    [InlineData(AttributeVocabulary.First + 1, AttributeVocabulary.Unknown)]
    [InlineData(AttributeVocabulary.Other, AttributeVocabulary.First)]
    public void WhatIsKnownOfAUserIsEncodedAsItWasDecoded(int age, int town) => Assert.Equal([age, town], Ages.Encode(Ages.Decode([age, town])));

    [Fact]
    public void AnAttributeMayHaveMoreValuesThanTheCatalogueItems()
    {
        var wide = new AttributeVocabulary([new UserAttribute("city", [.. Enumerable.Range(0, 10).Select(i => $"c{i}")]), new UserAttribute("town", ["A"])]);
        using var network = new InterestNetwork(new ModelSettings { Dimensions = 8, HiddenSize = 8, TextDimensions = 8 }, new FeatureSettings(), 3, 2, wide);

        ArtifactContent.CheckIndexes(network, 2, wide);

        Assert.Throws<InvalidDataException>(() => ArtifactContent.CheckIndexes(network, 2, Ages));
    }

    [Fact]
    public void AFoldersUsersFileIsReadAndItsLackIsNone()
    {
        var events = "user_id,item_id,event_time,event_type\n" + string.Concat(Enumerable.Range(1, 5).Select(day =>
            string.Concat(Enumerable.Range(0, 25).Select(user => $"u{user},i{day},2026-01-0{day},click\n"))));
        DataFolder.With(events, "item_id,title\ni1,One\n", folder =>
        {
            Assert.Equal(0, TrainingData.Read(folder).Attributes.Count);
            File.WriteAllText(Path.Combine(folder, "users.csv"), "user_id,age_band\n" + string.Concat(Enumerable.Range(0, 22).Select(user => $"u{user},{(user == 0 ? "rare" : "18-25")}\n")) + "stranger,18-25\n");
            var data = TrainingData.Read(folder);
            Assert.Equal("age_band", Assert.Single(data.Attributes.Attributes).Name);
            Assert.Equal([AttributeVocabulary.Other], data.Users[0].Attributes);
            Assert.Equal([AttributeVocabulary.First], data.Users[1].Attributes);
            Assert.Equal([AttributeVocabulary.Unknown], data.Users[24].Attributes);
            return 0;
        });
    }

    [Fact]
    public void ANetworkWithoutAttributesIsWhatItWas()
    {
        var settings = new ModelSettings { Dimensions = 8, HiddenSize = 8, TextDimensions = 8 };
        using var bare = new InterestNetwork(settings, new FeatureSettings(), 6, 2);
        using var none = new InterestNetwork(settings, new FeatureSettings(), 6, 2, AttributeVocabulary.None);
        using var left = new InterestNetwork(settings with { Without = [ModelInputs.Attributes] }, new FeatureSettings(), 6, 2, Ages);
        using var aged = new InterestNetwork(settings, new FeatureSettings(), 6, 2, Ages);
        Assert.Equal(bare.state_dict().Keys, none.state_dict().Keys);
        Assert.Equal(bare.state_dict().Keys, left.state_dict().Keys);
        Assert.Equal([7L, 8L], aged.state_dict()["_attributes._value.weight"].shape); // 2 + 2 and 1 + 2 values
    }

    [Fact]
    public void AHabitOfAnAgeIsLearntAndServedAndAnUnknownAgeLiesBetween()
    {
        var data = HabitsByAge();
        var config = SyntheticStore.Config with
        {
            Model = SyntheticStore.Config.Model with { AttributeDropout = 0.25 },
            Training = SyntheticStore.Config.Training with { MaxEpochs = 40, CategoryLossWeight = 1, ChooseBy = TrainingSettings.ByCategories },
        };
        var folder = Directory.CreateTempSubdirectory("driftline-ages-");
        try
        {
            string version;
            using (var model = new Trainer(config, data, TimeProvider.System).Train(_ => { }))
            {
                model.Save(folder.FullName);
                version = model.Manifest.Version;
            }

            using var predictor = InterestPredictor.Load(folder.FullName, "cpu", threads: 1);
            Assert.Equal(version, predictor.Version);
            Assert.Equal(["age", "town"], predictor.Manifest.Attributes.Select(attribute => attribute.Name));
            IReadOnlyList<SequenceEntry> sequence = SyntheticStore.Sequence(4, 4);
            var young = Books(new() { ["age"] = "young" });
            var old = Books(new() { ["age"] = "old" });
            var unknown = Books(null);
            Assert.True(young > 0.8, $"young {young}");
            Assert.True(old < 0.2, $"old {old}");
            Assert.InRange(unknown, 0.25, 0.75);
            Assert.Equal(unknown, Books(new() { ["shoe"] = "44" }));
            Assert.Equal(Books(new() { ["town"] = "A" }), Books(new() { ["town"] = "B" })); // training met nobody of either
            Assert.Equal(unknown, predictor.Predict([sequence])[0].Next[0]);
            Assert.Throws<ArgumentException>(() => predictor.Predict([sequence, sequence], [null]));

            float Books(Dictionary<string, string>? attributes) => predictor.Predict([sequence], [attributes])[0].Next[0];
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void AttributesForAModelWithoutAnyChangeNothing()
    {
        using var predictor = trained.Load();
        IReadOnlyList<SequenceEntry> sequence = SyntheticStore.Sequence(1, 8);
        Assert.Equal(predictor.Predict([sequence])[0].Embedding, predictor.Predict([sequence], [new Dictionary<string, string> { ["age"] = "young" }])[0].Embedding);
    }

    [Theory]
    [InlineData(ModelInputs.Text)]
    [InlineData(ModelInputs.ObservedInterest)]
    [InlineData(ModelInputs.Season)]
    public void AnInputThatIsLeftOutIsNotRead(string input)
    {
        var settings = new ModelSettings { Dimensions = 8, HiddenSize = 8, TextDimensions = 2, Dropout = 0 };
        var left = settings with { Without = [input] };
        foreach (var (one, other) in Answers(settings, 0).Zip(Answers(settings, 1))) Assert.NotEqual(one, other);
        foreach (var (one, other) in Answers(left, 0).Zip(Answers(left, 1))) Assert.Equal(one, other);

        // States and forecasts, in training and at work, of two worlds that differ in that input alone.
        float[][] Answers(ModelSettings model, int world)
        {
            random.manual_seed(3);
            using var scope = NewDisposeScope();
            using var noGrad = no_grad();
            var network = new InterestNetwork(model, new FeatureSettings(), 2, 2);
            var text = input == ModelInputs.Text && world == 1 ? 1f : 0f;
            var category = input == ModelInputs.ObservedInterest ? world : 0;
            network.SetItems([text, text, 0, 0], [true, true], [category, category], [0, 0]);
            network.eval();
            var time = SyntheticStore.Start.AddDays(input == ModelInputs.Season ? world * 30 : 0).ToUnixTimeMilliseconds();
            EncodedEvent[] events = [new(ItemRows.First, SequenceEventType.Click, time), new(ItemRows.First + 1, SequenceEventType.Click, time)];
            var batch = FeatureTensors.Of(new Featuriser(new FeatureSettings()).Build([events]), CPU);
            var states = network.Encode(batch, network.ItemTable(), network.CategoryOfRow).flatten(0, 1);
            var observed = zeros(2, network.HalfLives.Count, 2);
            observed.select(2, category).fill_(1);
            return [.. new[] { states, network.NextInterest(states, batch, arange(2), network.CategoryOfRow), network.NextInterest(states, observed) }
                .Select(answer => answer.data<float>().ToArray())];
        }
    }

    // After item 4 twice the young go on with Books (items 0 and 4) and the old with Garden (1 and 5); only the age foretells the third event.
    private static TrainingData HabitsByAge()
    {
        var random = new Random(1);
        var users = Enumerable.Range(0, 200).Select(i =>
        {
            var young = i % 2 == 0;
            EncodedEvent[] events = [.. Enumerable.Range(0, 5).Select(day => new EncodedEvent(
                (day < 2 ? 4 : young ? 4 * random.Next(2) : 1 + 4 * random.Next(2)) + ItemRows.First,
                SequenceEventType.Purchase, SyntheticStore.Start.AddDays(10 * day).ToUnixTimeMilliseconds()))];
            var user = Split.LeaveOneOut.Divide($"u{i}", events, [0, 1, 2, 3, 4]);
            user.Attributes = [AttributeVocabulary.First + (young ? 1 : 0), AttributeVocabulary.Unknown];
            return user;
        });
        return TrainingData.Of(
            [.. Enumerable.Range(0, SyntheticStore.Items).Select(SyntheticStore.Item)], [.. users], Split.LeaveOneOut, "ages", "ages", Ages);
    }
}

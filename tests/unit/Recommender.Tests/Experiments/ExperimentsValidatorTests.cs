using Driftline.Recommender.Experiments;
using Microsoft.Extensions.Configuration;
using Xunit;
using static Driftline.Recommender.Tests.Experiments.AssignVariantTests;

namespace Driftline.Recommender.Tests.Experiments;

public sealed class ExperimentsValidatorTests
{
    private static readonly ExperimentsValidator Validator = new();

    [Fact]
    public void ConfiguredExperimentsAreBoundAndGood()
    {
        var options = Bind(
            ("0:Name", "ranking"), ("0:Traffic", "0.5"), ("0:Variants:0:Name", "control"), ("0:Variants:1:Name", "popular"), ("0:Variants:1:Source", "trending"),
            ("0:Variants:1:Weight", "2"), ("0:Variants:2:Name", "varied"), ("0:Variants:2:Diversity", "0.3"), ("0:Variants:2:Shadow", "true"));
        Assert.True(Validator.Validate(null, options).Succeeded);
        var experiment = Assert.Single(options.Experiments);
        Assert.Equal(("ranking", 0.5), (experiment.Name, experiment.Traffic));
        Assert.Equal(
            [("control", 1.0, VariantSource.Model, null, false), ("popular", 2.0, VariantSource.Trending, null, false), ("varied", 1.0, VariantSource.Model, 0.3, true)],
            experiment.Variants.Select(variant => (variant.Name, variant.Weight, variant.Source, variant.Diversity, variant.Shadow)));
    }

    [Theory]
    [InlineData("0:Name", "a b", "Recommender:Experiments:0:Name is 'a b'")]
    [InlineData("0:Name", "", "Recommender:Experiments:0:Name is ''")]
    [InlineData("0:Name", "a/b", "Recommender:Experiments:0:Name is 'a/b'")]
    [InlineData("0:Traffic", "0", "Recommender:Experiments:0:Traffic must be above 0")]
    [InlineData("0:Traffic", "NaN", "Recommender:Experiments:0:Traffic must be above 0")]
    [InlineData("0:Traffic", "1", "Recommender:Experiments:1 would get no users, because 'one' before it takes all")]
    [InlineData("1:Name", "one", "Recommender:Experiments:1:Name 'one' is taken")]
    [InlineData("0:Variants:0:Name", "b", "Recommender:Experiments:0:Variants:1:Name 'b' is taken")]
    [InlineData("0:Variants:0:Weight", "0", "Recommender:Experiments:0:Variants:0:Weight must be above 0")]
    [InlineData("0:Variants:0:Weight", "Infinity", "Recommender:Experiments:0:Variants:0:Weight must be above 0")]
    [InlineData("0:Variants:1:Diversity", "1.5", "Recommender:Experiments:0:Variants:1:Diversity must be between 0 and 1")]
    [InlineData("0:Variants:1:Source", "7", "Recommender:Experiments:0:Variants:1:Source must be model or trending")]
    [InlineData("1:Variants:0:Shadow", "true", "Recommender:Experiments:1:Variants must hold at least one variant that is no shadow")]
    public void ABadSettingIsNamedByItsKey(string key, string value, string message)
    {
        var settings = new Dictionary<string, string>
        {
            ["0:Name"] = "one",
            ["0:Traffic"] = "0.5",
            ["0:Variants:0:Name"] = "a",
            ["0:Variants:1:Name"] = "b",
            ["1:Name"] = "two",
            ["1:Variants:0:Name"] = "a",
        };
        Assert.True(Validator.Validate(null, Bind([.. settings.Select(setting => (setting.Key, setting.Value))])).Succeeded);
        settings[key] = value;
        var result = Validator.Validate(null, Bind([.. settings.Select(setting => (setting.Key, setting.Value))]));
        Assert.Contains(message, result.FailureMessage, StringComparison.Ordinal);
    }

    [Fact]
    public void ANameOfSixtyFiveLettersIsTooLong() =>
        Assert.True(Validator.Validate(null, new RecommenderOptions { Experiments = [Experiment(new string('a', 65), 1, ("a", 1))] }).Failed);

    private static RecommenderOptions Bind(params (string Key, string Value)[] settings)
    {
        var options = new RecommenderOptions();
        new ConfigurationBuilder().AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create<string, string?>("Recommender:Experiments:" + setting.Key, setting.Value)))
            .Build().GetSection("Recommender").Bind(options);
        return options;
    }
}

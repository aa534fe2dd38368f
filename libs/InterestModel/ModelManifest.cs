namespace Driftline.InterestModel;

/// <summary><c>model.json</c>: what a model is, what it was made from, and how well it did.</summary>
public sealed record ModelManifest
{
    /// <summary>Layout of the artifact folder that this program reads and writes.</summary>
    public const int CurrentFormat = 1;

    public int Format { get; init; } = CurrentFormat;

    /// <summary>Name under which versions follow each other.</summary>
    public required string Name { get; init; }

    /// <summary>First 12 hex digits of the SHA-256 over files, settings and categories: equal content, equal version.</summary>
    public string Version { get; init; } = "";

    public required DateTimeOffset CreatedAt { get; init; }

    public required ModelSettings Architecture { get; init; }

    public required FeatureSettings Features { get; init; }

    public int FeaturiserVersion { get; init; } = Featuriser.Version;

    /// <summary>Categories in index order.</summary>
    public required IReadOnlyList<string> Categories { get; init; }

    public required int Items { get; init; }

    /// <summary>The user attributes that the model reads, in the order of its input.</summary>
    public IReadOnlyList<UserAttribute> Attributes { get; init; } = [];

    public required string TextEncoderLicence { get; init; }

    /// <summary>What the item texts were encoded with, exactly: an encoder of another id gives vectors that do not fit the weights.</summary>
    public required string TextEncoderId { get; init; }

    /// <summary>SHA-256 of the files of the data folder.</summary>
    public required string DataHash { get; init; }

    /// <summary>Name of the split of the data folder's events.</summary>
    public string Split { get; init; } = "leave-one-out";

    /// <summary>SHA-256 of the split's name and of which events of which user are training, validation and test.</summary>
    public required string SplitHash { get; init; }

    /// <summary>How the network and its associations are blended, for people; the weights file holds what is used.</summary>
    public required BlendSettings Blend { get; init; }

    /// <summary>Begins the names of the figures of the forecast on the test cases, in <see cref="Metrics"/>.</summary>
    public const string CategoryTest = "test.categories.";

    /// <summary>Begins the names of the figures of the ranking of the test cases, in <see cref="Metrics"/>.</summary>
    public const string ItemTest = "test.";

    /// <summary>Figures by name, such as <c>test.ndcg@10</c> and <c>test.categories.kl</c>.</summary>
    public required IReadOnlyDictionary<string, double> Metrics { get; init; }

    /// <summary>SHA-256 of each other file of the folder.</summary>
    public IReadOnlyDictionary<string, string> Files { get; init; } = new Dictionary<string, string>();
}

/// <summary>One line of <c>items.jsonl</c>, in index order.</summary>
/// <param name="Id">The storefront's item id.</param>
/// <param name="Category">Index of the main category.</param>
/// <param name="TextHash">Hash of the text behind the stored text vector.</param>
/// <param name="Events">Training events of the item; with none, or only such as are the one training event of their user, it lives on its text alone.</param>
public sealed record ItemRecord(string Id, int Category, long TextHash, int Events);

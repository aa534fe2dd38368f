namespace Driftline.Recommender.Experiments;

/// <summary>What chooses the items of a variant's answers.</summary>
public enum VariantSource
{
    /// <summary>The user's own interests, as without an experiment.</summary>
    Model,

    /// <summary>Trending items, whoever asks.</summary>
    Trending,
}

/// <summary>One entry of <c>Recommender:Experiments</c>. An experiment takes those of its share of users whom no experiment before it has taken.</summary>
public sealed class ExperimentOptions
{
    /// <summary>Part of the hash that splits users, of tokens, of metrics and of URLs. Another name splits anew.</summary>
    public string Name { get; set; } = "";

    /// <summary>Share of the users that take part, above 0 to 1.</summary>
    public double Traffic { get; set; } = 1;

    /// <summary>The first that serves is what the others are compared with.</summary>
    public IReadOnlyList<VariantOptions> Variants { get; set; } = [];

    internal IEnumerable<VariantOptions> Serving => Variants.Where(variant => !variant.Shadow);
}

/// <summary>One way of answering.</summary>
public sealed class VariantOptions
{
    /// <summary>Named in answers, tokens and metrics.</summary>
    public string Name { get; set; } = "";

    /// <summary>Its share of the experiment's users is this over the sum of all weights. Of no meaning for a shadow.</summary>
    public double Weight { get; set; } = 1;

    /// <summary>What chooses the items.</summary>
    public VariantSource Source { get; set; }

    /// <summary>Name of the model whose interests and vectors answer; null for the one that serves without an experiment.</summary>
    public string? Model { get; set; }

    /// <summary>Holds in place of the request's own diversity, 0 to 1; null leaves it to the request.</summary>
    public double? Diversity { get; set; }

    /// <summary>True to compute its answers beside the served ones, compare them in metrics, and serve none.</summary>
    public bool Shadow { get; set; }
}

using System.Text.Json;
using static TorchSharp.torch;

namespace Driftline.InterestModel;

/// <summary>
/// Reads what hashes alone do not vouch for: whoever can write a folder can write hashes that fit it. What is read here is bounded by the files' own sizes and indexes
/// nothing beyond the model.
/// </summary>
internal static class ArtifactContent
{
    private const int MaxLayers = 64, MaxSequenceLength = 4_096;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true };

    /// <exception cref="InvalidDataException">A line is no item, or an item comes twice or has a category that the model has not.</exception>
    public static IReadOnlyList<ItemRecord> ReadItems(string path, int categories)
    {
        var (items, ids) = (new List<ItemRecord>(), new HashSet<string>(StringComparer.Ordinal));
        foreach (var line in File.ReadLines(path))
        {
            var item = Parse<ItemRecord>($"{path}, line {items.Count + 1}", line);
            if (item.Id.Length == 0 || !ids.Add(item.Id)) throw new InvalidDataException($"{path}, line {items.Count + 1}: the id is empty or comes twice.");
            if (item.Category < 0 || item.Category >= categories) throw new InvalidDataException($"{path}, line {items.Count + 1}: category {item.Category} is none of the model's {categories}.");
            items.Add(item);
        }

        return items;
    }

    /// <exception cref="InvalidDataException">It is no population model of as many categories.</exception>
    public static PopulationModel ReadPopulation(string path, int categories)
    {
        var population = Parse<PopulationModel>(path, File.ReadAllText(path));
        if (population.Share.Length != categories || population.Slope.Length != categories || population.Level.Length == 0 || population.Season.Length is not (0 or 52)
            || population.Level.Concat(population.Season).Any(row => row?.Length != categories))
        {
            throw new InvalidDataException($"{path}: is not of the model's {categories} categories.");
        }

        return population;
    }

    /// <summary>Refuses shapes that the weights file cannot hold, before memory is taken for them.</summary>
    /// <exception cref="InvalidDataException">The manifest states such a shape.</exception>
    public static void CheckSizes(ModelManifest manifest, int items, string weights)
    {
        var (shape, features) = (manifest.Architecture, manifest.Features);
        if (shape.Layers is < 1 or > MaxLayers || shape.Heads < 1 || features.SequenceLength is < 1 or > MaxSequenceLength || !(features.HalfLifeDays > 0) || manifest.Categories.Count == 0
            || shape.Dimensions < 1 || shape.HiddenSize < 1 || shape.TextDimensions < 1 || shape.HiddenSize % shape.Heads != 0)
        {
            throw new InvalidDataException("the manifest states a shape that no model has.");
        }

        var stored = new FileInfo(weights).Length;
        var least = sizeof(float) * new[]
        {
            (long)(items + ItemRows.First) * shape.Dimensions, (long)(items + ItemRows.First) * shape.TextDimensions, (long)shape.HiddenSize * shape.Dimensions, (long)shape.HiddenSize * shape.Layers,
            (long)shape.TextDimensions * shape.Dimensions, (long)manifest.Categories.Count * shape.Dimensions,
        }.Max();
        if (least > stored) throw new InvalidDataException($"the manifest states a shape whose weights take at least {least} bytes, but {weights} has {stored}.");
    }

    /// <summary>Refuses weights that point at categories or items beyond the model's: Torch would find out in the middle of a prediction.</summary>
    /// <exception cref="InvalidDataException">A tensor holds such an index.</exception>
    public static void CheckIndexes(InterestNetwork network, int categories, AttributeVocabulary attributes)
    {
        using var scope = NewDisposeScope();
        foreach (var (name, tensor) in network.state_dict().Where(pair => pair.Value.dtype == ScalarType.Int64 && pair.Value.numel() > 0))
        {
            if (name == InterestNetwork.AttributeOffsets)
            {
                if (!tensor.data<long>().SequenceEqual(AttributeEmbedding.Offsets(attributes)[..^1])) throw new InvalidDataException($"tensor '{name}' does not fit the manifest's attributes.");
                continue;
            }

            var most = name == InterestNetwork.RowCategories ? categories : network.Items - 1; // one category beyond the last is none
            if (tensor.min().item<long>() < 0 || tensor.max().item<long>() > most) throw new InvalidDataException($"tensor '{name}' holds an index that is not from 0 to {most}.");
        }
    }

    private static T Parse<T>(string where, string json)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(json, Json) ?? throw new JsonException("it is null.");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{where}: cannot be read: {e.Message}", e);
        }
    }
}

namespace Driftline.InterestModel;

/// <summary>A categorical attribute of users and the values that a model knows.</summary>
/// <param name="Name">As the users file and the events name it; compared by its characters.</param>
/// <param name="Values">In index order: value i has index i + <see cref="AttributeVocabulary.First"/>.</param>
public sealed record UserAttribute(string Name, IReadOnlyList<string> Values);

/// <summary>
/// The user attributes that a model reads, in the order of its input. A user is an index for each: <see cref="Unknown"/>, <see cref="Other"/>, or
/// a value's.
/// </summary>
public sealed class AttributeVocabulary
{
    /// <summary>Nothing is known of the user here.</summary>
    public const int Unknown = 0;

    /// <summary>A value that is rare or that the model has never seen.</summary>
    public const int Other = 1;

    /// <summary>The index of an attribute's first value.</summary>
    public const int First = 2;

    /// <summary>Users that a value must have to be told apart from <see cref="Other"/>.</summary>
    public const int LeastUsers = 20;

    private readonly Dictionary<string, int>[] _indexes;

    /// <param name="attributes">The attributes in order.</param>
    /// <exception cref="ArgumentException">A name or a value of one attribute comes twice.</exception>
    public AttributeVocabulary(IReadOnlyList<UserAttribute> attributes)
    {
        Attributes = attributes;
        if (attributes.Select(attribute => attribute.Name).Distinct(StringComparer.Ordinal).Count() != attributes.Count)
            throw new ArgumentException("A user attribute comes twice.", nameof(attributes));
        _indexes = [.. attributes.Select(attribute => attribute.Values.Index().ToDictionary(value => value.Item, value => value.Index + First, StringComparer.Ordinal))];
    }

    /// <summary>No attributes.</summary>
    public static AttributeVocabulary None { get; } = new([]);

    /// <summary>The attributes in order.</summary>
    public IReadOnlyList<UserAttribute> Attributes { get; }

    /// <summary>A.</summary>
    public int Count => Attributes.Count;

    /// <summary>
    /// The attributes of users: names and values in ordinal order, values of at least <paramref name="leastUsers"/> users. An attribute without such
    /// a value, such as a name, is left out.
    /// </summary>
    public static AttributeVocabulary Of(IEnumerable<IReadOnlyDictionary<string, string>> users, int leastUsers = LeastUsers)
    {
        var counts = new SortedDictionary<string, SortedDictionary<string, int>>(StringComparer.Ordinal);
        foreach (var user in users)
        {
            foreach (var (name, value) in user)
            {
                if (!counts.TryGetValue(name, out var values)) counts.Add(name, values = new(StringComparer.Ordinal));
                values[value] = values.GetValueOrDefault(value) + 1;
            }
        }

        return new AttributeVocabulary([.. counts
            .Select(attribute => new UserAttribute(attribute.Key, [.. attribute.Value.Where(value => value.Value >= leastUsers).Select(value => value.Key)]))
            .Where(attribute => attribute.Values.Count > 0)]);
    }

    /// <summary>The names and values behind a user's indexes, as far as they are known, and of an <see cref="Other"/> value one that is none of the known: <see cref="Encode"/> gives the same indexes.</summary>
    public IReadOnlyDictionary<string, string> Decode(IReadOnlyList<int> indexes) => Attributes.Index().Where(one => indexes[one.Index] != Unknown)
        .ToDictionary(one => one.Item.Name, one => indexes[one.Index] == Other ? NoneOf(one.Item.Values) : one.Item.Values[indexes[one.Index] - First], StringComparer.Ordinal);

    private static string NoneOf(IReadOnlyList<string> values) => values.MaxBy(value => value.Length) + "?"; // longer than any

    /// <summary>A user's indexes, [A]. Names that the model does not know are passed over; all is unknown where there is nothing.</summary>
    public int[] Encode(IReadOnlyDictionary<string, string>? user)
    {
        var indexes = new int[Count];
        if (user is null) return indexes;
        for (var i = 0; i < indexes.Length; i++)
        {
            if (user.TryGetValue(Attributes[i].Name, out var value) && value.Length > 0) indexes[i] = _indexes[i].GetValueOrDefault(value, Other);
        }

        return indexes;
    }

    /// <summary>Whether both have the same attributes and values in the same order.</summary>
    public bool Matches(AttributeVocabulary other) =>
        Attributes.Select(attribute => attribute.Name).SequenceEqual(other.Attributes.Select(attribute => attribute.Name))
        && Attributes.Zip(other.Attributes).All(pair => pair.First.Values.SequenceEqual(pair.Second.Values));
}

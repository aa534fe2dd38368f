using Avro;

namespace Driftline.Local;

/// <summary>Subjects, versions and global schema ids, in memory. Two texts of the same schema count as one, whatever their layout.</summary>
internal sealed class SchemaStore
{
    private readonly Lock _lock = new();
    private readonly List<Schema> _byId = [];
    private readonly Dictionary<string, int> _ids = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, List<int>> _subjects = new(StringComparer.Ordinal);
    private readonly Dictionary<string, CompatibilityLevel> _levels = new(StringComparer.Ordinal);
    private CompatibilityLevel _level = CompatibilityLevel.BackwardTransitive;

    /// <summary>Registers the schema as the subject's newest version, unless the subject already has it.</summary>
    /// <returns>The schema's global id.</returns>
    /// <exception cref="RegistryError">The subject's compatibility level forbids it.</exception>
    public int Register(string subject, Schema schema)
    {
        lock (_lock)
        {
            var versions = _subjects.GetValueOrDefault(subject) ?? [];
            var text = schema.ToString();
            if (_ids.TryGetValue(text, out var id) && versions.Contains(id)) return id;
            var problems = LevelOf(subject).Problems(schema, [.. versions.Select(SchemaOf)]);
            if (problems.Count > 0) throw RegistryError.Incompatible(subject, problems);
            if (id == 0)
            {
                _byId.Add(schema);
                id = _ids[text] = _byId.Count;
            }

            versions.Add(id);
            _subjects[subject] = versions;
            return id;
        }
    }

    public RegisteredVersion Lookup(string subject, Schema schema)
    {
        lock (_lock)
        {
            var versions = VersionsOf(subject);
            var index = _ids.TryGetValue(schema.ToString(), out var id) ? versions.IndexOf(id) : -1;
            return index < 0 ? throw RegistryError.SchemaNotFound() : Describe(subject, versions, index);
        }
    }

    /// <param name="subject">The subject.</param>
    /// <param name="version">Counts from 1; null is the latest.</param>
    public RegisteredVersion Version(string subject, int? version)
    {
        lock (_lock)
        {
            var versions = VersionsOf(subject);
            return Describe(subject, versions, IndexOf(versions, version));
        }
    }

    /// <summary>Why the schema may not follow that version (null: what registering it now would be held against); empty when it may.</summary>
    public IReadOnlyList<string> Problems(string subject, Schema schema, string? version)
    {
        lock (_lock)
        {
            var versions = VersionsOf(subject);
            var earlier = version is null ? versions : [versions[IndexOf(versions, ParseVersion(version))]];
            return LevelOf(subject).Problems(schema, [.. earlier.Select(SchemaOf)]);
        }
    }

    public string[] Subjects()
    {
        lock (_lock) return [.. _subjects.Keys];
    }

    public int[] Versions(string subject)
    {
        lock (_lock) return [.. Enumerable.Range(1, VersionsOf(subject).Count)];
    }

    public Schema ById(int id)
    {
        lock (_lock) return id >= 1 && id <= _byId.Count ? SchemaOf(id) : throw RegistryError.SchemaNotFound(id);
    }

    public SubjectVersion[] Uses(int id)
    {
        _ = ById(id);
        lock (_lock) return [.. _subjects.Where(s => s.Value.Contains(id)).Select(s => new SubjectVersion(s.Key, s.Value.IndexOf(id) + 1))];
    }

    /// <summary>A subject's own level, or null where it has none; of null, everyone's.</summary>
    public CompatibilityLevel? Level(string? subject)
    {
        lock (_lock) return subject is null ? _level : _levels.GetValueOrDefault(subject);
    }

    public void SetLevel(string? subject, CompatibilityLevel level)
    {
        lock (_lock)
        {
            if (subject is null) _level = level;
            else _levels[subject] = level;
        }
    }

    /// <summary>A version as a path names it; null is the latest.</summary>
    public static int? ParseVersion(string version) => version switch
    {
        "latest" or "-1" => null,
        _ when int.TryParse(version, out var number) && number > 0 => number,
        _ => throw RegistryError.InvalidVersion(version),
    };

    private CompatibilityLevel LevelOf(string subject) => _levels.GetValueOrDefault(subject, _level);

    private List<int> VersionsOf(string subject) => _subjects.GetValueOrDefault(subject) ?? throw RegistryError.SubjectNotFound(subject);

    private static int IndexOf(List<int> versions, int? version) =>
        version is not { } number ? versions.Count - 1 : number <= versions.Count ? number - 1 : throw RegistryError.VersionNotFound(number);

    private Schema SchemaOf(int id) => _byId[id - 1];

    private RegisteredVersion Describe(string subject, List<int> versions, int index) =>
        new(subject, index + 1, versions[index], SchemaOf(versions[index]).ToString());
}

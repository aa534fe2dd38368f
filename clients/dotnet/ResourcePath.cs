using System.Globalization;
using System.Text;

namespace Driftline.Client;

/// <summary>A path below the service's address, with ids percent-encoded and a query of the parameters that are set.</summary>
internal sealed class ResourcePath(string path)
{
    private readonly StringBuilder _path = new(path);
    private char _separator = '?';

    /// <exception cref="ArgumentException">The id is empty, or a name that paths give another meaning.</exception>
    public static string Encode(string id, string parameter) => id is "" or "." or ".."
        ? throw new ArgumentException($"'{id}' cannot be asked for: give an id that is neither empty nor '.' or '..'.", parameter)
        : Uri.EscapeDataString(id);

    public ResourcePath With(string name, string? value)
    {
        if (value is null) return this;
        _path.Append(_separator).Append(name).Append('=').Append(Uri.EscapeDataString(value));
        _separator = '&';
        return this;
    }

    public ResourcePath With(string name, IFormattable? value) => With(name, value?.ToString(null, CultureInfo.InvariantCulture));

    public ResourcePath With(string name, bool value) => value ? With(name, "true") : this;

    public ResourcePath With(string name, IEnumerable<string> values) => values.Aggregate(this, (path, value) => path.With(name, value));

    public override string ToString() => _path.ToString();
}

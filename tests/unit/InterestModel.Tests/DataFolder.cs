using Xunit;

namespace Driftline.InterestModel.Tests;

/// <summary>Folders of data: the real ones where they are, and small ones that a test writes.</summary>
internal static class DataFolder
{
    /// <summary>A real data set's folder; skips the test where it is absent, or fails it where everything is required.</summary>
    public static string Real(string name)
    {
        var root = AppContext.BaseDirectory;
        while (root is not null && !File.Exists(Path.Combine(root, "Driftline.slnx"))) root = Path.GetDirectoryName(root);
        var data = Environment.GetEnvironmentVariable("DRIFTLINE_DATA") ?? Path.Combine(root ?? ".", "..", "shared", "data");
        var folder = Path.GetFullPath(Path.Combine(data, name));
        if (Directory.Exists(folder)) return folder;
        var reason = $"{folder} is absent: set DRIFTLINE_DATA to the folder that holds {name}.";
        if (Environment.GetEnvironmentVariable("DRIFTLINE_REQUIRE_ALL") == "1") Assert.Fail(reason);
        Assert.Skip(reason);
        return folder;
    }

    /// <summary>Writes a folder in the import format and deletes it afterwards.</summary>
    public static T With<T>(string events, string items, Func<string, T> use)
    {
        var folder = Directory.CreateTempSubdirectory("driftline-data-");
        try
        {
            File.WriteAllText(Path.Combine(folder.FullName, "events.csv"), events);
            File.WriteAllText(Path.Combine(folder.FullName, "items.csv"), items);
            return use(folder.FullName);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}

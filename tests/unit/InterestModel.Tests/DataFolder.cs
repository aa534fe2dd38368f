namespace Driftline.InterestModel.Tests;

/// <summary>Small folders of data that a test writes.</summary>
internal static class DataFolder
{
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

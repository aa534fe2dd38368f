using Xunit;

namespace Driftline.Storefront.Tests;

public sealed class ImportFolderWriterTests : IDisposable
{
    private static readonly string[] Ids =
        ["plain", "a,b", "say \"hi\"", " leading and trailing ", "a/b\\c", "naïve ø 東京 🙂", "#hash", "two\nlines", "cr\r\nlf", "'=1+1", "\"", ";\t|"];

    private readonly TempFolder _temp = new();

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void WhatIsWrittenIsReadBackWhateverTheIdsHold()
    {
        List<ImportItem> items = [.. Ids.Select((id, i) => new ImportItem(id, $"Title of {id}", i % 3 == 0 ? [] : ["Main, one", $"Dept {i}"], i % 2 == 0 ? null : id, i * 0.1))];
        List<ImportEvent> events =
        [
            .. Ids.Select((id, i) => new ImportEvent(
                $"user {id}", id, new DateTimeOffset(2026, 1, 1, 0, 0, i / 2, i, TimeSpan.Zero).AddTicks(i), i % 2 == 0 ? "click" : "review",
                i % 2 == 0 ? null : i, 1.0 / (i + 3), id, 4.5, $"Fine, \"really\" {id}")).OrderBy(e => e.EventTime),
        ];
        var users = Ids.ToDictionary(id => id, id => (IReadOnlyDictionary<string, string>)new Dictionary<string, string> { ["note, a"] = $"x{id}", ["b"] = "1" });

        var counts = ImportFolderWriter.Write(_temp["out"], items, events, "Made by a test.", users);
        var folder = ImportFolder.Open(_temp["out"]);

        Assert.Equal(new ImportCounts(Ids.Length, Ids.Length, Ids.Length), counts);
        Assert.Equal(events, folder.ReadEvents());
        Assert.Equal(
            items.Select(item => (item.ItemId, item.Title, string.Join('|', item.Categories), item.Description, item.Price)),
            folder.ReadItems().Select(item => (item.ItemId, item.Title, string.Join('|', item.Categories), item.Description, item.Price)));
        var read = folder.ReadUsers().ToDictionary();
        Assert.All(users, user => Assert.Equal(user.Value.Order(ByKey), read[user.Key].Order(ByKey)));
        Assert.Equal("Made by a test.", File.ReadAllText(_temp["out/README.txt"]));
    }

    [Fact]
    public void EqualInputGivesEqualBytes()
    {
        foreach (var name in (string[])["one", "two"]) ImportFolderWriter.Write(_temp[name], [new ImportItem("i", "I", [])], [Click(0)], "r");
        Assert.All(Directory.EnumerateFiles(_temp["one"]), file => Assert.Equal(File.ReadAllBytes(file), File.ReadAllBytes(_temp[$"two/{Path.GetFileName(file)}"])));
    }

    [Fact]
    public void AFailureLeavesNothingBehind()
    {
        Assert.Throws<InvalidOperationException>(() => ImportFolderWriter.Write(_temp["out"], [], Broken(), "r"));
        Assert.Contains("Sort the events by time", Assert.Throws<ImportException>(() => ImportFolderWriter.Write(_temp["out"], [], [Click(1), Click(0)], "r")).Message, StringComparison.Ordinal);
        var twice = new ImportItem("i", "I", []);
        Assert.Contains("i comes twice", Assert.Throws<ImportException>(() => ImportFolderWriter.Write(_temp["out"], [twice, twice], [], "r")).Message, StringComparison.Ordinal);
        Assert.Contains("category 'a|b'", Assert.Throws<ImportException>(() => ImportFolderWriter.Write(_temp["out"], [twice with { Categories = ["a|b"] }], [], "r")).Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_temp[""]));

        static IEnumerable<ImportEvent> Broken()
        {
            yield return Click(0);
            throw new InvalidOperationException("The source broke.");
        }
    }

    [Fact]
    public void AFolderThatHoldsSomethingIsNeverReplaced()
    {
        Directory.CreateDirectory(_temp["out"]);
        File.WriteAllText(_temp["out/mine.txt"], "keep");
        Assert.Contains("is not empty", Assert.Throws<ImportException>(() => ImportFolderWriter.Write(_temp["out"], [], [], "r")).Message, StringComparison.Ordinal);
        Assert.Equal("keep", File.ReadAllText(_temp["out/mine.txt"]));
    }

    private static Comparer<KeyValuePair<string, string>> ByKey { get; } =
        Comparer<KeyValuePair<string, string>>.Create((a, b) => string.CompareOrdinal(a.Key, b.Key));

    private static ImportEvent Click(int second) => new("u", "i", new DateTimeOffset(2026, 1, 1, 0, 0, second, TimeSpan.Zero), "click");
}

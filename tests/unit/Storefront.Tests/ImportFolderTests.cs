using System.IO.Compression;
using System.Text;
using Xunit;

namespace Driftline.Storefront.Tests;

public sealed class ImportFolderTests : IDisposable
{
    private const string Items = "item_id,title,category,description\ni1,One,A|B,\n";
    private const string Events = "user_id,item_id,event_time,event_type,quantity,price,order_id,rating\n";

    private readonly TempFolder _temp = new();

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void EmptyColumnsAreNullAndTheTypeIsAClickAndTiesKeepTheirOrder()
    {
        var folder = Folder(Events + "u,i2,2026-01-01T00:00:00Z,,,,,\nu,i1,2026-01-01T01:00:00+01:00,review,2,1.5,o,4.5\nu,i3,2026-01-01\n");

        Assert.Equal(
            [
                new ImportEvent("u", "i2", Midnight, "click"),
                new ImportEvent("u", "i1", Midnight, "review", 2, 1.5, "o", 4.5),
                new ImportEvent("u", "i3", Midnight, "click"),
            ],
            folder.ReadEvents());
    }

    [Theory]
    [InlineData("\n")]
    [InlineData("\r\n")]
    [InlineData("\r")]
    public void AnyLineEndsByteOrderMarkBlankLinesQuotesAndHashesAreRead(string end)
    {
        var items = string.Join(end, "\uFEFFitem_id,title,category,description", "#1,\"a \"\"b\"\", c\", X | Y ||,", "", "\"a/b, ø\",\"two", "lines\",,d", "");
        var read = Folder(Events, items).ReadItems().ToList();

        Assert.Equal(["#1", "a/b, ø"], read.Select(item => item.ItemId));
        Assert.Equal(["a \"b\", c", $"two{end}lines"], read.Select(item => item.Title));
        Assert.Equal(["X", "Y"], read[0].Categories);
        Assert.Empty(read[1].Categories);
        Assert.Null(read[0].Description);
    }

    [Fact]
    public void AReviewWithoutARatingIsAClick() =>
        Assert.Equal(["click", "review"], Folder(Events + "u,i,2026-01-01,review,,,,\nu,i,2026-01-01,review,,,,4\n").ReadEvents().Select(one => one.EventType));

    [Fact]
    public void AHeaderOnlyFileHoldsNothing()
    {
        var folder = Folder(Events.TrimEnd(), "item_id");
        Assert.Empty(folder.ReadEvents());
        Assert.Empty(folder.ReadItems());
        Assert.Empty(folder.ReadUsers());
    }

    [Fact]
    public void ColumnsMayComeInAnyOrderAndCaseAndUnknownOnesAreLeftAlone()
    {
        var read = Assert.Single(Folder("Event_Time,extra,ITEM_ID,user_id\n2026-01-01T00:00:00Z,x,i,u\n").ReadEvents());
        Assert.Equal(new ImportEvent("u", "i", Midnight, "click"), read);
    }

    [Theory]
    [InlineData("", "click")]
    [InlineData("view_item", "click")]
    [InlineData("detail-page-view", "click")]
    [InlineData("add_to_cart", "add-to-cart")]
    [InlineData("purchase-complete", "purchase")]
    [InlineData("impression", "impression")]
    public void TypesHaveTheNamesThatTheIngestorTakes(string given, string type) =>
        Assert.Equal(type, Assert.Single(Folder(Events + $"u,i,2026-01-01,{given},,,,\n").ReadEvents()).EventType);

    [Fact]
    public void UserAttributesLeaveOutTheIdAndWhatIsEmpty()
    {
        File.WriteAllText(Make(Events, Items, "users.csv"), "User_ID,age,city\nu1,30,\nu2,,Oslo\n");
        var users = ImportFolder.Open(_temp["data"]).ReadUsers().ToDictionary();

        Assert.Equal([new("age", "30")], users["u1"]);
        Assert.Equal([new("city", "Oslo")], users["u2"]);
    }

    [Theory]
    [InlineData("u,i,2026-01-02,,,,,\nu,i,2026-01-01,,,,,", 3, "event_time", "earlier than the row before")]
    [InlineData("u,i,yesterday,,,,,", 2, "event_time", "'yesterday' is not an ISO 8601 time")]
    [InlineData("u,i,03/04/2026,,,,,", 2, "event_time", "'03/04/2026' is not an ISO 8601 time")]
    [InlineData("u,i,,,,,,", 2, "event_time", "is empty")]
    [InlineData(",i,2026-01-01,,,,,", 2, "user_id", "is empty")]
    [InlineData("u, ,2026-01-01,,,,,", 2, "item_id", "is empty")]
    [InlineData("u,\"i\n\n\",2026-01-01,,,,,\n\nu,i,2026-01-01,,x,,,", 6, "quantity", "'x' is not a number")]
    [InlineData("u,i,2026-01-01,,-1,,,", 2, "quantity", "'-1' is below 0")]
    [InlineData("u,i,2026-01-01,,,NaN,,", 2, "price", "'NaN' is not a number")]
    [InlineData("u,i,2026-01-01,,,,,good", 2, "rating", "'good' is not a number")]
    [InlineData("u,i,2026-01-01,Purchase,,,,", 2, "event_type", "'Purchase' is not known: use click, ")]
    public void ABadEventIsNamedByFileLineAndColumn(string rows, int line, string column, string problem)
    {
        var error = Assert.Throws<ImportException>(() => Folder(Events + rows).ReadEvents().ToList());
        Assert.Contains($"events.csv, line {line}, column {column}: ", error.Message, StringComparison.Ordinal);
        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("item_id,title\na,A\nb,B\na,C\n", "line 4, column item_id: 'a' is already on line 2")]
    [InlineData("item_id,title\n,A\n", "line 2, column item_id: is empty")]
    [InlineData("item_id,title,price\na,A,cheap\n", "line 2, column price: 'cheap' is not a number")]
    [InlineData("item_id,title\na,A, with comma\n", "line 2: has 3 columns where the header has 2")]
    [InlineData("item_id,title,title\na,A,B\n", "line 1, column title: comes twice")]
    [InlineData("title\nA\n", "line 1, column item_id: is missing from the header, which has: title")]
    [InlineData("", "line 1: the file is empty")]
    [InlineData("item_id,title\na,A\nb,\"B\n", "line 3: ")]
    [InlineData("item_id,title\na,\"A\"x\n", "line 2: ")]
    public void BadItemsAreNamedByFileLineAndColumn(string items, string problem)
    {
        var error = Assert.Throws<ImportException>(() => Folder(Events, items).ReadItems().ToList());
        Assert.Contains($"items.csv, {problem}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AnItemRepeatedWordForWordIsReadOnceAndEmptyColumnsAtTheEndDoNotMatter() =>
        Assert.Equal(["a", "b"], Folder(Events, "item_id,title\na,A\na,A\nb,B,,\n").ReadItems().Select(item => item.ItemId));

    [Fact]
    public void AUserWithTwoRowsIsNamed()
    {
        File.WriteAllText(Make(Events, Items, "users.csv"), "user_id,age\nu,1\nu,2\n");
        var error = Assert.Throws<ImportException>(() => ImportFolder.Open(_temp["data"]).ReadUsers().ToList());
        Assert.Contains("users.csv, line 3, column user_id: 'u' is already on line 2", error.Message, StringComparison.Ordinal);
    }

    /// <summary>Else the ingestor would refuse each of the user's events in a replay.</summary>
    [Fact]
    public void AUserWithMoreThanTheIngestorTakesIsNamed()
    {
        Assert.Contains("users.csv, line 3, column user_id: 'u' has 65 attributes", Refusal(Enumerable.Repeat("x", 65)), StringComparison.Ordinal);
        Assert.Contains("users.csv, line 3, column a1: its name or value is longer than the 1,024 characters", Refusal(["x", new string('x', 1_025)]), StringComparison.Ordinal);
        Assert.Empty(Refusal(Enumerable.Repeat(new string('x', 1_024), 64)));

        string Refusal(IEnumerable<string> values)
        {
            var columns = values.Select((_, i) => $"a{i}").ToList();
            File.WriteAllText(Make(Events, Items, "users.csv"), $"user_id,{string.Join(',', columns)}\nv{new string(',', columns.Count)}\nu,{string.Join(',', values)}\n");
            try
            {
                return ImportFolder.Open(_temp["data"]).ReadUsers().Count() == 2 ? "" : "not all users were read";
            }
            catch (ImportException e)
            {
                return e.Message;
            }
        }
    }

    [Fact]
    public void TextThatIsNotUtf8IsRefusedRatherThanMixedUp()
    {
        File.WriteAllBytes(Make(Events, null, "items.csv"), Encoding.Latin1.GetBytes("item_id,title\na,Crème\n"));
        var error = Assert.Throws<ImportException>(() => ImportFolder.Open(_temp["data"]).ReadItems().ToList());
        Assert.Contains("items.csv, after line 1: the text is not UTF-8", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AGzipThatIsNoneOrCutShortIsNamed()
    {
        File.WriteAllText(Make(Events, null, "items.csv.gz"), Items);
        Assert.Contains("items.csv.gz, line 1: ", Assert.Throws<ImportException>(() => ImportFolder.Open(_temp["data"]).ReadItems().ToList()).Message, StringComparison.Ordinal);

        using var whole = new MemoryStream();
        using (var gzip = new GZipStream(whole, CompressionMode.Compress, leaveOpen: true))
            gzip.Write(Encoding.UTF8.GetBytes("item_id,title\n" + string.Concat(Enumerable.Range(0, 50_000).Select(i => $"item {i * 7919 % 50_000},\"Title {i}\"\n"))));
        File.WriteAllBytes(_temp["data/items.csv.gz"], whole.ToArray()[..((int)whole.Length / 2)]);
        Assert.Contains("items.csv.gz, line ", Assert.Throws<ImportException>(() => ImportFolder.Open(_temp["data"]).ReadItems().ToList()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AMissingFolderOrFileAndAFileInTwoFormsAreNamed()
    {
        Assert.Contains("no such folder", Assert.Throws<ImportException>(() => ImportFolder.Open(_temp["none"])).Message, StringComparison.Ordinal);
        Make(Events, null, "x");
        Assert.Contains("items.csv or items.csv.gz is missing", Assert.Throws<ImportException>(() => ImportFolder.Open(_temp["data"])).Message, StringComparison.Ordinal);
        Make(Events, Items, "items.csv.gz");
        File.WriteAllText(_temp["data/items.csv.gz"], "");
        Assert.Contains("both items.csv.gz and items.csv", Assert.Throws<ImportException>(() => ImportFolder.Open(_temp["data"])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void CheckCountsEventsOfUnknownItemsAndPointsAtTheFirst()
    {
        var check = Folder(Events + "u,i1,2026-01-01,,,,,\nu,gone,2026-01-01,,,,,\nu,gone too,2026-01-01,,,,,\n").Check();

        Assert.Equal((3, 1, 0, 2), (check.Events, check.Items, check.Users, check.EventsOfUnknownItems));
        Assert.EndsWith("events.csv, line 3, column item_id: 'gone' is not among the items.", check.FirstUnknownItem, StringComparison.Ordinal);
    }

    private static DateTimeOffset Midnight { get; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private ImportFolder Folder(string events, string items = Items)
    {
        Make(events, items, "");
        return ImportFolder.Open(_temp["data"]);
    }

    private string Make(string events, string? items, string further)
    {
        Directory.CreateDirectory(_temp["data"]);
        File.WriteAllText(_temp["data/events.csv"], events);
        if (items is not null) File.WriteAllText(_temp["data/items.csv"], items);
        return _temp[$"data/{further}"];
    }
}

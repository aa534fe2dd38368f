using System.IO.Compression;
using Xunit;

namespace Driftline.Storefront.Tests;

/// <summary>Whatever is in an import file: rows, or an <see cref="ImportException"/> that names the file.</summary>
public sealed class FuzzTests : IDisposable
{
    private static readonly byte[] Items = """
        item_id,title,category,description,price,currency,available,kind,brand
        i1,"Kettle, copper",Kitchen|Tea,"Holds ""1 l""
        and more",24.5,EUR,yes,product,Nord
        i2,Tin,,,,,,,
        """u8.ToArray();

    private static readonly byte[] Events = """
        user_id,item_id,event_time,event_type,quantity,price,order_id,rating,review_text
        u1,i1,2026-01-31T12:00:00Z,purchase,2,9.90,o1,,
        u1,i2,2026-01-31T12:00:00.5+01:00,review,,,,4.5,"Warm, light"
        """u8.ToArray();

    private static readonly byte[] Users = "user_id,age_band,gender\nu1,25-34,f\nu2,,\n"u8.ToArray();

    private static readonly byte[] Retail = """
        InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country
        536365,85123A,WHITE HANGING HOLDER,6,12/1/2010 8:26,2.55,17850,United Kingdom
        C536379,D,Discount,-1,2010-12-01 09:41:00,27.5,14527,United Kingdom
        """u8.ToArray();

    private readonly TempFolder _temp = new();

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void AnyItemFileIsReadRowByRowOrRefused() => Fuzzing.Run(Mutations.Of(Items), bytes =>
    {
        File.WriteAllBytes(_temp["items.csv"], bytes);
        ReadsOrRefuses(_temp["items.csv"], () => Assert.All(ItemFile.Read(_temp["items.csv"]), row => Assert.True(row.Item is null != row.Fault is null)));
    });

    [Fact]
    public void AnyFolderIsCheckedOrRefused()
    {
        var folder = Directory.CreateDirectory(_temp["folder"]).FullName;
        byte[][] sound = [Events, Items, Users];
        for (var spoiled = 0; spoiled < sound.Length; spoiled++)
        {
            foreach (var (name, bytes) in new[] { "events.csv", "items.csv", "users.csv" }.Zip(sound)) File.WriteAllBytes(Path.Combine(folder, name), bytes);
            var file = Path.Combine(folder, new[] { "events.csv", "items.csv", "users.csv" }[spoiled]);
            Fuzzing.Run(Mutations.Of(sound[spoiled]), bytes =>
            {
                File.WriteAllBytes(file, bytes);
                ReadsOrRefuses(folder, () => ImportFolder.Open(folder).Check());
            });
        }
    }

    [Fact]
    public void AnyCompressedFileIsReadOrRefused()
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true)) gzip.Write(Items);
        Fuzzing.Run(Mutations.Of(packed.ToArray()), bytes =>
        {
            File.WriteAllBytes(_temp["items.csv.gz"], bytes);
            ReadsOrRefuses(_temp["items.csv.gz"], () => _ = ItemFile.Read(_temp["items.csv.gz"]).Count());
        });
    }

    [Fact]
    public void AnyDownloadIsConvertedOrRefused()
    {
        Workbook.Write(_temp["sound.xlsx"], ["InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country"], ["536365", "85123A", "WHITE HOLDER", 6.0, 40513.35, 2.55, 17850.0, "France"]);
        foreach (var (name, sound) in new[] { ("retail.csv", Retail), ("retail.xlsx", File.ReadAllBytes(_temp["sound.xlsx"])) })
        {
            Fuzzing.Run(Mutations.Of(sound), bytes =>
            {
                File.WriteAllBytes(_temp[name], bytes);
                var output = _temp[Guid.NewGuid().ToString("N")];
                ReadsOrRefuses("", () => OnlineRetailConverter.Convert(_temp[name], output));
            });
        }
    }

    [Theory]
    [InlineData("xl/workbook.xml", "<a \"")]
    [InlineData("xl/_rels/workbook.xml.rels", "<a \"")]
    [InlineData("xl/worksheets/sheet1.xml", "<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetData><row r=\"1\"><c r=\"A")]
    [InlineData("xl/styles.xml", "")]
    public void AWorkbookWithADamagedPartIsRefused(string part, string content) // found by the test above
    {
        Workbook.Write(_temp["damaged.xlsx"], ["InvoiceNo"], ["536365"]);
        using (var zip = ZipFile.Open(_temp["damaged.xlsx"], ZipArchiveMode.Update))
        {
            zip.GetEntry(part)!.Delete();
            using var written = new StreamWriter(zip.CreateEntry(part).Open());
            written.Write(content);
        }

        Assert.Contains("damaged.xlsx", Assert.Throws<ImportException>(() => OnlineRetailConverter.Convert(_temp["damaged.xlsx"], _temp["out"])).Message, StringComparison.Ordinal);
    }

    private static void ReadsOrRefuses(string file, Action read)
    {
        try
        {
            read();
        }
        catch (ImportException e)
        {
            Assert.Contains(file, e.Message, StringComparison.Ordinal);
        }
    }
}

using System.Globalization;
using System.Text.RegularExpressions;

namespace Driftline.Storefront;

/// <summary>What the conversion kept, and how many rows it left out for which reason (the first that applies).</summary>
/// <param name="Rows">Rows of the source, its header not counted.</param>
/// <param name="Events">Purchases written.</param>
/// <param name="Items">Products written.</param>
/// <param name="Users">Customers written.</param>
/// <param name="Cancelled">Cancellations: the invoice number begins with C.</param>
/// <param name="WithoutCustomer">Rows without a customer.</param>
/// <param name="Malformed">Rows without an invoice or stock code, or whose quantity, price or date cannot be read.</param>
/// <param name="NotPositive">Rows whose quantity or price is 0 or less.</param>
/// <param name="NotProducts">Postage, fees, samples and the like: the stock code is not five digits with at most three letters.</param>
public sealed record OnlineRetailSummary(
    long Rows, long Events, int Items, int Users, long Cancelled, long WithoutCustomer, long Malformed, long NotPositive, long NotProducts)
{
    /// <summary>One sentence for people.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Rows} rows: {Events} purchases of {Items} items by {Users} customers; left out {Cancelled} cancellations, {WithoutCustomer} without customer, {Malformed} malformed, {NotPositive} with quantity or price not above 0, {NotProducts} that are not products.");
}

/// <summary>
/// Turns the public "Online Retail" download of the UCI Machine Learning Repository (<c>Online Retail.xlsx</c>, or the same table as CSV) into
/// the import format. Chen, Sain and Guo 2012, "Data mining for the online retail industry", doi:10.1057/dbm.2012.17; CC BY 4.0.
/// </summary>
public static partial class OnlineRetailConverter
{
    /// <summary>The category of an item whose title ends in a rare word.</summary>
    public const string Other = "OTHER";

    private const int LeastItemsPerCategory = 10;
    private const int ReportEvery = 10_000;

    private const string Readme = """
        Purchases of a UK online gift shop, 2010-12 to 2011-12: the "Online Retail" data of the UCI Machine Learning Repository, CC BY 4.0.
        Cite: D. Chen, S. L. Sain, K. Guo, "Data mining for the online retail industry: a case study of RFM model-based customer segmentation
        using data mining", Journal of Database Marketing and Customer Strategy Management 19(3), 2012, doi:10.1057/dbm.2012.17.

        Converted to Driftline's import format: (summary)
        Times have no zone in the source and are taken as UTC. An item's title is its most frequent description, its price the latest.
        Categories are DERIVED: the last word of the title (a run of capitals) where at least 10 items share it, else OTHER.

        """;

    /// <summary>Reads the download and writes a folder in the import format.</summary>
    /// <param name="sourceFile">The .xlsx (or .xls) or .csv file.</param>
    /// <param name="outFolder">Must not exist, or be empty.</param>
    /// <param name="progress">Told the number of rows read, every 10,000 and at the end.</param>
    /// <exception cref="ImportException">The file is missing, of another kind or without one of the columns; or the folder is not empty.</exception>
    public static OnlineRetailSummary Convert(string sourceFile, string outFolder, IProgress<long>? progress = null)
    {
        if (!File.Exists(sourceFile)) throw new ImportException($"{sourceFile}: no such file. Give the .xlsx or .csv of UCI's Online Retail data.");
        var kept = new List<Sale>();
        long rows = 0, cancelled = 0, withoutCustomer = 0, malformed = 0, notPositive = 0, notProducts = 0;
        foreach (var row in OnlineRetailRows.Read(sourceFile))
        {
            if (++rows % ReportEvery == 0) progress?.Report(rows);
            if (row.Invoice.StartsWith('C') || row.Invoice.StartsWith('c')) cancelled++;
            else if (row.Customer.Length == 0) withoutCustomer++;
            else if (row.Invoice.Length == 0 || row.StockCode.Length == 0 || row is not { Quantity: { } quantity, Price: { } price, Time: { } time }) malformed++;
            else if (quantity <= 0 || price <= 0) notPositive++;
            else if (!ProductCode().IsMatch(row.StockCode)) notProducts++;
            else kept.Add(new Sale(row, row.StockCode.ToUpperInvariant(), (int)Math.Clamp(Math.Round(quantity), 1, int.MaxValue), price, time));
        }

        progress?.Report(rows);
        // OrderBy is stable: ties keep the order of the source.
        kept = [.. kept.OrderBy(sale => sale.Time)];
        var items = Items(kept);
        var users = kept.GroupBy(sale => sale.Row.Customer).OrderBy(user => user.Key, StringComparer.Ordinal).Select(user =>
            new KeyValuePair<string, IReadOnlyDictionary<string, string>>(user.Key, Attributes(user))).ToList();
        var summary = new OnlineRetailSummary(rows, kept.Count, items.Count, users.Count, cancelled, withoutCustomer, malformed, notPositive, notProducts);
        ImportFolderWriter.Write(outFolder, items, kept.Select(sale => new ImportEvent(
            sale.Row.Customer, sale.ItemId, new DateTimeOffset(sale.Time, TimeSpan.Zero), "purchase", sale.Quantity, sale.Price, sale.Row.Invoice)),
            Readme.Replace("(summary)", summary.ToString(), StringComparison.Ordinal), users);
        return summary;
    }

    /// <summary>
    /// The derived category of each title: its last word where at least ten titles share it, else <see cref="Other"/>. A word is a run of
    /// capitals, so that sizes, numbers and remarks in small letters do not count ("T-LIGHTS", "SIGN 7", "BAG 25x24x12cm").
    /// </summary>
    public static IReadOnlyList<string> DeriveCategories(IReadOnlyList<string> titles)
    {
        var last = titles.Select(title => Word().Matches(title).LastOrDefault()?.Value ?? "").ToList();
        var shared = last.CountBy(word => word).Where(pair => pair.Value >= LeastItemsPerCategory).Select(pair => pair.Key).ToHashSet(StringComparer.Ordinal);
        return [.. last.Select(word => word.Length > 0 && shared.Contains(word) ? word : Other)];
    }

    private static List<ImportItem> Items(List<Sale> sales)
    {
        var groups = sales.GroupBy(sale => sale.ItemId).OrderBy(item => item.Key, StringComparer.Ordinal).ToList();
        var titles = groups.ConvertAll(item => MostFrequent(item.Select(sale => sale.Row.Description)) ?? item.Key);
        var categories = DeriveCategories(titles);
        return [.. groups.Select((item, i) => new ImportItem(item.Key, titles[i], [categories[i]], Price: item.Last().Price))];
    }

    private static Dictionary<string, string> Attributes(IEnumerable<Sale> sales) =>
        MostFrequent(sales.Select(sale => sale.Row.Country)) is { } country ? new(StringComparer.Ordinal) { ["country"] = country } : [];

    /// <summary>The most frequent text that is not empty; of equally frequent ones the first in ordinal order.</summary>
    private static string? MostFrequent(IEnumerable<string> texts) => texts.Where(text => text.Length > 0).CountBy(text => text)
        .OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => pair.Key).FirstOrDefault();

    [GeneratedRegex("[A-Z]+")]
    private static partial Regex Word();

    [GeneratedRegex("^[0-9]{5}[A-Za-z]{0,3}$")]
    private static partial Regex ProductCode();

    private sealed record Sale(OnlineRetailRow Row, string ItemId, int Quantity, double Price, DateTime Time);
}

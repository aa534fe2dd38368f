namespace Driftline.Ingestor.OpenApi;

/// <summary>Request bodies for the document; a test sends each of them.</summary>
internal static class ApiExamples
{
    public static readonly IReadOnlyDictionary<string, string> Events = new Dictionary<string, string>
    {
        ["click"] = """{"eventId":"0192f0c1-1","eventType":"click","userId":"u1","sessionId":"s1","items":[{"itemId":"sku-1"}]}""",
        ["notKnown"] = """{"eventId":"0192f0c1-4","eventType":"click","sessionId":"s1","items":[{"itemId":"sku-1"}]}""",
        ["batch"] =
            """
            [{"eventId":"0192f0c1-2","eventType":"purchase","userId":"u1","items":[{"itemId":"sku-1","quantity":2,"price":9.90}],"currency":"EUR"},
             {"eventId":"0192f0c1-3","eventType":"review","userId":"u2","items":[{"itemId":"sku-2"}],"rating":4,"reviewText":"Warm and light.","attributes":{"ageBand":"25-34"}}]
            """,
    };

    public const string Merge = """{"sessionId":"s1"}""";

    public static readonly IReadOnlyDictionary<string, string> Items = new Dictionary<string, string>
    {
        ["one"] =
            """
            {"id":"sku-1","title":"Rain jacket","category":["Outdoor","Jackets"],"description":"Light, packs into its pocket.","price":89.00,"currency":"EUR",
             "available":true,"attributes":{"brand":"Nord"}}
            """,
        ["batch"] = """[{"id":"sku-1","title":"Rain jacket","category":"Jackets"},{"id":"sku-2","title":"Wool hat","category":"Hats","available":false}]""",
    };
}

using System.CommandLine.Help;
using System.Text.Json;
using Driftline.Cli.Delivery;
using Driftline.Storefront;
using FsCheck.Fluent;
using Xunit;

namespace Driftline.Cli.Tests;

/// <summary>Whatever is typed or piped in: something to do, or words about what is wrong with it; never a trace of the program.</summary>
public sealed class FuzzTests
{
    private static readonly string[] Words =
    [
        "events", "send", "replay", "items", "import", "recommend", "interests", "tail", "rejected", "list", "erase", "u1", "storefront.events", "--json", "--wait", "--key", "--ingestor", "--recommender", "--kafka",
        "--registry", "--rate", "--since", "--until", "--set", "--limit", "--dry-run", "--count", "--follow", "--from-beginning", "--ids", "--reason", "--help", "-", "--", "-1", "0", "1e999", "NaN", "7d", "7000000000d", "rating=5", "=",
        "http://127.0.0.1:5080", "ftp://x", "http://", "file:///etc/passwd", "", " ", "\0", "\u00a0", "😀", "\ud800", "@file", "[x]", "--count=", "--wait=-0", "--rate=1e-400", "2026-01-31T12:00:00Z", "2026-02-30",
    ];

    [Fact]
    public void AnyArgumentsAreUnderstoodOrExplained() => Fuzzing.Run(
        Gen.Choose(0, 7).SelectMany(count => Gen.ArrayOf(Gen.OneOf(Gen.Elements(Words), Mutations.Of(Words)), count)),
        arguments =>
        {
            if (arguments.Any(argument => argument.Contains('\0'))) return; // no program can be given one
            var root = CommandLine.Create();
            var parsed = root.Parse(arguments);
            Assert.All(parsed.Errors, error => Assert.NotEmpty(error.Message));
            if (parsed.Errors.Count > 0 || parsed.Action is HelpAction) return; // help needs no argument
            // What an action asks for is there, whatever was given.
            for (var command = parsed.CommandResult; command is not null; command = command.Parent as System.CommandLine.Parsing.CommandResult)
            {
                foreach (var option in command.Command.Options) _ = parsed.GetResult(option)?.GetValueOrDefault<object?>();
                foreach (var argument in command.Command.Arguments) _ = parsed.GetResult(argument)?.GetValueOrDefault<object?>();
            }
        });

    [Theory]
    [InlineData("--wait=[[0", "--wait must be a number from 0 to 86400.")]
    [InlineData("--wait=NaN", "--wait must be a number from 0 to 86400.")]
    public void ANumberThatIsNoneIsRefusedByName(string argument, string told) =>
        Assert.Contains(CommandLine.Create().Parse(["recommend", "u1", argument]).Errors, error => error.Message == told);

    [Fact]
    public void AnyInputIsReadAsElementsOrExplained() => Fuzzing.Run(
        Mutations.Of("{\"eventId\":\"e1\",\"items\":[{\"itemId\":\"i1\"}]}\n{oops\n\n{\"eventId\":\"e2\"}\n", "[{\"eventId\":\"e1\"},7,{}]", "{\n  \"eventId\": \"e1\"\n}"),
        text => AreElements(() => ReadJson.From("input", new StringReader(text))));

    [Fact]
    public void AnyItemFileIsReadAsElementsOrExplained()
    {
        var file = Path.Combine(Directory.CreateTempSubdirectory("driftline-cli-").FullName, "items.csv");
        Fuzzing.Run(Mutations.Of("item_id,title,category,price,currency,available\ni1,Kettle,Kitchen|Tea,24.5,EUR,yes\ni2,Tin,,x,,\n"u8.ToArray()), bytes =>
        {
            File.WriteAllBytes(file, bytes);
            AreElements(() => ReadItems.From(file));
        });
    }

    private static void AreElements(Func<IEnumerable<Element>> read)
    {
        try
        {
            foreach (var element in read())
            {
                Assert.True(element.Json is null != element.Fault is null);
                if (element.Json is not { } json) continue;
                using var document = JsonDocument.Parse(json);
                Assert.Equal(JsonValueKind.Object, document.RootElement.ValueKind);
            }
        }
        catch (Exception e) when (e is CommandException or ImportException)
        {
            Assert.NotEmpty(e.Message);
        }
    }
}

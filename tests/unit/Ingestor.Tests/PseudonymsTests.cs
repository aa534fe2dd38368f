using System.Text;
using driftline.events;
using Driftline.Hosting;
using Microsoft.Extensions.Options;

namespace Driftline.Ingestor.Tests;

public sealed class PseudonymsTests
{
    private static readonly string Key = Convert.ToBase64String("a key of the test's own"u8);
    private static readonly Pseudonyms On = new(Options.Create(new PrivacyOptions { Pseudonymise = true, HashKey = Key }));

    [Fact]
    public void APseudonymIsTheSameForTheSameKeyAndStaysWhatItIs()
    {
        var pseudonym = On.Of("u1");
        Assert.Equal(45, pseudonym.Length);
        Assert.Equal(pseudonym, On.Of("u1"));
        Assert.Equal(pseudonym, On.Of(pseudonym));
        Assert.NotEqual(pseudonym, On.Of("u2"));
        Assert.NotEqual(pseudonym, new Pseudonyms(Options.Create(new PrivacyOptions { Pseudonymise = true, HashKey = Convert.ToBase64String("another"u8) })).Of("u1"));
        Assert.Equal("u1", new Pseudonyms(Options.Create(new PrivacyOptions { HashKey = Key })).Of("u1"));
        Assert.NotEqual("p_" + new string('!', 43), On.Of("p_" + new string('!', 43))); // of its length, and none
    }

    [Fact]
    public async Task WhereTheyAreOnNoRecordHoldsTheIdThatWasSentNotEvenARefusedOne()
    {
        await using var service = new IngestorService(("Privacy:Pseudonymise", "true"), ("Privacy:HashKey", Key));
        service.UseKestrel(0);
        await IngestorService.ResultsAsync(await service.PostAsync(
            """
            [{"eventId":"e1","eventType":"click","userId":"somebody","items":[{"itemId":"i1"}]},
             {"eventId":"e2","eventType":"review","userId":"somebody","items":[{"itemId":"i1"}],"note":"kept"},
             {"eventId":"e3","eventType":"click","userId":["somebody"],"items":[{"itemId":"i1"}]}]
            """));
        using var response = await service.CreateClient().DeleteAsync("/v1/users/somebody");

        var records = service.Broker.Records.OrderBy(record => record.Topic != "storefront.events").ToList(); // the order between topics is nobody's concern
        Assert.Equal(["storefront.events", "storefront.events.rejected", "storefront.events.rejected", "privacy.erasures"], records.Select(record => record.Topic));
        Assert.Equal([On.Of("somebody"), On.Of("somebody"), null, On.Of("somebody")], records.Select(record => record.Key));
        Assert.Equal(On.Of("somebody"), records[0].Decode<StorefrontEvent>(StorefrontEvent._SCHEMA).userId);
        Assert.Contains("\"note\":\"kept\"", Encoding.UTF8.GetString(records[1].Value!), StringComparison.Ordinal);
        Assert.All(records, record => Assert.DoesNotContain("somebody", Encoding.UTF8.GetString(record.Value!), StringComparison.Ordinal));
    }

    [Fact]
    public async Task WhatIsNoEventHoldsPseudonymsTooHoweverDeep()
    {
        await using var service = new IngestorService(("Privacy:Pseudonymise", "true"), ("Privacy:HashKey", Key));
        await IngestorService.ResultsAsync(await service.PostAsync(
            """[{"events":[{"eventId":"e1","userId":"somebody","note":"kept"}]},[{"userId":"somebody","note":"kept"}],"somebody"]"""));

        var kept = service.Broker.Records.Select(record => Encoding.UTF8.GetString(record.Value!)).ToList();
        Assert.Equal(3, kept.Count);
        Assert.All(kept, one => Assert.DoesNotContain("somebody", one, StringComparison.Ordinal));
        Assert.All(kept.Take(2), one => Assert.Contains($"\"userId\":\"{On.Of("somebody")}\",\"note\":\"kept\"", one, StringComparison.Ordinal));
    }

    [Fact]
    public void OfAShopperWhoIsNotKnownTheSessionIsReplacedAndTheyAreStillToldAsOne()
    {
        Assert.Equal("session:" + On.Of("s1"), On.Of("session:s1"));
        Assert.Equal(On.Of("session:s1"), On.Of(On.Of("session:s1")));
    }

    [Theory]
    [InlineData("true", "", "Privacy:Pseudonymise needs Privacy:HashKey")]
    [InlineData("false", "no base64!", "Privacy:HashKey must be base64")]
    [InlineData("true", "password", "Privacy:HashKey must hold 16 bytes or more")]
    [InlineData("false", " ", "Privacy:HashKey must hold 16 bytes or more")]
    public async Task AKeyThatIsMissingOrWrongStopsTheServiceWithItsName(string on, string key, string message)
    {
        await using var service = new IngestorService(("Privacy:Pseudonymise", on), ("Privacy:HashKey", key));
        Assert.Contains(message, Assert.Throws<OptionsValidationException>(() => service.CreateClient()).Message, StringComparison.Ordinal);
    }
}

using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Consent.Contracts;

namespace Consent.ConsentService.Tests;

/// <summary>Who is erased is told what remains of him.</summary>
public sealed class ErasureAnswerTests
{
    private static readonly Declaration _site = TestSite.Declaration();

    [Fact]
    public async Task OfAnAddress_TheAnswerSaysThatAKeyedHashRemains_EachTime()
    {
        await using var consent = await MovedConsent.StartAsync(_site);
        var address = $"a1-{RandomId.New()}{RandomId.New()}";
        await consent.App.HearAsync(
            ConsentSetup.Service, new MarketingUnsubscribed(RandomId.New(), TestSite.Noon, "test-site", address, ["news"], "one-click-unsubscribe", "nl", TestSite.Noon));

        var (once, again) = (await ErasedAsync(consent, address), await ErasedAsync(consent, address));

        Assert.Contains("keyed hash of the address remains", (string)once["remains"]!, StringComparison.Ordinal);
        Assert.Equal(once.ToJsonString(), again.ToJsonString());
    }

    [Fact]
    public async Task OfAVisitor_NothingRemains_AndOfAnUnknownAddressTheHash_ForWhichMarketingIsTold()
    {
        await using var consent = await MovedConsent.StartAsync(_site);
        await consent.DecidedAsync(consent.Statistics(PublishedDeclaration.HashOf(_site), true));

        Assert.Equal(["tombstone", "erasedAt"], (await ErasedAsync(consent, TestSite.Visitor)).Select(member => member.Key));
        Assert.Empty(await ErasedAsync(consent, RandomId.New()));
        var address = $"a1-{RandomId.New()}{RandomId.New()}";
        Assert.Equal(["tombstone", "erasedAt", "remains"], (await ErasedAsync(consent, address)).Select(member => member.Key));
        var asked = (await consent.Log.FeedAsync(0, 100, TestContext.Current.CancellationToken)).Single(record => record.Kind == EraseSubject.AskedKind);
        var told = ContractJson.Read<ErasureAsked>(ConsentSetup.EventOf(asked, TestSite.Noon)!.Body.Span);
        Assert.Equal(("test-site", address, TestSite.Noon), (told.Site, told.SubjectId, told.RecordedAt));
    }

    private static async Task<JsonObject> ErasedAsync(MovedConsent consent, string subject)
    {
        var answer = await consent.App.SendAsync(HttpMethod.Delete, $"/v1/sites/test-site/subjects/{subject}", token: consent.App.Token("admin"));
        Assert.Equal(System.Net.HttpStatusCode.OK, answer.StatusCode);
        return (await answer.Content.ReadFromJsonAsync<JsonObject>())!;
    }
}

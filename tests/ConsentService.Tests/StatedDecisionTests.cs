using System.Net;
using Consent.Contracts;
using Consent.Tests.Support;

namespace Consent.ConsentService.Tests;

/// <summary>What a system of the controller states of an address: a "no" always counts, and a yes lifts no "no" to marketing, also one that the caller had seen.</summary>
public sealed class StatedDecisionTests : IAsyncLifetime
{
    private static readonly Declaration _site = TestSite.Declaration();
    private readonly string _subject = $"a1-{RandomId.New()}{RandomId.New()}";
    private MovedConsent _consent = null!;

    public async ValueTask InitializeAsync() => _consent = await MovedConsent.StartAsync(_site);

    public async ValueTask DisposeAsync() => await _consent.DisposeAsync();

    [Theory]
    [InlineData("news", "news")]
    [InlineData("newsletter", "newsletter")]
    [InlineData("newsletter", "news")]
    public async Task AYes_OfWhoHoldsTheNewestReceipt_LiftsNoNo_AndTheAnswerSaysWhoDoes(string refused, string stated)
    {
        Assert.Equal(HttpStatusCode.Created, (await StateAsync(refused, false)).StatusCode);

        var problem = await ProblemOf.IsAsync(await StateAsync(stated, true, held: 1), 409, "newer-no");

        Assert.Contains("Only the person comes back", (string?)problem["detail"], StringComparison.Ordinal);
        Assert.Equal((1L, true), await NewestAsync() is var newest ? (newest.Version, newest.Purposes[refused].IsNo) : default);
    }

    [Fact]
    public async Task HisOwnConfirmationAtMarketing_LiftsIt()
    {
        await StateAsync("news", false);

        await _consent.App.HearAsync(ConsentSetup.Service, new MarketingSubscribed(
            RandomId.New(), TestSite.Noon, "test-site", _subject, ["news"], "confirmed-subscribe", "nl", PublishedDeclaration.HashOf(_site), TestSite.Noon.AddHours(1),
            TestSite.Noon.AddHours(1)));

        Assert.Equal(Decision.Given, (await NewestAsync()).Purposes["news"].Status);
    }

    /// <summary>Marketing grants topics alone, so who confirmed one has not come back to the purpose, and nothing is promised that would bring him back to it.</summary>
    [Fact]
    public async Task AYes_ToAPurposeThatWasRefusedAsAWhole_IsAnsweredByTheTopicsThatCanComeBack()
    {
        await StateAsync("newsletter", false);
        await _consent.App.HearAsync(ConsentSetup.Service, new MarketingSubscribed(
            RandomId.New(), TestSite.Noon, "test-site", _subject, ["news"], "confirmed-subscribe", "nl", PublishedDeclaration.HashOf(_site), TestSite.Noon.AddHours(1),
            TestSite.Noon.AddHours(1)));
        Assert.Equal(Decision.Given, (await NewestAsync()).Purposes["news"].Status);

        var ofPurpose = await ProblemOf.IsAsync(await StateAsync("newsletter", true, held: 2), 409, "newer-no");

        Assert.Contains("to its topics one by one", (string?)ofPurpose["detail"], StringComparison.Ordinal);
        await StateAsync("news", false, held: 2);
        var ofTopic = await ProblemOf.IsAsync(await StateAsync("news", true, held: 3), 409, "newer-no");
        Assert.DoesNotContain("one by one", (string?)ofTopic["detail"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task AYes_ToWhatHeDidNotRefuse_OrIsNoMarketing_IsRecorded()
    {
        await StateAsync("statistics", false);

        Assert.Equal(HttpStatusCode.Created, (await StateAsync("news", true, held: 1)).StatusCode);
        Assert.Equal(HttpStatusCode.Created, (await StateAsync("statistics", true, held: 2)).StatusCode);
    }

    /// <summary>A visitor's id is known to his own browser alone, also where a server of the site passes his choice on.</summary>
    [Fact]
    public async Task AYes_OfAVisitor_LiftsTheNoThatWasSeen()
    {
        await StateAsync("newsletter", false, subject: TestSite.Visitor);

        Assert.Equal(HttpStatusCode.Created, (await StateAsync("newsletter", true, held: 1, subject: TestSite.Visitor)).StatusCode);
    }

    private Task<HttpResponseMessage> StateAsync(string id, bool yes, long held = 0, string? subject = null) => _consent.App.SendAsync(
        HttpMethod.Post, "/v1/sites/test-site/decisions",
        new { subjectId = subject ?? _subject, heldVersion = held, purposes = new Dictionary<string, bool> { [id] = yes }, declaration = PublishedDeclaration.HashOf(_site) },
        _consent.App.Token("consent", ["test-house"]));

    private async Task<Receipt> NewestAsync() => DecisionRecorder.ReceiptOf(await _consent.Log.LatestAsync(Receipt.Stream("test-site", _subject)))!;
}

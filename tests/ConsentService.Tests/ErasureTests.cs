using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Consent.Contracts;
using Consent.Storage;
using Consent.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Consent.ConsentService.Tests;

public sealed class ErasureTests
{
    private static readonly Declaration _site = TestSite.Declaration();
    private static readonly string _hash = PublishedDeclaration.HashOf(_site);

    [Fact]
    public async Task Erased_ThePersonIsUnknown_TheTextStays_AndADecisionAfterwardsBeginsAnew()
    {
        await using var consent = await MovedConsent.StartAsync(_site);
        var first = await consent.DecidedAsync(consent.Statistics(_hash, true));
        await consent.DecidedAsync(consent.Statistics(_hash, false));
        var token = consent.App.Token("consent", sites: ["test-site"]);

        var erased = await consent.App.SendAsync(HttpMethod.Delete, $"/v1/sites/test-site/subjects/{TestSite.Visitor}", token: token);

        Assert.True(erased.IsSuccessStatusCode);
        Assert.NotNull((await erased.Content.ReadFromJsonAsync<JsonObject>())!["tombstone"]);
        Assert.Equal("never-asked", await consent.StatusAsync("statistics"));
        var receipts = await consent.App.SendAsync(HttpMethod.Get, $"/v1/sites/test-site/subjects/{TestSite.Visitor}/receipts", token: token);
        Assert.Empty((await receipts.Content.ReadFromJsonAsync<JsonArray>())!);
        await ProblemOf.IsAsync(await consent.App.SendAsync(HttpMethod.Get, $"/v1/sites/test-site/receipts/{first.Id}", token: token), 404, "unknown-receipt");
        Assert.True((await consent.App.SendAsync(HttpMethod.Get, $"/v1/sites/test-site/notices/{_hash}")).IsSuccessStatusCode);
        var anew = await consent.DecidedAsync(consent.Statistics(_hash, true));
        Assert.Equal((4L, null), (anew.Version, anew.Previous));
        Assert.Equal("given", await consent.StatusAsync("statistics"));
    }

    [Fact]
    public async Task Erase_NeedsATokenOfTheSite_AndAnIdThatIsOne()
    {
        await using var consent = await MovedConsent.StartAsync(_site);
        var path = $"/v1/sites/test-site/subjects/{TestSite.Visitor}";

        Assert.Equal(401, (int)(await consent.App.SendAsync(HttpMethod.Delete, path)).StatusCode);
        await ProblemOf.IsAsync(await consent.App.SendAsync(HttpMethod.Delete, path, token: consent.App.Token("consent", sites: ["other"])), 404, "unknown-site");
        await ProblemOf.IsAsync(await consent.App.SendAsync(HttpMethod.Delete, "/v1/sites/test-site/subjects/me", token: consent.App.Token("admin")), 400, "subject-id");
        var unknown = await consent.App.SendAsync(HttpMethod.Delete, path, token: consent.App.Token("admin"));
        Assert.Null((await unknown.Content.ReadFromJsonAsync<JsonObject>())!["tombstone"]);
    }

    [Fact]
    public async Task AfterTheTermOfProof_ReceiptsAreErasedByThemselves_AndWhatStillCountsIsNot()
    {
        await using var consent = await MovedConsent.StartAsync(_site with { ProofFor = new Term(5, 0, 0) });
        var over = await consent.DecidedAsync(consent.Statistics(_hash, true));
        await consent.DecidedAsync(new { subjectId = new string('1', 32), purposes = new { statistics = false, news = true }, declaration = _hash });
        await consent.DecidedAsync(new { subjectId = new string('2', 32), purposes = new { showcase = false }, declaration = _hash });
        await consent.DecidedAsync(new { subjectId = new string('3', 32), purposes = new { news = false }, declaration = _hash });
        var address = $"a1-{RandomId.New()}{RandomId.New()}";
        await consent.App.HearAsync(ConsentSetup.Service, new MarketingUnsubscribed(RandomId.New(), TestSite.Noon, "test-site", address, ["news"], "unsubscribe-page", "nl", TestSite.Noon));
        var sweep = consent.App.Services.GetRequiredService<EraseAfterProof>();
        var end = new Term(5, 0, 0).After(over.Purposes["statistics"].ValidUntil!.Value);

        consent.Clock.At = end.AddMilliseconds(-1);
        Assert.Equal(1, await sweep.RunOnceAsync(default));
        Assert.NotNull(await NewestAsync(consent, TestSite.Visitor));
        consent.Clock.At = end;
        Assert.Equal(1, await sweep.RunOnceAsync(default));

        var gone = (await consent.Log.LatestAsync(Receipt.Stream("test-site", TestSite.Visitor)))!;
        Assert.Equal((LogRecord.Erased, ErasureReason.Retention), (gone.Kind, EraseSubject.ReasonOf(gone)));
        // The "no" of an address keeps mail away for as long as the address is known anywhere.
        Assert.NotNull(await NewestAsync(consent, address));
        // A topic that was granted, and an objection, count until they are decided again; a refused topic was over five years ago.
        Assert.NotNull(await NewestAsync(consent, new string('1', 32)));
        Assert.NotNull(await NewestAsync(consent, new string('2', 32)));
        Assert.Null(await NewestAsync(consent, new string('3', 32)));
        Assert.Equal(0, await sweep.RunOnceAsync(default));
    }

    [Fact]
    public async Task ReplicaThatWasKilledAmidTheErasure_AnotherTakesItUpWithinSeconds()
    {
        await using var consent = await MovedConsent.StartAsync(_site with { ProofFor = new Term(5, 0, 0) });
        var over = await consent.DecidedAsync(consent.Statistics(_hash, true));
        await consent.Log.AcquireAsync("erase-after-proof", "one that was killed", TimeSpan.FromSeconds(6));

        consent.Clock.At = new Term(5, 0, 0).After(over.Purposes["statistics"].ValidUntil!.Value);

        await Eventually.IsSoAsync("the receipts are erased", async () => await NewestAsync(consent, TestSite.Visitor) is null, TimeSpan.FromSeconds(60));
    }

    [Fact]
    public void Withdrawal_EndsAtOnce_AndNotWhenTheConsentWouldHaveRunOut()
    {
        var receipt = new Receipt
        {
            Id = "r",
            Site = "test-site",
            SubjectId = TestSite.Visitor,
            Controller = "c",
            Epoch = 1,
            Version = 2,
            RecordedAt = TestSite.Noon,
            Changed = ["statistics"],
            Purposes = new Dictionary<string, PurposeDecision>
            {
                ["statistics"] = new(Decision.Withdrawn, TestSite.Noon, 2, TestSite.Noon.AddMonths(6), _hash, null),
            },
        };
        Assert.Equal(TestSite.Noon.AddYears(5), EraseAfterProof.DueAt(receipt, _site));
    }

    private static async Task<Receipt?> NewestAsync(MovedConsent consent, string subject) =>
        DecisionRecorder.ReceiptOf(await consent.Log.LatestAsync(Receipt.Stream("test-site", subject)));
}

using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Consent.Contracts;
using Consent.Tests.Support;
using FsCheck.Fluent;

namespace Consent.ConsentService.Tests;

/// <summary>Global Privacy Control (checklist X1): takes effect at once, stores nothing by itself, never stands over a choice.</summary>
public sealed class PrivacySignalTests
{
    private static readonly (string, string) _signal = ("Sec-GPC", "1");

    private static readonly Declaration _site = TestSite.Declaration(
        TestSite.Purpose("ads", LegalBasis.Consent) with { Advertising = true },
        TestSite.Purpose("profiles", LegalBasis.LegitimateInterest) with { Advertising = true });

    private static readonly string _hash = PublishedDeclaration.HashOf(_site);

    [Fact]
    public async Task Signal_RefusesAdvertisingAtOnce_ObjectsWhereThereIsAnInterest_AndStoresNothing()
    {
        await using var consent = await MovedConsent.StartAsync(_site);

        Assert.Equal(("never-asked", "not-needed"), (await consent.StatusAsync("ads"), await consent.StatusAsync("profiles")));
        Assert.Equal(("refused", "objected"), (await consent.StatusAsync("ads", gpc: true), await consent.StatusAsync("profiles", gpc: true)));
        Assert.Equal(("never-asked", "not-needed"), (await consent.StatusAsync("statistics", gpc: true), await consent.StatusAsync("showcase", gpc: true)));
        var anonymous = await consent.App.SendAsync(HttpMethod.Get, "/v1/sites/test-site/me/state", headers: _signal);
        Assert.Equal("refused", (string)(await anonymous.Content.ReadFromJsonAsync<JsonObject>())!["purposes"]!["ads"]!["status"]!);
        Assert.DoesNotContain(await consent.Log.FeedAsync(0, 100), r => r.Kind == DecisionRecorder.Kind);
        await ProblemOf.IsAsync(await consent.DecideAsync(new { subjectId = TestSite.Visitor, purposes = new { ads = true }, declaration = "x" }, _signal), 422, "unknown-declaration");
        Assert.DoesNotContain(await consent.Log.FeedAsync(0, 100), r => r.Kind == DecisionRecorder.Kind);
    }

    [Fact]
    public async Task Signal_IsRecordedWithTheFirstChoice_AndOnlyOnce()
    {
        await using var consent = await MovedConsent.StartAsync(_site);

        var first = await consent.DecidedAsync(new { subjectId = TestSite.Visitor, purposes = new { statistics = true }, declaration = _hash }, _signal);
        var second = await consent.DecidedAsync(new { subjectId = TestSite.Visitor, heldVersion = 1, purposes = new { statistics = false }, declaration = _hash }, _signal);

        Assert.Equal(["ads", "profiles", "statistics"], first.Changed);
        Assert.Equal((Decision.Refused, Decision.Objected, true), (first.Purposes["ads"].Status, first.Purposes["profiles"].Status, first.Gpc));
        Assert.Equal(["statistics"], second.Changed);
    }

    [Fact]
    public async Task Signal_NeverStandsOverAChoice()
    {
        await using var consent = await MovedConsent.StartAsync(_site);

        var chosen = await consent.DecidedAsync(new { subjectId = TestSite.Visitor, purposes = new { ads = true }, declaration = _hash }, _signal);

        Assert.Equal(Decision.Given, chosen.Purposes["ads"].Status);
        Assert.Equal("given", await consent.StatusAsync("ads", gpc: true));
        consent.Clock.At = Term.SixMonths.After(TestSite.Noon);
        Assert.Equal("refused", await consent.StatusAsync("ads", gpc: true));
    }

    [Fact]
    public void Signal_ObjectsToATopicWithItsPurpose_ButNotWhereTheObjectionToThePurposeWasTakenBack()
    {
        var site = TestSite.Published(_site with { Topics = [.. _site.Topics, SampleDeclaration.Topic("profiles-by-mail", "profiles")] });
        var lifted = new Receipt
        {
            Id = "r",
            Site = "test-site",
            SubjectId = TestSite.Visitor,
            Controller = "c",
            Epoch = 1,
            Version = 2,
            RecordedAt = TestSite.Noon,
            Changed = ["profiles"],
            Purposes = new Dictionary<string, PurposeDecision> { ["profiles"] = new(Decision.Given, TestSite.Noon, 2, null, null, site.MeaningOf("profiles")) },
        };

        Assert.Equal([PurposeStatus.Objected, PurposeStatus.Objected], Statuses(null));
        // The topic waits for a yes of its own.
        Assert.Equal([PurposeStatus.NotNeeded, PurposeStatus.NeverAsked], Statuses(lifted));

        PurposeStatus[] Statuses(Receipt? receipt)
        {
            var signalled = GlobalPrivacyControl.Apply(ConsentState.Of(receipt, site, TestSite.Noon), receipt, site.Declaration);
            return [signalled["profiles"].Status, signalled["profiles-by-mail"].Status];
        }
    }

    [Fact]
    public async Task SupportResource_IsWhatTheSpecificationSays()
    {
        await using var consent = await MovedConsent.StartAsync(_site);
        var resource = (await (await consent.App.SendAsync(HttpMethod.Get, "/v1/sites/test-site/gpc.json")).Content.ReadFromJsonAsync<JsonObject>())!;
        Assert.Equal("""{"gpc":true,"lastUpdate":"2026-06-03"}""", resource.ToJsonString());
    }

    [Fact]
    public void Signal_PermitsNothingThatWasNotPermitted_AndTakesNoChoiceAway()
    {
        var published = TestSite.Published(_site);
        var cases =
            from status in Gen.Elements(Enum.GetValues<Decision>())
            from id in Gen.Elements("ads", "profiles", "statistics", "showcase", "media")
            from days in Gen.Choose(0, 400)
            select (Status: status, Id: id, Days: days);
        Seeded.Check(
            Prop.ForAll(cases.ToArbitrary(), c =>
            {
                var receipt = new Receipt
                {
                    Id = "r",
                    Site = "test-site",
                    SubjectId = TestSite.Visitor,
                    Controller = "c",
                    Epoch = 1,
                    Version = 1,
                    RecordedAt = TestSite.Noon,
                    Changed = [c.Id],
                    Purposes = new Dictionary<string, PurposeDecision> { [c.Id] = new(c.Status, TestSite.Noon, 1, TestSite.Noon.AddDays(180), null, published.MeaningOf(c.Id)) },
                };
                var plain = ConsentState.Of(receipt, published, TestSite.Noon.AddDays(c.Days));
                var signalled = GlobalPrivacyControl.Apply(plain, receipt, _site);
                return plain.All(p => !signalled[p.Key].Permitted || p.Value.Permitted)
                    && (!(plain[c.Id].Status is PurposeStatus.Given) || signalled[c.Id] == plain[c.Id])
                    && plain.Where(p => !_site.PurposeBehind(p.Key)!.Advertising).All(p => signalled[p.Key] == p.Value);
            }),
            300);
    }
}

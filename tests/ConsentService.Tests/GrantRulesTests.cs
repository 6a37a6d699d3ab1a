using System.Net;
using Consent.Contracts;
using Consent.Tests.Support;

namespace Consent.ConsentService.Tests;

/// <summary>Grants that are refused, each with a problem that says what to do; and a "no" that goes through each of the same doors.</summary>
public sealed class GrantRulesTests
{
    private static readonly Declaration _first = TestSite.Declaration();
    private static readonly Declaration _second = _first with { Measures = [new Statement("locks", SampleDeclaration.Text("Sloten", "Locks"))] };

    public static TheoryData<string, string, int> Doors => new()
    {
        { "never-published", "unknown-declaration", 422 },
        { "superseded", "superseded-declaration", 422 },
        { "no-consent-needed", "no-consent-needed", 422 },
        { "retired", "retired-site", 422 },
        { "child", "parental-authorisation", 422 },
        { "unknown-purpose", "unknown-purpose", 422 },
        { "foreign-page", "foreign-origin", 403 },
        { "malformed-label", "malformed-label", 422 },
        { "future-version", "future-version", 409 },
    };

    [Theory]
    [MemberData(nameof(Doors))]
    public async Task Grant_IsRefusedAndCounted_NothingIsStored_AndTheNoGoesThroughTheSameDoor(string door, string slug, int status)
    {
        using var refused = new Measured(ConsentMetrics.MeterName, "consent.decisions.refused", "reason", slug);
        await using var consent = await MovedConsent.StartAsync(_first);
        var (hash, purpose, headers, action, held) = (PublishedDeclaration.HashOf(_first), "statistics", Array.Empty<(string, string)>(), "save", 0L);
        switch (door)
        {
            case "never-published":
                hash = new string('0', 64);
                break;
            case "superseded":
                await consent.PublishAsync(_second);
                consent.Clock.At += TimeSpan.FromDays(1);
                break;
            case "no-consent-needed":
                purpose = "showcase";
                break;
            case "retired":
                hash = (string)(await consent.PublishAsync(_first with { Retired = true }))["hash"]!;
                break;
            case "child":
                hash = (string)(await consent.PublishAsync(_first with { Children = new Children(new Dictionary<string, int> { ["NL"] = 16 }) }))["hash"]!;
                break;
            case "unknown-purpose":
                // Known once: a grant has nothing to stand on, and a "no" can still be attributed.
                await consent.PublishAsync(_first with { Purposes = [.. _first.Purposes.Where(p => p.Id != "media")] });
                purpose = "media";
                break;
            case "foreign-page":
                headers = [("Origin", "https://evil.example")];
                break;
            case "malformed-label":
                action = "<script>";
                break;
            default:
                held = 7;
                break;
        }

        object Body(bool yes) => new
        {
            subjectId = TestSite.Visitor,
            heldVersion = held,
            purposes = new Dictionary<string, bool> { [purpose] = yes },
            declaration = hash,
            action,
        };

        await ProblemOf.IsAsync(await consent.DecideAsync(Body(true), headers), status, slug);
        Assert.Null(await consent.Log.LatestAsync(Receipt.Stream("test-site", TestSite.Visitor)));
        Assert.True(refused.Count > 0);

        var no = await consent.DecidedAsync(Body(false), headers);
        Assert.True(no.Purposes[purpose].IsNo);
        Assert.NotNull(await consent.Log.LatestAsync(Receipt.Stream("test-site", TestSite.Visitor)));
    }

    [Fact]
    public async Task Grant_OnASupersededDeclaration_IsTakenWithinItsGrace_AndNotAMillisecondLonger()
    {
        await using var consent = await MovedConsent.StartAsync(_first);
        var hash = PublishedDeclaration.HashOf(_first);
        await consent.PublishAsync(_second);

        consent.Clock.At += TimeSpan.FromDays(1) - TimeSpan.FromMilliseconds(1);
        var taken = await consent.DecidedAsync(consent.Statistics(hash, true));
        consent.Clock.At += TimeSpan.FromMilliseconds(1);

        Assert.Equal(hash, taken.Declaration);
        await ProblemOf.IsAsync(await consent.DecideAsync(consent.Statistics(hash, true, 1)), 422, "superseded-declaration");
    }

    [Fact]
    public async Task Child_IsHeardWithTheAuthorisationOfAParent_OrByItsWordToBeOfAge_AndElsewhereNobodyIsAsked()
    {
        await using var consent = await MovedConsent.StartAsync(_first with { Children = new Children(new Dictionary<string, int> { ["NL"] = 16 }) });
        var hash = PublishedDeclaration.HashOf(_first with { Children = new Children(new Dictionary<string, int> { ["NL"] = 16 }) });

        var authorised = await consent.DecidedAsync(new
        {
            subjectId = TestSite.Visitor,
            purposes = new { statistics = true },
            declaration = hash,
            parentalAuthorisation = new { method = "confirmation-mail", reference = "case-17", authorisedAt = TestSite.Noon },
        });
        var ofAge = await consent.DecidedAsync(new
        {
            subjectId = new string('1', 32),
            purposes = new { statistics = true },
            declaration = hash,
            ofAge = true,
        });

        Assert.Equal(new ParentalAuthorisation("confirmation-mail", "case-17", TestSite.Noon), authorised.ParentalAuthorisation);
        Assert.Null(ofAge.ParentalAuthorisation);
        await using var elsewhere = await MovedConsent.StartAsync(_first);
        await elsewhere.DecidedAsync(elsewhere.Statistics(PublishedDeclaration.HashOf(_first), true));
    }

    [Fact]
    public async Task BackOffice_NamesWhoActedForWhom_AndACallerWithoutATokenCannot()
    {
        await using var consent = await MovedConsent.StartAsync(_first);
        var hash = PublishedDeclaration.HashOf(_first);
        object Body(string subject) => new
        {
            subjectId = subject,
            purposes = new { statistics = false },
            declaration = hash,
            source = "call-centre",
            actedBy = new { person = "staff-0042", capacity = "staff" },
            collection = new { build = "2026.11", layout = "form", element = "phone-script" },
        };

        var byStaff = await consent.App.SendAsync(
            HttpMethod.Post, "/v1/sites/test-site/decisions", Body($"a1-{new string('a', 64)}"), consent.App.Token("consent", sites: ["test-site"]));
        var byVisitor = await consent.DecidedAsync(Body(TestSite.Visitor));

        Assert.Equal(HttpStatusCode.Created, byStaff.StatusCode);
        var receipt = ContractJson.Read<Receipt>(await byStaff.Content.ReadAsByteArrayAsync());
        Assert.Equal(("staff-0042", "staff"), (receipt.ActedBy!.Person, receipt.ActedBy.Capacity));
        Assert.NotEmpty(receipt.ActedBy.Client);
        Assert.Equal(new Collection("2026.11", "form", "phone-script"), receipt.Collection);
        Assert.Null(byVisitor.ActedBy);
    }
}

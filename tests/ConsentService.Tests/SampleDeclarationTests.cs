using Consent.Contracts;

namespace Consent.ConsentService.Tests;

/// <summary>The five shipped declarations: valid, complete for the demonstration, and true to the practices they model.</summary>
public sealed class SampleDeclarationTests
{
    public static TheoryData<string> Sites => ["slotmaker", "raadhuis", "weefgoed", "koppelhuis", "kabelaar"];

    [Fact]
    public void Samples_AreTheFive() =>
        Assert.Equal(
            Sites.Select(row => row.Data + ".yaml").Order(),
            Directory.EnumerateFiles(DeclarationFiles.Samples, "*.yaml").Select(file => Path.GetFileName(file)).Order());

    [Theory]
    [MemberData(nameof(Sites))]
    public void Sample_HasWhatTheDemonstrationNeeds(string site)
    {
        var declaration = DeclarationFiles.Sample(site);
        Assert.Equal(site, declaration.Site);
        Assert.Equal(["nl", "en"], declaration.Languages);
        Assert.Equal(LegalBasis.Consent, declaration.FindPurpose("statistics")!.LegalBasis);
        Assert.Contains(declaration.Cookies, cookie => cookie is { Name: "_demo_stats", Purpose: "statistics", Vendor: null });
        Assert.Equal(LegalBasis.Consent, declaration.FindPurpose("media")!.LegalBasis);
        Assert.Contains(
            declaration.Cookies,
            cookie => cookie is { Name: "consent-choice", Purpose: "necessary" } && cookie.Lifetime == declaration.ConsentValidFor);
        Assert.Equal(LegalBasis.Consent, declaration.FindPurpose("newsletter")!.LegalBasis);
        Assert.Contains(declaration.Topics, topic => topic.Purpose == "newsletter" && topic.Channels.Contains(Channel.Email));
    }

    [Theory]
    [MemberData(nameof(Sites))]
    public void Sample_KeepsItsLinesShort(string site) =>
        Assert.All(File.ReadLines(Path.Combine(DeclarationFiles.Samples, site + ".yaml")), line => Assert.True(line.Length <= 140, line));

    /// <summary>Visitors are addressed as "u", never as "je".</summary>
    [Theory]
    [MemberData(nameof(Sites))]
    public void Sample_AddressesVisitorsFormally(string site) =>
        Assert.DoesNotMatch(@"\b(?i:je|jij|jouw|jullie)\b", File.ReadAllText(Path.Combine(DeclarationFiles.Samples, site + ".yaml")));

    [Fact]
    public void Slotmaker_DeletesCustomersFourteenWorkingDaysAfterTheContract()
    {
        var declaration = DeclarationFiles.Sample("slotmaker");
        var retention = declaration.FindPurpose("licence-administration")!.Retention;
        Assert.Equal((new Term(0, 0, 14), true, "contract-ended"), (retention.Term, retention.WorkingDays, retention.Trigger));
        Assert.Equal([null, new DateOnly(2018, 5, 25)], declaration.Regimes.Select(regime => regime.From));
    }

    [Fact]
    public void Raadhuis_KeepsCallsThirtyDaysOnLegitimateInterest_AndAsksARedactedCopy()
    {
        var declaration = DeclarationFiles.Sample("raadhuis");
        var calls = declaration.FindPurpose("call-recording")!;
        Assert.Equal((LegalBasis.LegitimateInterest, new Term(0, 0, 30)), (calls.LegalBasis, calls.Retention.Term));
        Assert.Equal(IdentityCheckMethod.RedactedIdentityCopy, declaration.Rights.IdentityCheck.Method);
        Assert.Equal(new Term(0, 0, 28), declaration.Rights.Deadline);
    }

    [Fact]
    public void Weefgoed_DoesNoAdvertising_AndChecksByKnownPhone()
    {
        var declaration = DeclarationFiles.Sample("weefgoed");
        Assert.DoesNotContain(declaration.Purposes, purpose => purpose.Advertising);
        Assert.Equal(IdentityCheckMethod.KnownPhoneNumber, declaration.Rights.IdentityCheck.Method);
    }

    [Fact]
    public void Koppelhuis_HasThreeTermsForThreePurposes_AndMailsOnly()
    {
        var declaration = DeclarationFiles.Sample("koppelhuis");
        Term? TermOf(string purpose) => declaration.FindPurpose(purpose)!.Retention.Term;
        Assert.Equal((null, new Term(7, 0, 0), new Term(0, 3, 0)), (TermOf("portal"), TermOf("subscription"), TermOf("account")));
        Assert.All(declaration.Topics, topic => Assert.Equal([Channel.Email], topic.Channels));
    }

    [Fact]
    public void Kabelaar_MarketsOnLegitimateInterest_AndDropsContactsAfterTwoYears()
    {
        var declaration = DeclarationFiles.Sample("kabelaar");
        Assert.Equal(LegalBasis.LegitimateInterest, declaration.PurposeBehind("our-work")!.LegalBasis);
        Assert.Equal(new Term(2, 0, 0), declaration.FindPurpose("assignments")!.Retention.Term);
        Assert.DoesNotContain(declaration.DataCategories, category => category.Special);
    }
}

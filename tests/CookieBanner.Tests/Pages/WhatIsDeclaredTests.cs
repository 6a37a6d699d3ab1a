using System.Text.Json;
using Consent.Contracts;
using Consent.CookieBanner.Pages;
using static Consent.CookieBanner.Tests.Pages.PageSamples;
using static Consent.CookieBanner.Tests.Samples;

namespace Consent.CookieBanner.Tests.Pages;

/// <summary>What a declaration may leave out and the law asks for where it applies: told where it is said, and pointed at where it is not.</summary>
public class WhatIsDeclaredTests
{
    private static readonly Declaration All = Full() with
    {
        Controller = Full().Controller with
        {
            Country = "US",
            DataProtectionOfficer = new DataProtectionOfficer("O. <Fficer>", "fg@wol.example", "+31 20 000 00 09"),
            Representative = new Representative("Wolhuis Europa", "Draad 2, Spoel", "NL", "unie@wol.example"),
        },
        DataCategories = [.. Full().DataCategories.Select((c, i) => i == 0 ? c with { Source = Say("Het handelsregister, dat openbaar is", "The trade register, which is public") } : c)],
        Purposes = [.. Full().Purposes.Select(p => p with { DataSubjects = Say("Bezoekers van de website", "Visitors of the website") })],
        Vendors = [.. Full().Vendors.Select(v => v with { Contact = "contact@" + v.Id + ".example" })],
        AutomatedDecisions = [new Statement("credit", Say("Of u op rekening koopt: een rekenregel weegt uw betalingen.", "Whether you buy on account: a rule weighs your payments."))],
    };

    [Fact]
    public void G13_The_statement_tells_officer_representative_sources_contacts_and_automated_decisions()
    {
        var html = RenderPrivacyStatement.Document(Page(All));
        HtmlOf.AssertSound(html);
        var controller = HtmlOf.Section(html, "controller");
        Assert.Contains("Functionaris gegevensbescherming O. <Fficer>, fg@wol.example , +31 20 000 00 09", controller, StringComparison.Ordinal);
        Assert.Contains("Vertegenwoordiger in de Europese Unie Wolhuis Europa, Draad 2, Spoel, Nederland, unie@wol.example", controller, StringComparison.Ordinal);
        Assert.Contains("Het handelsregister, dat openbaar is", HtmlOf.Section(html, "source"), StringComparison.Ordinal);
        Assert.Contains("Alle andere gegevens komen van uzelf", HtmlOf.Section(html, "source"), StringComparison.Ordinal);
        Assert.Contains($"contact@{All.Vendors[0].Id}.example", HtmlOf.Section(html, "recipients"), StringComparison.Ordinal);
        Assert.Contains("een rekenregel weegt uw betalingen", HtmlOf.Section(html, "automated"), StringComparison.Ordinal);
    }

    [Fact]
    public void G30_The_register_has_them_too_and_then_nothing_is_left_undeclared()
    {
        var page = Page(All, "en");
        var register = RegisterOfProcessing.Of(page);
        Assert.Empty(register.NotDeclared);
        Assert.All(register.Activities, a => Assert.Equal("Visitors of the website", a.DataSubjects));
        var html = RenderRegister.Document(page);
        HtmlOf.AssertSound(html);
        Assert.False(HtmlOf.HasSection(html, "unsaid"));
        Assert.Contains("a rule weighs your payments", HtmlOf.Section(html, "automated"), StringComparison.Ordinal);
        var line = RegisterCsv.Of(page).Split("\r\n")[1];
        Assert.Contains("O. <Fficer>; fg@wol.example; +31 20 000 00 09", line, StringComparison.Ordinal);
        Assert.Contains("Visitors of the website", line, StringComparison.Ordinal);
        Assert.EndsWith("\"Wolhuis Europa; Draad 2, Spoel; Netherlands; unie@wol.example\",,To the police in case of fraud.", line, StringComparison.Ordinal);
    }

    [Fact]
    public void G30_The_register_tells_joint_controllers_with_their_contacts_and_says_what_of_a_to_g_is_missing()
    {
        var page = Page(All with
        {
            Controller = All.Controller with { Representative = null },
            Vendors = [All.Vendors[0] with { Role = VendorRole.JointController }, All.Vendors[1] with { Role = VendorRole.JointController, Contact = null }],
            Measures = [],
        }, "en");
        Assert.Equal(["representative", "joint-controllers", "measures"], RegisterOfProcessing.Of(page).NotDeclared.Select(p => p.Id));
        var html = RenderRegister.Document(page);
        var controller = HtmlOf.Section(html, "controller");
        Assert.Contains("Representative in the European Union not declared", controller, StringComparison.Ordinal);
        Assert.Contains("Contact details of joint controllers Meter Inc., India, contact@meter.example Mailer, Germany, not declared", controller, StringComparison.Ordinal);
        Assert.Equal("How we protect data not declared", HtmlOf.Section(html, "measures"));
        Assert.EndsWith(
            ",not declared,not declared,\"Meter Inc. (India; contact@meter.example); Mailer (Germany; not declared)\",To the police in case of fraud.",
            RegisterCsv.Of(page).Split("\r\n")[1], StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_not_said_is_pointed_at_and_a_declared_none_is_told_as_none()
    {
        var silent = Full() with { Vendors = [.. Full().Vendors.Select((v, i) => i == 0 ? v with { Role = VendorRole.JointController } : v)] };
        Assert.Equal(
            ["data-protection-officer", "joint-controllers", "categories-of-data-subjects", "sources", "automated-decisions"],
            RegisterOfProcessing.Unsaid(silent).Select(p => p.Id));
        Assert.Contains("representative", RegisterOfProcessing.Unsaid(silent with { Controller = silent.Controller with { Country = "US" } }).Select(p => p.Id));
        Assert.Contains("Deze verklaring noemt geen besluiten", HtmlOf.Section(RenderPrivacyStatement.Document(Page(silent)), "automated"), StringComparison.Ordinal);

        var none = silent with { AutomatedDecisions = [] };
        Assert.DoesNotContain("automated-decisions", RegisterOfProcessing.Unsaid(none).Select(p => p.Id));
        Assert.Contains("Wij nemen geen besluiten", HtmlOf.Section(RenderPrivacyStatement.Document(Page(none)), "automated"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_changed_decision_or_source_is_told_in_the_history_and_an_old_declaration_keeps_its_hash()
    {
        var history = Versions(Full(), All);
        var changes = HtmlOf.Section(RenderPrivacyStatement.Document(Page(history)), "changes");
        Assert.Contains("Geautomatiseerd besluit ‘Of u op rekening koopt: een rekenregel weegt uw betalingen.’: toegevoegd", changes, StringComparison.Ordinal);
        Assert.Contains("(herkomst)", changes, StringComparison.Ordinal);
        Assert.Contains("om wie het gaat", changes, StringComparison.Ordinal);
        var json = JsonSerializer.Serialize(Full(), ContractJson.Options);
        foreach (var member in (string[])["dataProtectionOfficer", "representative", "dataSubjects", "source\"", "contact\"", "automatedDecisions"])
            Assert.DoesNotContain(member, json, StringComparison.Ordinal);
    }
}

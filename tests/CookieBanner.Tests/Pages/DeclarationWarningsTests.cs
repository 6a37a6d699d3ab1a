using System.Text.Json;
using System.Text.Json.Nodes;
using Consent.Contracts;
using Consent.CookieBanner.Pages;
using static Consent.CookieBanner.Tests.Pages.PageSamples;
using static Consent.CookieBanner.Tests.Pages.WarningSamples;
using static Consent.CookieBanner.Tests.Samples;

namespace Consent.CookieBanner.Tests.Pages;

public class DeclarationWarningsTests
{
    [Fact]
    public void Nothing_is_said_of_an_ordinary_declaration() => Assert.Empty(DeclarationWarnings.Of(Clean));

    [Theory]
    [InlineData("Uw IP-adres wordt anoniem opgeslagen.", true)]
    [InlineData("We keep an anonymised IP address.", true)]
    [InlineData("Geanonimiseerde IP-adressen bewaren wij een jaar.", true)]
    [InlineData("IP-adressen worden niet geanonimiseerd.", false)]
    [InlineData("Wij bewaren uw IP-adres. De cijfers zijn anoniem.", false)]
    [InlineData("Wij tellen anoniem hoe de website wordt gebruikt.", false)]
    public void An_ip_address_that_is_called_anonymous_is_warned_of(string text, bool warned) =>
        Assert.Equal(warned ? ["anonymous-ip-address"] : [], Ids(WithPurpose(Purpose("logs") with { Description = Say(text) })));

    [Fact]
    public void Whole_ip_addresses_are_warned_of_only_where_no_consent_is_asked()
    {
        var text = Say("IP-adressen worden niet geanonimiseerd.");
        Assert.Empty(Ids(WithPurpose(Purpose("count") with { Description = text })));
        var counted = Purpose("count", LegalBasis.LegitimateInterest) with { Description = text };
        Assert.Equal(["full-ip-address"], Ids(WithPurpose(counted)));
        var vendor = Vendor("meter", "Meter") with { Conditions = text };
        Assert.Equal(["full-ip-address"], Ids(WithPurpose(counted with { Description = Say("Tellen"), Vendors = ["meter"] }) with { Vendors = [vendor] }));
        Assert.Empty(Ids(WithPurpose(Purpose("count") with { Vendors = ["meter"] }) with { Vendors = [vendor] }));
    }

    /// <summary>A text is judged by the purposes that it is about: of a cookie, a topic or a category too.</summary>
    [Theory]
    [InlineData(LegalBasis.Consent, false)]
    [InlineData(LegalBasis.LegitimateInterest, true)]
    public void Whole_ip_addresses_are_judged_by_the_purpose_that_the_text_belongs_to(LegalBasis basis, bool warned)
    {
        var text = Say("IP-adressen worden niet geanonimiseerd.");
        var counting = WithPurpose(Purpose("count", basis) with { DataCategories = ["address"] }) with { DataCategories = [Category("address", "Adres", "Address")] };
        string[] expected = warned ? ["full-ip-address"] : [];
        Assert.Equal(expected, Ids(counting with { Cookies = [.. Clean.Cookies, Stores("count", "counted") with { Description = text }] }));
        Assert.Equal(expected, Ids(counting with { DataCategories = [new DataCategory { Id = "address", Name = text }] }));
        var topic = new Topic { Id = "news", Purpose = "count", Name = Say("Nieuws"), Description = text, Channels = [Channel.Email] };
        Assert.Equal(expected, Ids(counting with { Topics = [topic] }).Except(["marketing-on-legitimate-interest"]));
        Assert.Equal(["full-ip-address"], Ids(counting with { Measures = [new Statement("one", text)] }));
    }

    [Fact]
    public void An_anonymous_ip_address_is_found_on_a_purpose_with_consent_whatever_else_the_sentence_denies()
    {
        var text = Say("Uw IP-adres wordt anoniem opgeslagen en nooit gedeeld.", "Your IP address is stored anonymously and is never shared.");
        Assert.Equal(["anonymous-ip-address"], Ids(WithPurpose(Purpose("count") with { Description = text })));
        Assert.Equal(["anonymous-ip-address"], Ids(WithPurpose(Purpose("count", LegalBasis.LegitimateInterest) with { Description = text })));
    }

    [Theory]
    [InlineData("U kunt cookies uitzetten in uw browser.", true)]
    [InlineData("Via de instellingen van uw browser kunt u cookies weigeren.", true)]
    [InlineData("You can block cookies in your browser.", true)]
    [InlineData("Wij leggen vast welke browser u gebruikt.", false)]
    public void Browser_settings_as_the_only_way_to_refuse_are_warned_of(string text, bool warned)
    {
        var asksNothing = Measure(text) with { Cookies = [Stores("necessary", "session")] };
        Assert.Equal(warned ? ["browser-settings-as-opt-out"] : [], Ids(asksNothing));
        Assert.Empty(Ids(Measure(text)));
    }

    /// <summary>That consent is asked for something else is no way to refuse what rests on another basis.</summary>
    [Theory]
    [InlineData(LegalBasis.Consent, false)]
    [InlineData(LegalBasis.Contract, false)]
    [InlineData(LegalBasis.LegitimateInterest, true)]
    [InlineData(LegalBasis.PublicTask, true)]
    public void Browser_settings_are_judged_by_the_purpose_that_the_text_belongs_to(LegalBasis basis, bool warned)
    {
        var text = Say("U kunt cookies uitzetten in uw browser.");
        string[] expected = warned ? ["browser-settings-as-opt-out"] : [];
        Assert.Equal(expected, Ids(WithPurpose(Purpose("count", basis) with { Description = text })));
        var counting = WithPurpose(Purpose("count", basis));
        Assert.Equal(expected, Ids(counting with { Cookies = [.. Clean.Cookies, Stores("count", "counted") with { Description = text }] }));
        Assert.Equal(expected, Ids(counting with { Cookies = [.. Clean.Cookies, Stores("count", "counted")], Measures = [new Statement("one", text)] }));
        // Of a purpose that keeps nothing in browsers, what is said of all cookies is not said.
        Assert.Empty(Ids(counting with { Measures = [new Statement("one", text)] }));
    }

    [Theory]
    [InlineData("IN", null, "transfer-without-safeguard")]
    [InlineData("IN", "adequacy-decision", "adequacy-unknown")]
    [InlineData("US", "adequacy-decision", "adequacy-in-part")]
    [InlineData("CA", null, "adequacy-in-part")]
    [InlineData("US", "standard-contractual-clauses", null)]
    [InlineData("IN", "standard-contractual-clauses", null)]
    [InlineData("CH", "adequacy-decision", null)]
    [InlineData("GB", null, null)]
    [InlineData("BR", "adequacy-decision", null)]
    [InlineData("NO", null, null)]
    public void A_recipient_outside_the_eea_without_a_safeguard_that_holds_is_warned_of(string country, string? safeguard, string? id)
    {
        var warnings = DeclarationWarnings.Of(WithPurpose(Purpose("sending") with { Vendors = ["far"] }) with { Vendors = [Vendor("far", "Far Away", country, safeguard)] });
        Assert.Equal(id is null ? [] : [id], warnings.Select(w => w.Id));
        Assert.All(warnings, w => Assert.Equal("/vendors/0/safeguard", w.At));
        Assert.All(warnings, w => Assert.EndsWith(": Far Away.", w.Text["nl"], StringComparison.Ordinal));
    }

    [Fact]
    public void G13_a_recipient_that_no_purpose_names_is_warned_of()
    {
        var two = Clean with { Vendors = [Vendor("mailer", "Mailer"), Vendor("idle", "Idle")] };
        Assert.Equal(["vendor-without-purpose", "vendor-without-purpose"], Ids(two));
        var warning = Assert.Single(DeclarationWarnings.Of(two with { Purposes = [.. Clean.Purposes, Purpose("letters") with { Vendors = ["mailer"] }] }));
        Assert.Equal(("vendor-without-purpose", "/vendors/1"), (warning.Id, warning.At));
        Assert.EndsWith(": Idle.", warning.Text["en"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Stuur een kopie van uw identiteitsbewijs mee.", true)]
    [InlineData("Please enclose a copy of your passport.", true)]
    [InlineData("Wij vragen nooit om een kopie van uw identiteitsbewijs.", false)]
    [InlineData("Stuur een kopie van uw paspoort mee waarop uw foto zwart is gemaakt.", false)]
    public void G12a_a_demand_for_a_copy_of_an_identity_document_is_warned_of(string text, bool warned)
    {
        var declaration = Clean with { Rights = Clean.Rights with { Procedure = Say(text) } };
        Assert.Equal(warned ? ["identity-document-copy"] : [], Ids(declaration));
    }

    [Fact]
    public void G12a_a_redacted_copy_as_the_rule_is_warned_of_too()
    {
        var check = new IdentityCheck(IdentityCheckMethod.RedactedIdentityCopy, Say("Een afgeschermde kopie"));
        Assert.Equal(["redacted-identity-document"], Ids(Clean with { Rights = Clean.Rights with { IdentityCheck = check } }));
    }

    [Theory]
    [InlineData("P12M", false)]
    [InlineData("P365D", false)]
    [InlineData("P366D", true)]
    [InlineData("P13M", true)]
    [InlineData("P2Y", true)]
    public void A_consent_that_holds_for_more_than_twelve_months_is_warned_of(string term, bool warned)
    {
        Assert.True(Term.TryParse(term, out var valid));
        Assert.Equal(warned ? ["consent-longer-than-a-year"] : [], Ids(Clean with { ConsentValidFor = valid }));
    }

    [Theory]
    [InlineData("statistics", "P14M", true)]
    [InlineData("statistics", "P13M", false)]
    [InlineData("statistics", "P2Y", true)]
    [InlineData("necessary", "P2Y", false)]
    public void A_statistics_cookie_that_outlives_thirteen_months_is_warned_of(string purpose, string term, bool warned)
    {
        Assert.True(Term.TryParse(term, out var lifetime));
        Assert.Equal(warned ? ["statistics-cookie-too-long"] : [], Ids(Clean with { Cookies = [.. Clean.Cookies, Stores(purpose, "x") with { Lifetime = lifetime }] }));
    }

    [Fact]
    public void Storage_without_an_end_is_warned_of() =>
        Assert.Equal(["storage-without-end"], Ids(Clean with { Cookies = [.. Clean.Cookies, Stores("statistics", "seen", CookieKind.LocalStorage)] }));

    [Fact]
    public void An_advertising_cookie_on_legitimate_interest_is_warned_of()
    {
        var ads = Purpose("ads", LegalBasis.LegitimateInterest) with { Advertising = true };
        Assert.Empty(Ids(WithPurpose(ads)));
        Assert.Equal(["advertising-cookie-on-legitimate-interest"], Ids(WithPurpose(ads) with { Cookies = [.. Clean.Cookies, Stores("ads", "ad")] }));
    }

    [Fact]
    public void M2_messages_without_consent_are_warned_of()
    {
        var letters = WithPurpose(Purpose("letters", LegalBasis.LegitimateInterest)) with
        {
            Topics = [new Topic { Id = "news", Purpose = "letters", Name = Say("n"), Description = Say("d"), Channels = [Channel.Email] }],
        };
        Assert.Equal(["marketing-on-legitimate-interest"], Ids(letters));
    }

    [Theory]
    [InlineData("Wij kunnen deze verklaring zonder voorafgaande aankondiging wijzigen.", true)]
    [InlineData("We may change this statement without prior notice.", true)]
    [InlineData("Wij kondigen wijzigingen een maand tevoren aan.", false)]
    public void A_change_without_notice_is_warned_of(string text, bool warned) =>
        Assert.Equal(warned ? ["change-without-notice"] : [], Ids(Clean with { AnnouncementOfChanges = Say(text) }));

    [Fact]
    public void G13_a_right_that_the_procedure_does_not_offer_is_warned_of()
    {
        var warning = Assert.Single(DeclarationWarnings.Of(Clean with { Rights = Clean.Rights with { Requests = [RightsRequest.Access, RightsRequest.Withdrawal] } }));
        Assert.Equal("right-not-offered", warning.Id);
        Assert.Contains("rectification, erasure, restriction, portability, complaint", warning.Text["en"], StringComparison.Ordinal);
    }

    [Fact]
    public void Every_text_of_a_declaration_is_read_with_its_place()
    {
        var full = Full();
        var declaration = full with
        {
            DataCategories = [full.DataCategories[0] with { Source = Say("Het handelsregister", "The trade register") }],
            Purposes = [full.Purposes[2] with { DataSubjects = Say("Klanten", "Customers") }],
            Vendors = [full.Vendors[1] with { Conditions = Say("Alleen post", "Mail only") }],
            AutomatedDecisions = [new Statement("credit", Say("Op grond van betalingen.", "Based on payments."))],
        };
        var placed = Placed(JsonSerializer.SerializeToNode(declaration, ContractJson.Options), "");
        Assert.Contains("/dataCategories/0/source", placed);
        Assert.Equal(placed.Order(StringComparer.Ordinal), DeclarationTexts.Of(declaration).Select(t => t.At).Order(StringComparer.Ordinal));

        // Whatever is a text in each language, found without knowing where.
        static IEnumerable<string> Placed(JsonNode? node, string at) => node switch
        {
            JsonObject texts when texts.Count == 2 && texts.ContainsKey("nl") && texts.ContainsKey("en") => [at],
            JsonObject members => members.SelectMany(m => Placed(m.Value, $"{at}/{m.Key}")),
            JsonArray items => items.SelectMany((item, i) => Placed(item, $"{at}/{i}")),
            _ => [],
        };
    }

    [Theory]
    [InlineData("/dataCategories/0/source")]
    [InlineData("/purposes/0/dataSubjects")]
    [InlineData("/automatedDecisions/0/text")]
    public void What_is_doubtful_is_found_in_sources_data_subjects_and_automated_decisions(string at)
    {
        var (doubtful, plain) = (Say("Uw IP-adres wordt anoniem opgeslagen."), Say("Gewoon."));
        Texts Here(string place) => place == at ? doubtful : plain;
        var declaration = Clean with
        {
            DataCategories = [Category("visits", "Bezoek", "Visits") with { Source = Here("/dataCategories/0/source") }],
            Purposes = [Clean.Purposes[0] with { DataSubjects = Here("/purposes/0/dataSubjects") }, .. Clean.Purposes.Skip(1)],
            AutomatedDecisions = [new Statement("one", Here("/automatedDecisions/0/text"))],
        };
        Assert.Equal([$"anonymous-ip-address at {at}"], DeclarationWarnings.Of(declaration).Select(w => $"{w.Id} at {w.At}"));
    }

    [Fact]
    public void Every_warning_names_its_article_and_is_a_sentence_in_both_languages() =>
        Assert.All(WarningTexts.Ids.Select(id => WarningTexts.Of(id, "/x", "X")), w =>
        {
            Assert.Matches("^(GDPR|Tw) art", w.Article);
            Assert.Matches(@"^[A-Z].{30,}\.$", w.Text["nl"]);
            Assert.Matches(@"^[A-Z].{30,}\.$", w.Text["en"]);
            Assert.NotEqual(w.Text["nl"], w.Text["en"]);
        });

    [Fact]
    public void Every_warning_stands_in_the_readme_by_its_id()
    {
        var readme = File.ReadAllText(Path.Combine(Consent.Tests.Support.Repository.Root, "services", "cookie-banner", "README.md"));
        Assert.All(WarningTexts.Ids, id => Assert.Contains($"`{id}`", readme, StringComparison.Ordinal));
    }

    /// <summary>The practices that the samples model on purpose, and no others.</summary>
    [Theory]
    [InlineData("kabelaar", "marketing-on-legitimate-interest")]
    [InlineData("koppelhuis", "statistics-cookie-too-long")]
    [InlineData("raadhuis", "change-without-notice", "statistics-cookie-too-long", "statistics-cookie-too-long", "redacted-identity-document")]
    [InlineData("slotmaker")]
    [InlineData("weefgoed")]
    public void The_shipped_declarations_are_warned_of_what_is_doubtful_in_them(string site, params string[] ids) => Assert.Equal(ids, Ids(ReadShipped(site)));
}

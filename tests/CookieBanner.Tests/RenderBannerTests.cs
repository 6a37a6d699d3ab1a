using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Consent.Contracts;
using Consent.Tests.Support;
using static Consent.CookieBanner.Tests.Samples;

namespace Consent.CookieBanner.Tests;

public class RenderBannerTests
{
    [Fact]
    public void A_purpose_that_stores_something_with_consent_is_asked_with_its_name_and_meaning()
    {
        var declaration = Declaration();
        var statistics = RenderBanner.Of(Published(declaration)).Purposes.Single(p => p.Id == "statistics");
        Assert.Equal(Published(declaration).MeaningOf("statistics"), statistics.Meaning);
        Assert.Equal(["Doel statistics", "Purpose statistics"], statistics.Name!);
    }

    [Fact]
    public void The_rest_says_in_one_language_what_a_purpose_is_for_and_what_it_stores_for_how_long()
    {
        var statistics = RenderRest.Of(Declaration(), "en").Purposes["statistics"];
        Assert.Equal(("Purpose statistics", "What statistics is for"), (statistics.Name, statistics.Text));
        Assert.Equal([(null, "_stats*"), ('l', "seen")], statistics.Keys.Select(k => (k.Kind, k.Name)));
        Assert.Null(statistics.Basis);
        Assert.Equal([["c", "_stats*"], ["l", "seen"]], RenderAct.Of(Declaration())["statistics"].Keys);
    }

    [Fact]
    public void TI_A_purpose_on_another_basis_that_stores_something_is_told_with_its_basis_and_not_asked()
    {
        Assert.Null(RenderBanner.Of(Published()).Purposes.Single(p => p.Id == "necessary").Meaning);
        Assert.Equal("de wet verplicht ons hiertoe", RenderRest.Of(Declaration(), "nl").Purposes["necessary"].Basis);
    }

    [Fact]
    public void A_purpose_on_another_basis_that_stores_nothing_is_permitted_and_not_shown()
    {
        Assert.Null(RenderBanner.Of(Published()).Purposes.Single(p => p.Id == "invoices").Meaning);
        Assert.DoesNotContain("invoices", RenderRest.Of(Declaration(), "nl").Purposes.Keys);
    }

    [Fact]
    public void A_script_for_one_language_says_the_same_in_that_language_alone()
    {
        var english = RenderBanner.Of(Published(), "en");
        Assert.Equal(["en"], english.Languages);
        Assert.Equal("Reject all", (string?)Assert.Single(english.Texts)["refuse"]);
        Assert.Equal(["Purpose statistics"], english.Purposes.Single(p => p.Id == "statistics").Name!);
        Assert.Equal(RenderBanner.Of(Published()).Parts, english.Parts);
    }

    [Theory]
    [InlineData("https://wol.example", "")]
    [InlineData("https://www.wol.example https://wol.example", "wol.example")]
    [InlineData("https://a.shop.wol.example https://b.shop.wol.example:8443", "shop.wol.example")]
    [InlineData("https://www.wol.example https://my.wol.example https://garen.example http://localhost:5", "wol.example")]
    [InlineData("https://www.wol.example https://my.wol.example https://a.garen.example https://b.garen.example", "wol.example garen.example")]
    [InlineData("https://wol.example https://garen.example", "")]
    [InlineData("http://127.0.0.1 http://127.0.0.2", "")]
    [InlineData("http://localhost:1 http://localhost:2", "")]
    public void Origins_with_a_common_domain_share_one_choice(string origins, string domains) =>
        Assert.Equal(domains, string.Join(' ', RenderBanner.Of(Published(Declaration() with { Origins = origins.Split(' ') })).Domains ?? []));

    [Fact]
    public void Tags_of_others_are_told_only_where_a_purpose_grants_them_something()
    {
        Assert.DoesNotContain("analytics_storage", RenderAct.Script(Declaration(), "nl"), StringComparison.Ordinal);
        Assert.Null(RenderRest.Of(Declaration(), "nl").Signals);
        var declaration = Declaration([Purpose("statistics") with { Signals = ["analytics_storage"] }]);
        Assert.Contains("ad_user_data", RenderAct.Script(declaration, "nl"), StringComparison.Ordinal);
        Assert.Equal(["analytics_storage"], RenderAct.Of(declaration)["statistics"].Signals!);
        Assert.True(RenderRest.Of(declaration, "nl").Signals);
    }

    [Fact]
    public void A_consent_that_stores_nothing_in_the_browser_is_left_to_where_it_is_asked() =>
        Assert.DoesNotContain(RenderBanner.Of(Published()).Purposes, p => p.Id == "newsletter");

    [Theory]
    [InlineData(true, false, true)]
    [InlineData(true, true, false)]
    [InlineData(false, false, false)]
    public void A_consent_to_what_a_page_asks_of_others_is_the_banner_s_unless_it_is_to_a_mailing(bool hasHosts, bool hasTopic, bool isAsked)
    {
        var maps = Purpose("maps") with { Vendors = ["kaart"] };
        var declaration = Declaration([maps]) with
        {
            Vendors = [new Vendor { Id = "kaart", Name = "Kaart", Role = VendorRole.ThirdParty, Country = "NL", Hosts = hasHosts ? ["kaart.example"] : null }],
            Topics = hasTopic ? [new Topic { Id = "maps-news", Name = Say("Kaartnieuws"), Description = Say("Kaarten"), Purpose = "maps", Channels = [] }] : [],
        };
        Assert.Equal(isAsked, RenderBanner.Of(Published(declaration)).Purposes.Any(p => p.Id == "maps"));
        Assert.Equal(isAsked, RenderRest.Of(declaration, "nl").Purposes.ContainsKey("maps"));
    }

    [Fact]
    public void TI_An_interest_is_told_as_it_was_weighed()
    {
        var safety = Purpose("safety", LegalBasis.LegitimateInterest) with { Interest = Say("Misbruik kost iedereen geld.") };
        var told = RenderRest.Of(Declaration([safety], [Stores("safety", "limit")]), "nl").Purposes["safety"];
        Assert.Equal("Waarvoor safety Misbruik kost iedereen geld.", told.Text);
    }

    [Fact]
    public void What_the_opened_banner_says_besides_comes_with_the_part_that_opens_it() =>
        Assert.Equal(["close", "off", "on"], DataIn(RenderAct.Script(Declaration(), "nl"), "TEXTS=").EnumerateObject().Select(t => t.Name).Order(StringComparer.Ordinal));

    [Fact]
    public void A_site_s_own_texts_in_a_language_from_right_to_left_are_set_so()
    {
        var declaration = Declaration() with
        {
            Languages = ["nl", "ar", "is"],
            BannerTexts = new Dictionary<string, OwnBannerTexts> { ["ar"] = new() { ["refuse"] = "رفض الكل" }, ["is"] = new() { ["refuse"] = "Hafna öllu" } },
        };
        var texts = RenderBanner.Of(Published(declaration)).Texts;
        Assert.Equal([null, "rtl", null], texts.Select(t => (string?)t["dir"]));
        Assert.Equal(["Alles weigeren", "رفض الكل", "Hafna öllu"], texts.Select(t => (string?)t["refuse"]));
    }

    [Theory]
    [InlineData("P6M", 6, 0)]
    [InlineData("P1Y", 12, 0)]
    [InlineData("P1Y2M10D", 14, 10)]
    public void The_term_of_a_choice_is_given_in_calendar_months_and_days(string term, int months, int days)
    {
        Assert.True(Term.TryParse(term, out var valid));
        Assert.Equal([months, days], RenderBanner.Of(Published(Declaration() with { ConsentValidFor = valid })).Term);
    }

    [Theory]
    [InlineData("</script><script>alert(1)</script>")]
    [InlineData("<!-- <script>")]
    [InlineData("\"];alert(1);//")]
    [InlineData("line\u2028and\u2029paragraph\r\nends")]
    [InlineData("`${alert(1)}` \\ \0 \ud83d\ude00 é")]
    public void A_hostile_text_stays_text(string hostile)
    {
        var published = Published(Declaration(
            [Purpose("statistics", name: hostile), Purpose(hostile)], [Stores("statistics", hostile), Stores(hostile, "x")], controller: hostile));
        var script = RenderBanner.Script(published);
        var data = DataIn(script);
        var rest = RenderRest.Script(published.Declaration, "nl");
        var details = DataIn(rest, "const DETAILS=");

        Assert.Equal(hostile, data.GetProperty("controller").GetString());
        Assert.Equal(hostile, data.GetProperty("purposes")[0].GetProperty("name")[1].GetString());
        Assert.Equal(hostile, data.GetProperty("purposes")[1].GetProperty("id").GetString());
        Assert.Equal(hostile, details.GetProperty("purposes").GetProperty("statistics").GetProperty("keys")[0].GetProperty("name").GetString());
        Assert.Equal(hostile, details.GetProperty("purposes").GetProperty("statistics").GetProperty("name").GetString());
        foreach (var dangerous in (string[])["</script", "<!--", "\u2028", "\u2029", "\r", "\0"])
        {
            Assert.DoesNotContain(dangerous, script, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain(dangerous, rest, StringComparison.OrdinalIgnoreCase);
        }
    }

    [Fact]
    public void The_build_is_the_hash_of_the_built_files_which_stand_in_the_scripts_byte_for_byte()
    {
        string[] built = [.. ((string[])["banner", "rest", "act", "act-signals", "embeds"]).Select(name => File.ReadAllText(Path.Combine(Repository.Root, $"services/cookie-banner/script/dist/{name}.js")))];
        var script = RenderBanner.Script(Published());
        Assert.Equal(built[0], script[(script.IndexOf('\n', StringComparison.Ordinal) + 1)..(script.LastIndexOf('\n') + 1)]);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(built))))[..12], DataIn(script).GetProperty("build").GetString());
        var rest = RenderRest.Script(Declaration(), "nl");
        Assert.Equal(built[1], rest[(rest.IndexOf('\n', StringComparison.Ordinal) + 1)..]);
        var act = RenderAct.Script(Declaration(), "nl");
        Assert.Equal(built[2], act[(act.IndexOf('\n', StringComparison.Ordinal) + 1)..]);
    }

    [Fact]
    public void Before_the_banner_is_seen_at_most_4000_bytes_load_and_7000_until_a_choice_in_the_settings()
    {
        var published = Published(DeclarationFile.Read("koppelhuis"));
        var (before, after) = (Compressed(RenderBanner.Script(published, "nl")), Compressed(RenderRest.Script(published.Declaration, "nl")));
        TestContext.Current.TestOutputHelper?.WriteLine($"{before} + {after} bytes in Dutch, {Compressed(RenderBanner.Script(published))} before the banner is seen in both languages");
        Assert.InRange(before, 1, 4000);
        Assert.InRange(before + after, 1, 7000);
    }

    [Fact]
    public void The_same_declaration_gives_the_same_script() =>
        Assert.Equal(RenderBanner.Script(Published()), RenderBanner.Script(Published()));

    [Fact]
    public void The_script_makes_no_code_of_text_and_no_style_attribute()
    {
        var script = RenderBanner.Script(Published()) + RenderAct.Script(Declaration([Purpose("statistics") with { Signals = ["analytics_storage"] }]), "nl") + RenderRest.Script(Declaration(), "nl");
        foreach (var forbidden in (string[])["eval(", "new Function", "innerHTML", "document.write", "setAttribute(\"style\"", "attachShadow", "cookie-banner"])
            Assert.DoesNotContain(forbidden, script, StringComparison.Ordinal);
    }

    private static int Compressed(string script)
    {
        var plain = Encoding.UTF8.GetBytes(script);
        var brotli = new byte[BrotliEncoder.GetMaxCompressedLength(plain.Length)];
        Assert.True(BrotliEncoder.TryCompress(plain, brotli, out var length, quality: 11, window: 22));
        return length;
    }

    /// <summary>What stands between the name and the bundle, read as JSON: it must be exactly one value.</summary>
    private static JsonElement DataIn(string script, string before = "const SITE=", string after = ";\n")
    {
        var start = script.IndexOf(before, StringComparison.Ordinal) + before.Length;
        return JsonDocument.Parse(script[start..script.IndexOf(after, start, StringComparison.Ordinal)]).RootElement;
    }
}

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
    public void A_purpose_that_stores_something_with_consent_is_asked_with_its_texts_meaning_and_keys()
    {
        var declaration = Declaration();
        var statistics = RenderBanner.Of(Published(declaration)).Purposes.Single(p => p.Id == "statistics");
        Assert.Equal(Published(declaration).MeaningOf("statistics"), statistics.Meaning);
        Assert.Equal(["Doel statistics", "Purpose statistics"], statistics.Name!);
        Assert.Equal(["Waarvoor statistics", "What statistics is for"], statistics.Text!);
        Assert.Equal(["c_stats*", "lseen"], statistics.Keys!);
    }

    [Fact]
    public void A_purpose_on_another_basis_that_stores_something_is_shown_and_not_asked()
    {
        var necessary = RenderBanner.Of(Published()).Purposes.Single(p => p.Id == "necessary");
        Assert.Null(necessary.Meaning);
        Assert.NotNull(necessary.Name);
    }

    [Fact]
    public void A_purpose_on_another_basis_that_stores_nothing_is_permitted_and_not_shown()
    {
        var invoices = RenderBanner.Of(Published()).Purposes.Single(p => p.Id == "invoices");
        Assert.Null(invoices.Meaning);
        Assert.Null(invoices.Name);
    }

    [Fact]
    public void A_consent_that_stores_nothing_in_the_browser_is_left_to_where_it_is_asked() =>
        Assert.DoesNotContain(RenderBanner.Of(Published()).Purposes, p => p.Id == "newsletter");

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

        Assert.Equal(hostile, data.GetProperty("controller").GetString());
        Assert.Equal(hostile, data.GetProperty("purposes")[0].GetProperty("name")[1].GetString());
        Assert.Equal("c" + hostile, data.GetProperty("purposes")[0].GetProperty("keys")[0].GetString());
        Assert.Equal(hostile, data.GetProperty("purposes")[1].GetProperty("id").GetString());
        foreach (var dangerous in (string[])["</script", "<!--", "\u2028", "\u2029", "\r", "\0"])
            Assert.DoesNotContain(dangerous, script, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void The_build_is_the_hash_of_the_built_file_which_stands_in_the_script_byte_for_byte()
    {
        var built = File.ReadAllText(Path.Combine(Repository.Root, "services/cookie-banner/script/dist/banner.js"));
        var script = RenderBanner.Script(Published());
        Assert.Equal(built, script[(script.IndexOf('\n', StringComparison.Ordinal) + 1)..(script.LastIndexOf('\n') + 1)]);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(built)))[..12], DataIn(script).GetProperty("build").GetString());
    }

    [Fact]
    public void The_same_declaration_gives_the_same_script() =>
        Assert.Equal(RenderBanner.Script(Published()), RenderBanner.Script(Published()));

    [Fact]
    public void The_script_makes_no_code_of_text_and_no_style_attribute()
    {
        var script = RenderBanner.Script(Published());
        foreach (var forbidden in (string[])["eval(", "new Function", "innerHTML", "document.write", "setAttribute(\"style\"", "attachShadow", "cookie-banner"])
            Assert.DoesNotContain(forbidden, script, StringComparison.Ordinal);
    }

    /// <summary>What stands between the name and the bundle, read as JSON: it must be exactly one value.</summary>
    private static JsonElement DataIn(string script)
    {
        const string Before = "const SITE=";
        var start = script.IndexOf(Before, StringComparison.Ordinal) + Before.Length;
        var end = script.IndexOf(";\n\"use strict\";", start, StringComparison.Ordinal);
        return JsonDocument.Parse(script[start..end]).RootElement;
    }
}

using System.Text.Json;
using System.Text.Json.Nodes;
using Consent.Tests.Support;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Consent.Browser.Tests;

/// <summary>What rests on another basis than consent: told, justified, and nothing that one could switch on or off beside a consent.</summary>
public class LegalBasisTests(RunningHost host)
{
    private const string Site = "rests-elsewhere";
    private static readonly string[] Asked = ["recognition", "statistics", "media"];

    [Fact]
    public async Task AP2_AP9_TB_TH_What_rests_on_a_legitimate_interest_has_no_checkbox_and_every_checkbox_is_empty()
    {
        await using var visitor = await OpenAsync();
        await Expect(visitor.Banner.GetByRole(AriaRole.Checkbox)).ToHaveCountAsync(0);
        await visitor.Button("Instellingen").ClickAsync();
        await Expect(visitor.Banner).ToContainTextAsync("wij hebben hier een gerechtvaardigd belang bij; u kunt bezwaar maken");
        var boxes = visitor.Banner.Locator("input");
        Assert.Equal(Asked, await boxes.EvaluateAllAsync<string[]>("boxes => boxes.map(b => b.name)"));
        foreach (var box in await boxes.AllAsync()) await Expect(box).Not.ToBeCheckedAsync();
        await Expect(visitor.Banner.Locator("[role=switch], [role=radio], [aria-pressed], [aria-checked], select")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task TH_A_refusal_is_not_gone_around_by_another_basis_and_is_what_every_service_holds()
    {
        await using var visitor = await OpenAsync();
        var receipt = (await (await visitor.DecideAsync("Alles weigeren")).JsonAsync())!.Value;
        Assert.Equal(Asked.Order(StringComparer.Ordinal), receipt.GetProperty("purposes").EnumerateObject().Select(p => p.Name).Order(StringComparer.Ordinal));
        Assert.All(receipt.GetProperty("purposes").EnumerateObject(), p => Assert.Equal("refused", p.Value.GetProperty("status").GetString()));
        foreach (var purpose in Asked)
        {
            Assert.False(await visitor.PagePermitsAsync(purpose));
            await DeniesAsync("analytics", purpose, receipt.GetProperty("subjectId").GetString()!);
        }

        Assert.True(await visitor.PagePermitsAsync("fraud"));
    }

    [Fact]
    public async Task TH_C3_Who_never_answers_is_treated_as_one_who_refused_by_the_page_and_by_every_service()
    {
        await using var visitor = await OpenAsync("""<script type="text/plain" data-purpose="statistics">window.ran = 1</script>""");
        await visitor.Button("Instellingen").ClickAsync();
        await visitor.Toggle("statistics").WaitForAsync();
        await visitor.Page.Keyboard.PressAsync("Escape");
        await visitor.ReloadAsync();
        // The part that runs scripts is there, and looks again when another script is put in.
        await visitor.Page.EvaluateAsync("""
            async () => {
              await window.consent.status();
              document.body.insertAdjacentHTML('beforeend', '<script type="text/plain" data-purpose="statistics">window.ran = 2</' + 'script>');
            }
            """);
        await visitor.RoundTripAsync();
        Assert.Equal("""{"recognition":false,"statistics":false,"media":false}""", await visitor.Page.EvaluateAsync<string>("() => JSON.stringify(window.consent.get())"));
        Assert.Null(await visitor.Page.EvaluateAsync<int?>("() => window.ran ?? null"));
        Assert.Empty(visitor.Requests("/decisions"));
        foreach (var subscriber in (string[])["newsletter", "analytics"]) await DeniesAsync(subscriber, "statistics", "0123456789abcdef0123456789abcdef");
    }

    [Fact]
    public async Task TI_What_is_stored_without_consent_is_justified_in_the_settings_and_in_a_list_that_anyone_can_open()
    {
        foreach (var site in RunningHost.Samples)
        {
            await using var visitor = await host.VisitorAsync();
            await visitor.OpenAsync(site);
            await visitor.Button("Instellingen").ClickAsync();
            await visitor.Banner.GetByRole(AriaRole.Checkbox).First.WaitForAsync();
            var settings = await visitor.Banner.TextContentAsync();
            await visitor.Page.GotoAsync(new Uri(host.Gateway, $"/pages/{site}/cookies?lang=nl").ToString());
            var list = await visitor.Page.Locator("body").InnerTextAsync();
            var essential = await EssentialAsync(site);
            Assert.NotEmpty(essential);
            foreach (var (purpose, basis, cookie, why) in essential)
            {
                foreach (var said in (string[])[purpose, $"(altijd aan, zonder toestemming: {basis})", cookie, why]) Assert.Contains(said, settings!, StringComparison.Ordinal);
                foreach (var said in (string[])[purpose, cookie, why]) Assert.Contains(said, list, StringComparison.Ordinal);
            }
        }
    }

    /// <summary>Each cookie that no consent is asked for: its purpose by name, the basis in the banner's words, its name, and what it is for.</summary>
    private async Task<List<(string Purpose, string Basis, string Cookie, string Why)>> EssentialAsync(string site)
    {
        var declaration = await host.GetAsync(new Uri(host.Gateway, $"/v1/sites/{site}/declaration"));
        var bases = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(Repository.Root, "services/cookie-banner/script/texts/nl.json")))!["basis"]!;
        return
        [
            .. from cookie in declaration.GetProperty("cookies").EnumerateArray()
               from purpose in declaration.GetProperty("purposes").EnumerateArray()
               let basis = Text(purpose, "legalBasis")
               where Text(purpose, "id") == Text(cookie, "purpose") && basis != "consent"
               select (InDutch(purpose, "name"), (string)bases[basis]!, Text(cookie, "name"), InDutch(cookie, "description")),
        ];

        static string Text(JsonElement of, string member) => of.GetProperty(member).GetString()!;

        static string InDutch(JsonElement of, string member) => Text(of.GetProperty(member), "nl");
    }

    /// <summary>By its own state, which may have to hear of the site first.</summary>
    private Task DeniesAsync(string subscriber, string purpose, string subject) =>
        Eventually.IsSoAsync($"{subscriber} denies {purpose}", async () => !await host.PermitsAsync(subscriber, Site, purpose, subject));

    private async Task<Visitor> OpenAsync(string body = "")
    {
        var home = await host.PublishLikeAsync("koppelhuis", Site, declaration =>
        {
            declaration["purposes"]!.AsArray().Add(JsonNode.Parse("""
                {"id":"fraud","name":{"nl":"Misbruik voorkomen","en":"Preventing abuse"},"description":{"nl":"Wij herkennen aanvallen.","en":"We recognise attacks."},
                 "legalBasis":"legitimate-interest","interest":{"nl":"Een veilige dienst weegt hier zwaarder.","en":"A safe service weighs more here."},
                 "dataCategories":["ip-address"],"retention":{"term":"P7D","trigger":"collected","description":{"nl":"Een week.","en":"A week."}}}
                """));
            declaration["cookies"]!.AsArray().Add(JsonNode.Parse("""
                {"name":"fraud_seen","kind":"cookie","purpose":"fraud","lifetime":"P7D","description":{"nl":"Herkent een aanval.","en":"Recognises an attack."}}
                """));
        });
        var visitor = await host.VisitorAsync();
        await visitor.ServePageAsync(home, Site, body);
        await visitor.GoAsync(home);
        return visitor;
    }
}

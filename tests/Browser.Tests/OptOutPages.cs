using System.Text.Json;
using Consent.Contracts;
using Consent.Tests.Support;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Consent.Browser.Tests;

/// <param name="Address">Of the person whom the link opts out.</param>
internal sealed record OptOutLink(string Address, string Url)
{
    public string Token => Url[(Url.LastIndexOf('/') + 1)..];
}

/// <summary>The pages behind opt-out links, and the ways through them that a person has.</summary>
internal static class OptOutPages
{
    public const string Site = "koppelhuis";

    /// <summary>Of the links.</summary>
    public const string Topic = "product-news";

    /// <summary>The other one of the site.</summary>
    public const string Other = "offers";

    /// <summary>That pages are looked at in: both of the site, the longest words, and other letters. All that there are in the long form, which <c>CONSENT_TORTURE</c> tells.</summary>
    public static IReadOnlyList<string> Languages { get; } = Environment.GetEnvironmentVariable("CONSENT_TORTURE") is null
        ? ["nl", "en", "de", "el", "bg", "fi"]
        : ["bg", "hr", "cs", "da", "nl", "en", "et", "fi", "fr", "de", "el", "hu", "ga", "it", "lv", "lt", "mt", "pl", "pt", "ro", "sk", "sl", "es", "sv"];

    /// <summary>A link in a mail to somebody who has confirmed both topics.</summary>
    /// <param name="language">Of the mail; null when its sender did not say.</param>
    public static async Task<OptOutLink> OptOutLinkAsync(this RunningHost host, string? language = "nl")
    {
        var address = $"jan.zonderling-{RandomId.New()}@verweg.example";
        await Eventually.IsSoAsync("the opt-ins are recorded", async () =>
        {
            foreach (var topic in (string[])[Topic, Other])
                await host.AskMarketingAsync("subscriptions", new { address, topic, confirmedAt = TimeProvider.System.GetUtcNow() });
            return true;
        });
        var made = await host.AskMarketingAsync("links", new { addresses = new[] { address }, topic = Topic, language });
        return new OptOutLink(address, made.GetProperty("links")[0].GetProperty("url").GetString()!);
    }

    /// <summary>What <c>check</c> says: may the topic be sent to the address, or why not?</summary>
    public static async Task<string?> ReasonAsync(this RunningHost host, OptOutLink link, string topic = Topic) =>
        (await host.AskMarketingAsync("check", new { topic, addresses = new[] { link.Address } })).GetProperty("results")[0].GetProperty("reason").GetString();

    /// <summary>Somebody whose browser runs no script.</summary>
    public static async Task<Visitor> VisitorWithoutScriptAsync(this RunningHost host)
    {
        await using var scripted = await host.VisitorAsync();
        var context = await scripted.Context.Browser!.NewContextAsync(new BrowserNewContextOptions { Locale = "nl-NL", JavaScriptEnabled = false });
        context.SetDefaultTimeout(60_000);
        return new Visitor(host, context, await context.NewPageAsync());
    }

    /// <summary>There on the page that tells that one topic has stopped, and on no other.</summary>
    public static ILocator StopEverything(this Visitor visitor) =>
        visitor.Page.Locator("form:has(input[name=everything])").GetByRole(AriaRole.Button);

    /// <summary>The form with the other topics.</summary>
    public static ILocator StopMore(this Visitor visitor) => visitor.Page.Locator("form:has(input[type=checkbox])");

    public static ILocator LanguageLink(this Visitor visitor, string language) => visitor.Page.Locator($"nav a[hreflang={language}]");

    /// <summary>Presses the one button of the page that asks.</summary>
    public static async Task OptOutAsync(this Visitor visitor)
    {
        await visitor.Page.Locator("main").GetByRole(AriaRole.Button).ClickAsync();
        await Expect(visitor.StopEverything()).ToHaveCountAsync(1);
        await visitor.Page.WaitForLoadStateAsync();
    }

    public static async Task OptOutOfEverythingAsync(this Visitor visitor)
    {
        await visitor.StopEverything().ClickAsync();
        await Expect(visitor.StopEverything()).ToHaveCountAsync(0);
        await visitor.Page.WaitForLoadStateAsync();
    }

    /// <summary>Leads through every state that a page can be in, one after the other.</summary>
    public static async Task InEveryStateAsync(this Visitor visitor, OptOutLink link, string language, Func<string, Task> look)
    {
        await visitor.Page.GotoAsync($"{link.Url}?language={language}");
        await look("asking");
        await visitor.OptOutAsync();
        await look("done");
        await visitor.Page.Locator("form[action*='/undo']").GetByRole(AriaRole.Button).ClickAsync();
        await Expect(visitor.StopEverything()).ToHaveCountAsync(0);
        await visitor.Page.WaitForLoadStateAsync();
        await look("taken back");
        await visitor.OptOutAsync();
        await visitor.OptOutOfEverythingAsync();
        await look("everything stopped");
        await visitor.Page.GotoAsync($"{link.Url[..^5]}?language={language}");
        await look("unknown link");
    }

    private static Task<JsonElement> AskMarketingAsync(this RunningHost host, string what, object body) =>
        host.PostAsync(new Uri(host.Gateway, $"/v1/sites/{Site}/marketing/{what}"), body);
}

using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.Playwright;

namespace Consent.Browser.Tests;

/// <summary>One person with a browser: what is on the page, what the browser keeps, what it sent.</summary>
public sealed class Visitor : IAsyncDisposable
{
    private readonly ConcurrentQueue<IRequest> _requests = new();
    private readonly ConcurrentQueue<string> _errors = new();

    internal Visitor(RunningHost host, IBrowserContext context, IPage page)
    {
        (Host, Context, Page) = (host, context, page);
        context.Request += (_, request) => _requests.Enqueue(request);
        page.PageError += (_, error) => _errors.Enqueue(error);
    }

    public RunningHost Host { get; }

    public IBrowserContext Context { get; }

    public IPage Page { get; }

    public string Site { get; private set; } = "";

    /// <summary>Script errors on the page; none is expected ever.</summary>
    public IReadOnlyCollection<string> Errors => _errors;

    public ILocator Banner => Page.GetByRole(AriaRole.Region, new PageGetByRoleOptions { NameRegex = new("Cookie-instellingen|Cookie settings") });

    public ILocator Reopener => Page.Locator("body > button").Filter(new LocatorFilterOptions { HasTextRegex = new("Cookie-instellingen|Cookie settings") });

    public ILocator Button(string name) => Banner.GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = name, Exact = true });

    public ILocator Toggle(string purpose) => Banner.Locator($"input[type=checkbox][name={purpose}]");

    public async Task OpenAsync(string site, string? language = "nl")
    {
        Site = site;
        await Page.GotoAsync(new Uri(Host.Demo, $"/{site}{(language is null ? "" : $"?lang={language}")}").ToString(), new PageGotoOptions { WaitUntil = WaitUntilState.Load });
        await SettledAsync();
    }

    public async Task ReloadAsync()
    {
        await Page.ReloadAsync(new PageReloadOptions { WaitUntil = WaitUntilState.Load });
        await SettledAsync();
    }

    /// <summary>The banner's script has started: it shows either the banner or the button that reopens it.</summary>
    public Task SettledAsync() => Banner.Or(Reopener).First.WaitForAsync();

    /// <summary>Clicks, and waits until the consent service has answered the decision.</summary>
    public async Task<IResponse> DecideAsync(string button) =>
        await Page.RunAndWaitForResponseAsync(() => Button(button).ClickAsync(), r => r.Url.EndsWith("/decisions", StringComparison.Ordinal) && r.Request.Method == "POST");

    /// <summary>The page has taken over the receipt of what was decided: nothing waits to be sent, and the next decision knows of this one.</summary>
    public Task SentAsync() => Page.WaitForFunctionAsync("() => !localStorage.getItem('consent-pending')");

    public IReadOnlyList<IRequest> Requests(string part) => [.. _requests.Where(r => r.Url.Contains(part, StringComparison.Ordinal))];

    /// <summary>Hits that the page's analytics script sent (the browser's own preflights left out).</summary>
    public int Hits => Requests("/collect/").Count(r => r.Method == "POST");

    public async Task<string?> CookieAsync(string name) => (await Context.CookiesAsync()).FirstOrDefault(c => c.Name == name)?.Value;

    /// <summary>The person's own copy of the choice; null before a choice.</summary>
    public async Task<JsonElement?> ChoiceAsync() =>
        await CookieAsync("consent-choice") is { } cookie ? JsonDocument.Parse(Uri.UnescapeDataString(cookie)).RootElement : null;

    public async Task<string?> IdAsync() =>
        await ChoiceAsync() is { } choice && choice.TryGetProperty("id", out var id) ? id.GetString() : null;

    /// <summary>Everything that the browser keeps, as one text, for looking whether something is in it.</summary>
    public async Task<string> KeptAsync() =>
        string.Join('\n', (await Context.CookiesAsync()).Select(c => $"{c.Name}={Uri.UnescapeDataString(c.Value)}"))
        + await Page.EvaluateAsync<string>("() => JSON.stringify({ ...localStorage }) + JSON.stringify({ ...sessionStorage })");

    public Task<bool> PagePermitsAsync(string purpose) => Page.EvaluateAsync<bool>("id => window.consent.permits(id)", purpose);

    public async ValueTask DisposeAsync() => await Context.DisposeAsync();
}

using System.Collections.Concurrent;
using Microsoft.Playwright;

namespace Consent.Browser.Tests;

/// <summary>Parts of the banner come after it: what they do is waited for, and that they do not do it can be asked only when they are there.</summary>
internal static class LoadedParts
{
    /// <summary>Of each part's style a rule that no other has: a part puts its style in as it begins.</summary>
    private static readonly Dictionary<string, string> Rules = new() { ["rest"] = ".kz-p", ["act"] = ".kz-r", ["embeds"] = ".kz-n" };

    /// <summary>These parts are there, and have done what they do as they come.</summary>
    public static async Task PartsAsync(this Visitor visitor, params string[] parts)
    {
        foreach (var part in parts)
            await visitor.Page.WaitForFunctionAsync("rule => document.adoptedStyleSheets.some(sheet => [...sheet.cssRules].some(r => r.selectorText === rule))", Rules[part]);
    }

    /// <summary>The page has asked the gateway something and has the answer: whatever it asked before has been seen by then.</summary>
    public static Task RoundTripAsync(this Visitor visitor) => visitor.Page.EvaluateAsync(
        "address => fetch(address, { cache: 'no-store' }).then(answer => answer.text()).then(() => {})", new Uri(visitor.Host.Gateway, "/banner/raadhuis.js").ToString());

    /// <summary>The tab is shown again, and what follows from that is done.</summary>
    public static Task ComesBackAsync(this Visitor visitor) =>
        visitor.Page.EvaluateAsync("async () => { document.dispatchEvent(new Event('visibilitychange')); await window.consent.status() }");

    /// <summary>Requests to this address wait until what is given is set.</summary>
    public static async Task<TaskCompletionSource> HoldAsync(this Visitor visitor, string address)
    {
        var go = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await visitor.Context.RouteAsync(address, async route =>
        {
            await go.Task;
            await route.ContinueAsync();
        });
        return go;
    }

    /// <summary>Does it, and waits until the consent service has answered the decision that comes of it.</summary>
    public static Task<IResponse> AnsweredAsync(this Visitor visitor, Func<Task> decide) =>
        visitor.Page.RunAndWaitForResponseAsync(decide, r => r.Url.EndsWith("/decisions", StringComparison.Ordinal) && r.Request.Method == "POST");

    /// <summary>The note in the place of what is held back.</summary>
    public static ILocator Note(this Visitor visitor, string title) => visitor.Page.GetByRole(AriaRole.Group, new() { Name = title });

    /// <summary>What the console says from now on, each with its type before it.</summary>
    public static ConcurrentQueue<string> ListenToConsole(this Visitor visitor)
    {
        var said = new ConcurrentQueue<string>();
        visitor.Page.Console += (_, message) => said.Enqueue($"{message.Type}: {message.Text}");
        return said;
    }
}

using Microsoft.Playwright;

namespace Consent.Browser.Tests;

/// <summary>Pages of the test's own, at any address: the browser believes that they came from there, with its origin, cookies and policies.</summary>
internal static class OwnPages
{
    /// <summary>A page of the site, which brings the banner's tag itself unless the test writes its own.</summary>
    public static Task ServePageAsync(
        this Visitor visitor, string address, string site, string body = "", string head = "", string? policy = null, string? tag = null, string language = "nl") =>
        visitor.ServeAsync(
            address,
            $"""
            <!doctype html><html lang="{language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Proef</title>
            {tag ?? visitor.Tag(site)}{head}</head><body><h1>Proef</h1>{body}</body></html>
            """,
            "text/html; charset=utf-8", policy);

    public static string Tag(this Visitor visitor, string site, string attributes = "") =>
        $"<script src=\"{visitor.Host.Gateway}banner/{site}.js\" async {attributes}></script>";

    public static Task ServeAsync(this Visitor visitor, string address, string body, string type = "text/javascript", string? policy = null) =>
        visitor.Context.RouteAsync(address, route => route.FulfillAsync(new RouteFulfillOptions
        {
            Body = body,
            ContentType = type,
            Headers = policy is null ? null : new Dictionary<string, string> { ["Content-Security-Policy"] = policy, ["Content-Type"] = type },
        }));

    public static async Task GoAsync(this Visitor visitor, string address)
    {
        await visitor.Page.GotoAsync(address, new PageGotoOptions { WaitUntil = WaitUntilState.Load });
        await visitor.SettledAsync();
    }
}

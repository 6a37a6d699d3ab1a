using System.Text.Encodings.Web;

namespace Consent.ServiceDefaults.Development;

/// <summary>What a person sees who signs in with the development issuer: without script and without style but the browser's own, light or dark.</summary>
internal static class AuthorizePage
{
    /// <param name="ticket">Names the request to the answer.</param>
    /// <param name="fault">What was wrong with the answer before.</param>
    public static string Ask(string ticket, AuthorizationRequest request, string? fault = null)
    {
        var alert = fault is null ? "" : $"<p role=\"alert\"><b>{Text(fault)}</b></p>";
        return Whole("Who are you today?", $"""
            <p>This is the development issuer, for one's own machine. Whoever can open this page can take any role. <b>{Text(request.ClientId)}</b> asks who you are; the answer goes to
            <b>{Text(request.ReturnOrigin)}</b>.</p>
            {alert}
            <form method="post" action="{DevelopmentIssuer.Path}/authorize" autocomplete="off">
            <input type="hidden" name="request" value="{Text(ticket)}">
            <fieldset><legend>Role</legend>
            {string.Concat(DevelopmentRole.All.Select(Choice))}</fieldset>
            <p><label for="controller">Controller: its id, or empty for every controller</label><br>
            <input id="controller" name="controller" maxlength="100" autocapitalize="none" spellcheck="false"></p>
            <p><button name="answer" value="allow">Sign in</button> <button name="answer" value="deny">Cancel</button></p>
            </form>
            """);
    }

    public static string Refused(string why) => Whole("This sign-in cannot go on", $"<p>{Text(why)}</p>");

    private static string Choice(DevelopmentRole role, int index)
    {
        var first = index == 0 ? " checked" : "";
        return $"""
            <p><input type="radio" id="{role.Name}" name="role" value="{role.Name}" required{first}>
            <label for="{role.Name}">{Text(role.Title)}</label><br><small>{Text(role.Means)}</small></p>

            """;
    }

    private static string Whole(string title, string body) => $"""
        <!doctype html>
        <html lang="en">
        <head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark"><title>{title}</title></head>
        <body><main><h1>{title}</h1>
        {body}
        </main></body>
        </html>

        """;

    private static string Text(string text) => HtmlEncoder.Default.Encode(text);
}

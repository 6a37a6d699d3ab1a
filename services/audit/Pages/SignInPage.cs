namespace Consent.Audit.Pages;

internal enum SignInNews
{
    SignedOut,
    Over,
    OverAsked,
    Refused,
    Role,
    Away,
    Forged,
}

/// <summary>What is told around a sign-in, to whom no page may be shown: nothing in it is about anybody.</summary>
internal static class SignInPage
{
    /// <param name="goOn">Our own address to which its link leads; the first page unless given.</param>
    public static AuditPage Of(HttpContext http, SignInNews news, string goOn = AuditPages.Root)
    {
        var (status, texts) = Known(news);
        var language = PageLanguage.Choose(http).Language;
        var (title, text, link) = language == "nl" ? texts.Dutch : texts.English;
        if (status == StatusCodes.Status503ServiceUnavailable) http.Response.Headers.RetryAfter = "10";
        return new AuditPage(status, language, $"""
            <!doctype html>
            <html lang="{language}">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="robots" content="noindex, nofollow">
            <meta name="color-scheme" content="light dark">
            <title>{Html.Text(title)}</title>
            <link rel="icon" href="data:,">
            <style>{PageStyle.Css}</style>
            </head>
            <body>
            <main id="main">
            <h1>{Html.Text(title)}</h1>
            <p>{Html.Text(text)}</p>
            <p>{Html.Link(goOn, link)}</p>
            </main>
            </body>
            </html>
            """);
    }

    private static (int Status, Texts Texts) Known(SignInNews news) => news switch
    {
        SignInNews.SignedOut => (StatusCodes.Status200OK, new(
            ("U bent uitgelogd", "In deze browser zijn de controlepagina's niet meer te zien. Bij uw eigen aanmelddienst bent u misschien nog ingelogd.", "Opnieuw inloggen"),
            ("You are signed out", "This browser no longer shows the auditors' pages. You may still be signed in with your own identity provider.", "Sign in again"))),
        SignInNews.Over => (StatusCodes.Status401Unauthorized, new(
            ("Uw sessie is verlopen", "Wat u verstuurde, is niet verwerkt en nergens bewaard. Log opnieuw in en stel uw vraag nog eens.", "Opnieuw inloggen"),
            ("Your session is over", "What you sent was not acted on, and is kept nowhere. Sign in again, and ask your question once more.", "Sign in again"))),
        SignInNews.OverAsked => (StatusCodes.Status401Unauthorized, new(
            ("Uw sessie is verlopen", "Log opnieuw in; daarna gaat u meteen verder met uw zoekvraag.", "Opnieuw inloggen en verder zoeken"),
            ("Your session is over", "Sign in again; you then go straight on with your search.", "Sign in again and go on"))),
        SignInNews.Role => (StatusCodes.Status403Forbidden, new(
            ("Deze pagina is niet voor uw rol", "U bent ingelogd, maar uw rol geeft hier geen toegang. Vraag de beheerder van uw aanmelddienst om de rol van auditor of privacyfunctionaris.", "Naar het begin"),
            ("This page is not for your role", "You are signed in, but your role does not give access here. Ask whoever runs your identity provider for the role of auditor or privacy officer.", "To the first page"))),
        SignInNews.Away => (StatusCodes.Status503ServiceUnavailable, new(
            ("Inloggen kan nu niet", "De aanmelddienst of het logboek antwoordt niet. Probeer het over een minuut opnieuw.", "Opnieuw proberen"),
            ("You cannot sign in just now", "The identity provider or the log does not answer. Try again in a minute.", "Try again"))),
        SignInNews.Forged => (StatusCodes.Status400BadRequest, new(
            ("Dit formulier is verlopen", "Het komt niet van een pagina die u nu open hebt. Ga terug, ververs de pagina en verstuur het formulier opnieuw.", "Naar het begin"),
            ("This form is out of date", "It did not come from a page that is open to you now. Go back, load the page again, and send it once more.", "To the first page"))),
        _ => (StatusCodes.Status400BadRequest, new(
            ("Inloggen is niet gelukt", "Het antwoord van de aanmelddienst is niet geldig. Begin opnieuw. Lukt het dan nog niet, laat de beheerder dan weten hoe laat u het probeerde.", "Opnieuw inloggen"),
            ("You were not signed in", "The identity provider's answer could not be accepted. Begin again; if it goes on, tell the operator at what time you tried.", "Sign in again"))),
    };

    private sealed record Texts((string Title, string Text, string Link) Dutch, (string Title, string Text, string Link) English);
}

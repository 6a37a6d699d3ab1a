namespace Consent.Audit.Pages;

internal enum SignInNews
{
    SignedOut,
    Over,
    Refused,
    Role,
    Away,
    Forged,
}

/// <summary>What is told around a sign-in, to whom no page may be shown: nothing in it is about anybody.</summary>
internal static class SignInPage
{
    public static AuditPage Of(HttpContext http, SignInNews news)
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
            <p>{Html.Link("/audit", link)}</p>
            </main>
            </body>
            </html>
            """);
    }

    private static (int Status, Texts Texts) Known(SignInNews news) => news switch
    {
        SignInNews.SignedOut => (StatusCodes.Status200OK, new(
            ("U bent uitgelogd", "Deze browser laat de controlepagina's niet meer zien. Bij uw eigen aanmelddienst kunt u nog ingelogd zijn.", "Opnieuw inloggen"),
            ("You are signed out", "This browser shows the auditors' pages no more. With your own identity provider you may still be signed in.", "Sign in again"))),
        SignInNews.Over => (StatusCodes.Status401Unauthorized, new(
            ("U bent niet meer ingelogd", "Uw sessie is verlopen; wat u verstuurde, is niet verwerkt. Log opnieuw in en vul het nog eens in.", "Inloggen"),
            ("You are signed in no more", "Your session is over; what you sent was not acted on. Sign in again, and fill it in once more.", "Sign in"))),
        SignInNews.Role => (StatusCodes.Status403Forbidden, new(
            ("Deze pagina is niet voor uw rol", "U bent bekend, maar uw rol geeft hier geen toegang. Vraag de beheerder van uw aanmelddienst om de rol van auditor of functionaris.", "Naar het begin"),
            ("This page is not for your role", "You are known, and your role does not open this. Ask whoever runs your identity provider for the role of auditor or privacy officer.", "To the first page"))),
        SignInNews.Away => (StatusCodes.Status503ServiceUnavailable, new(
            ("Inloggen kan nu niet", "De aanmelddienst of het logboek antwoordt niet. Probeer het over een minuut opnieuw.", "Opnieuw proberen"),
            ("You cannot sign in just now", "The identity provider or the log does not answer. Try again in a minute.", "Try again"))),
        SignInNews.Forged => (StatusCodes.Status400BadRequest, new(
            ("Dit formulier is verlopen", "Het kwam niet van een pagina die nu voor u openstaat. Ga terug, ververs de pagina en verstuur het opnieuw.", "Naar het begin"),
            ("This form is out of date", "It did not come from a page that is open to you now. Go back, load the page again, and send it once more.", "To the first page"))),
        _ => (StatusCodes.Status400BadRequest, new(
            ("Inloggen is niet gelukt", "Het antwoord van de aanmelddienst kon niet worden aangenomen. Begin opnieuw; blijft het zo, zeg dan de beheerder hoe laat u het probeerde.", "Opnieuw inloggen"),
            ("You were not signed in", "The identity provider's answer could not be accepted. Begin again; if it goes on, tell the operator at what time you tried.", "Sign in again"))),
    };

    private sealed record Texts((string Title, string Text, string Link) Dutch, (string Title, string Text, string Link) English);
}

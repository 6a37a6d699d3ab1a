using System.Text;
using Consent.Contracts;
using Consent.UnsubscribeLinks;

namespace Consent.MarketingUnsubscribe;

/// <summary>The HTML of the pages on which the link to preferences is asked for. Pure.</summary>
internal static class PreferenceRequestPage
{
    private const string Wrong = "wrong";

    /// <param name="known">Of the link that led here; null where the address is to be typed.</param>
    /// <param name="isWrong">What was typed is no address. It is not repeated.</param>
    public static string Ask(Declaration declaration, string language, KnownAddress? known, bool isWrong)
    {
        var words = PageWords.In(language).Preferences;
        var body = Begin(words.Title).Append($"<p>{Text(known is null ? words.AskLead : words.AskKnown)}</p>");
        if (known is not null) AppendButton(body, declaration.Site, language, known);
        else AppendField(body, declaration.Site, language, isWrong);
        return UnsubscribePage.Document(words.Title, body, language, declaration.Controller);
    }

    public static string Sent(Declaration declaration, string language)
    {
        var words = PageWords.In(language).Preferences;
        var body = Begin(words.SentTitle).Append($"<p>{Text(words.SentLead)}</p><p>{Text(words.SentHelp)}</p>");
        return UnsubscribePage.Document(words.SentTitle, body, language, declaration.Controller);
    }

    public static string Busy(Declaration declaration, string language)
    {
        var words = PageWords.In(language).Preferences;
        return UnsubscribePage.Document(words.Title, Begin(words.Title).Append($"<p>{Text(words.Busy)}</p>"), language, declaration.Controller);
    }

    /// <summary>Where this installation sends no mail: whom to write to.</summary>
    public static string WithoutMail(Declaration declaration, string language)
    {
        var (words, email) = (PageWords.In(language).Preferences, declaration.Controller.Email);
        var body = Begin(words.Title).Append($"<p>{Text(words.Write)}</p><p class=\"note\"><a href=\"mailto:{Text(email)}\">{Text(email)}</a></p>");
        return UnsubscribePage.Document(words.Title, body, language, declaration.Controller);
    }

    /// <summary>For whoever has a link, but may not see the rest by it: a button that has the mail sent.</summary>
    public static void AppendButton(StringBuilder to, string site, string language, KnownAddress known)
    {
        var words = PageWords.In(language);
        to.Append($"<dl><div><dt>{Text(words.Address)}</dt><dd>{Text(EmailAddress.Mask(known.Address))}</dd></div></dl>")
            .Append(Form(site, language))
            .Append($"<input type=\"hidden\" name=\"{PreferenceRequestPages.LinkField}\" value=\"{Text(known.Token)}\">")
            .Append($"<input type=\"hidden\" name=\"{PreferenceForm.ProofField}\" value=\"{Text(known.Proof)}\">")
            .Append($"<button type=\"submit\">{Text(words.Preferences.AskButton)}</button></form>");
    }

    private static void AppendField(StringBuilder to, string site, string language, bool isWrong)
    {
        var words = PageWords.In(language).Preferences;
        var wrong = isWrong ? $" aria-invalid=\"true\" aria-describedby=\"{Wrong}\"" : "";
        to.Append(Form(site, language))
            .Append($"<label class=\"field\"><span>{Text(words.AskLabel)}</span>")
            .Append($"<input type=\"email\" name=\"{PreferenceRequestPages.AddressField}\" autocomplete=\"email\" maxlength=\"254\" required{wrong}></label>")
            .Append(isWrong ? $"<p class=\"note\" id=\"{Wrong}\" role=\"alert\">{Text(words.AskWrong)}</p>" : "")
            .Append($"<button type=\"submit\">{Text(words.AskButton)}</button></form>");
    }

    private static StringBuilder Begin(string heading) => new StringBuilder().Append($"<h1>{Text(heading)}</h1>");

    private static string Form(string site, string language) => $"<form method=\"post\" action=\"/preferences/{Text(Uri.EscapeDataString(site))}?language={language}\">";

    private static string Text(string text) => UnsubscribePage.Text(text);
}

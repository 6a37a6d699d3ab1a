using System.Text;
using Consent.Contracts;

namespace Consent.MarketingUnsubscribe;

/// <summary>The HTML of the pages of a confirmation mail's link. Pure: the same view is the same page.</summary>
internal static class ConfirmOptInPage
{
    private const string NameHere = "\uE000";

    /// <param name="TextLanguage">Of the declaration: in which the topic is shown, whatever the language of the page; the proof names this text.</param>
    /// <param name="OptOutPath">A link that ends what was just confirmed; empty until it was.</param>
    internal sealed record View(
        ConfirmState State, string Token, string Proof, string Masked, Topic Topic, string TextLanguage, Controller Controller, string OptOutPath);

    public static string Of(View view, string language)
    {
        var words = PageWords.In(language);
        var (heading, lead) = view.State switch
        {
            ConfirmState.Done => (words.ConfirmedTitle, words.ConfirmedLead),
            ConfirmState.Overtaken => (words.OvertakenTitle, words.OvertakenLead),
            _ => (words.ConfirmTitle, words.ConfirmLead),
        };
        var body = new StringBuilder(view.State is ConfirmState.Done ? UnsubscribePage.Tick : "")
            .Append($"<h1>{About(heading)}</h1><p>{About(lead)}</p>");
        if (view.State is ConfirmState.Overtaken)
        {
            body.Append($"<p>{Text(words.ConfirmAgain)}</p>");
            return Document();
        }

        body.Append("<dl>");
        Fact(words.Address, Text(view.Masked));
        Fact(words.ConfirmStarts, $"{Shown(view.Topic.Name)}<small>{Shown(view.Topic.Description)}</small>");
        Fact(words.Sender, Text(view.Controller.Name));
        body.Append("</dl>");
        if (view.State is ConfirmState.Done)
        {
            body.Append($"<p class=\"note\">{Text(words.ConfirmedStop)} <a href=\"{Text(view.OptOutPath)}\">{Text(words.Button)}</a></p>");
            return Document();
        }

        body.Append($"<form method=\"post\" action=\"/c/{Text(Uri.EscapeDataString(view.Token))}/confirm?language={language}\">")
            .Append($"<input type=\"hidden\" name=\"{ConfirmOptIn.ProofField}\" value=\"{Text(view.Proof)}\">")
            .Append($"<button type=\"submit\" class=\"primary\">{Text(words.ConfirmButton)}</button></form>")
            .Append($"<p class=\"note\">{Text(words.ConfirmNothing)}</p>");
        return Document();

        string Document() => UnsubscribePage.Document(words.About(heading, view.Topic.Name.In(view.TextLanguage)), body, language, view.Controller);

        // The name of the topic may be in another language than the sentence.
        string About(string sentence) => Text(words.About(sentence, NameHere)).Replace(Text(NameHere), Shown(view.Topic.Name), StringComparison.Ordinal);

        string Shown(Texts texts) => view.TextLanguage == language
            ? UnsubscribePage.In(texts, language)
            : $"<span lang=\"{Text(view.TextLanguage)}\">{Text(texts.In(view.TextLanguage))}</span>";

        void Fact(string name, string html) => body.Append($"<div><dt>{Text(name)}</dt><dd>{html}</dd></div>");
    }

    /// <param name="controller">Null when it is no longer known who asked.</param>
    public static string OfExpiredLink(string language, Controller? controller)
    {
        var words = PageWords.In(language);
        var body = new StringBuilder($"<h1>{Text(words.ExpiredTitle)}</h1><p>{Text(words.ExpiredLead)}</p><p>{Text(words.ConfirmAgain)}</p>");
        return UnsubscribePage.Document(words.ExpiredTitle, body, language, controller);
    }

    public static string OfUnknownLink(string language)
    {
        var words = PageWords.In(language);
        var body = new StringBuilder($"<h1>{Text(words.UnknownTitle)}</h1><p>{Text(words.UnknownLead)}</p><ul>")
            .Append($"<li>{Text(words.UnknownHelp[0])}</li><li>{Text(words.ConfirmAgain)}</li></ul>");
        return UnsubscribePage.Document(words.UnknownTitle, body, language, null);
    }

    private static string Text(string text) => UnsubscribePage.Text(text);
}

using System.Text;
using Consent.Contracts;

namespace Consent.MarketingUnsubscribe;

/// <summary>What the page with the form says.</summary>
internal enum SubscribeFormState { Ask, Wrong, Later, Sent }

/// <summary>The HTML of the form with which people subscribe. Pure: the same view is the same page.</summary>
internal static class SubscribeFormPage
{
    public const string AddressField = "address";
    public const string LanguageField = "language";
    public const string OfAgeField = "of-age";
    private const string NameHere = "\uE000";
    private const string Mistakes = "mistakes";

    /// <param name="TextLanguage">Of the declaration: in which the topic is shown, whatever the language of the page; the proof names this text.</param>
    /// <param name="IsForChildren">Whether the age is asked for.</param>
    /// <param name="Typed">What was typed, to be corrected.</param>
    internal sealed record View(
        SubscribeFormState State, string Site, Topic Topic, string TextLanguage, Controller Controller, bool IsForChildren, string Typed = "", bool IsOfAge = false,
        bool IsAddressWrong = false, bool IsAgeWrong = false);

    public static string Of(View view, string language)
    {
        var (shared, words, body) = (PageWords.In(language), PageWords.In(language).SubscribeForm, new StringBuilder());
        if (view.State is SubscribeFormState.Sent)
        {
            body.Append($"<h1>{Text(words.SentTitle)}</h1><p>{Text(words.SentLead)}</p><p class=\"note\">{Text(words.SentHelp)}</p>");
            return UnsubscribePage.Document(words.SentTitle, body, language, view.Controller);
        }

        var heading = shared.About(words.Title, view.Topic.Name.In(view.TextLanguage));
        // The name of the topic may be in another language than the sentence.
        body.Append($"<h1>{Text(shared.About(words.Title, NameHere)).Replace(Text(NameHere), Shown(view.Topic.Name), StringComparison.Ordinal)}</h1>");
        if (view.State is SubscribeFormState.Later) body.Append($"<p class=\"{Mistakes}\" role=\"alert\">{Text(words.Later)}</p>");
        else if (view.State is SubscribeFormState.Wrong) AppendMistakes();
        else body.Append($"<p>{Text(words.Lead)}</p>");
        body.Append($"<dl><div><dt>{Text(shared.ConfirmStarts)}</dt><dd>{Shown(view.Topic.Name)}<small>{Shown(view.Topic.Description)}</small></dd></div>")
            .Append($"<div><dt>{Text(shared.Sender)}</dt><dd>{Text(view.Controller.Name)}</dd></div></dl>");
        AppendForm();
        body.Append($"<p class=\"note\">{Text(words.Stop)}</p>");
        return UnsubscribePage.Document(view.State is SubscribeFormState.Wrong ? $"{words.WrongTitle}: {heading}" : heading, body, language, view.Controller);

        void AppendMistakes()
        {
            body.Append($"<div class=\"{Mistakes}\" role=\"alert\"><h2>{Text(words.WrongTitle)}</h2><ul>");
            if (view.IsAddressWrong) body.Append($"<li><a href=\"#{AddressField}\">{Text(words.WrongAddress)}</a></li>");
            if (view.IsAgeWrong) body.Append($"<li><a href=\"#{OfAgeField}\">{Text(words.WrongAge)}</a></li>");
            body.Append("</ul></div>");
        }

        // What the browser would say of a mistake, it says in its own words, and for a moment: the page says it.
        void AppendForm()
        {
            body.Append($"<form method=\"post\" action=\"{Text(SubscribeForm.PathOf(view.Site, view.Topic.Id))}?language={language}\" novalidate>")
                .Append($"<input type=\"hidden\" name=\"{LanguageField}\" value=\"{Text(view.TextLanguage)}\">")
                .Append($"<label class=\"field\" for=\"{AddressField}\"><span>{Text(words.Address)}</span></label>")
                .Append(Mistake(view.IsAddressWrong, AddressField, words.WrongAddress))
                .Append($"<input type=\"email\" id=\"{AddressField}\" name=\"{AddressField}\" autocomplete=\"email\" required{Marked(view.IsAddressWrong, AddressField)}")
                .Append($" value=\"{Text(view.Typed)}\">");
            if (view.IsForChildren)
            {
                body.Append($"<label for=\"{OfAgeField}\"><input type=\"checkbox\" id=\"{OfAgeField}\" name=\"{OfAgeField}\" value=\"yes\" required")
                    .Append(view.IsOfAge ? " checked" : "").Append($"{Marked(view.IsAgeWrong, OfAgeField)}><span>{Text(words.OfAge)}</span></label>")
                    .Append(Mistake(view.IsAgeWrong, OfAgeField, words.WrongAge));
            }
            body.Append($"<p class=\"send\"><button type=\"submit\">{Text(words.Button)}</button></p></form>");
        }

        static string Marked(bool isWrong, string field) => isWrong ? $" aria-invalid=\"true\" aria-describedby=\"{field}-mistake\"" : "";

        static string Mistake(bool isWrong, string field, string why) => isWrong ? $"<p class=\"mistake\" id=\"{field}-mistake\">{Text(why)}</p>" : "";

        string Shown(Texts texts) => view.TextLanguage == language
            ? UnsubscribePage.In(texts, language)
            : $"<span lang=\"{Text(view.TextLanguage)}\">{Text(texts.In(view.TextLanguage))}</span>";
    }

    /// <param name="controller">Null for an unknown site.</param>
    public static string OfNothing(string language, Controller? controller)
    {
        var words = PageWords.In(language).SubscribeForm;
        var body = new StringBuilder($"<h1>{Text(words.GoneTitle)}</h1><p>{Text(words.GoneLead)}</p>");
        return UnsubscribePage.Document(words.GoneTitle, body, language, controller);
    }

    private static string Text(string text) => UnsubscribePage.Text(text);
}

using System.Text;
using Consent.Contracts;

namespace Consent.MarketingUnsubscribe;

/// <summary>The HTML of the page of somebody's preferences. Pure: the same view is the same page.</summary>
internal static class PreferencePage
{
    /// <param name="Page">See <see cref="PreferenceForm.PageOf"/>.</param>
    /// <param name="TextLanguage">Of the declaration: in which its texts are shown, whatever the language of the page; the proof of an opt-in names these.</param>
    /// <param name="IsSaved">Whether all that was ticked was saved just now; null where nothing was.</param>
    internal sealed record View(
        string Token, string Proof, string Page, string Masked, Declaration Declaration, string TextLanguage, PreferenceState State, bool? IsSaved);

    public static string Of(View view, string language)
    {
        var (all, words) = (PageWords.In(language), PageWords.In(language).Preferences);
        var title = view.IsSaved is true ? words.Saved : words.Title;
        var body = new StringBuilder(view.IsSaved is true ? UnsubscribePage.Tick : "").Append($"<h1>{Text(title)}</h1>");
        if (view.IsSaved is false) body.Append($"<p role=\"alert\">{Text(words.NotAll)}</p>");
        if (view.State.IsNothing) body.Append($"<p><strong>{Text(all.AllDoneTitle)}.</strong> {Text(view.State.IsObjected ? words.Objected : all.AllDoneLead)}</p>");
        body.Append($"<p>{Text(words.Lead)}</p><dl><div><dt>{Text(all.Address)}</dt><dd>{Text(view.Masked)}</dd></div></dl>");
        if (view.Declaration.Topics.Any(topic => topic.Channels.Any(channel => channel is not Channel.Email))) body.Append($"<p class=\"note\">{Text(words.Scope)}</p>");
        body.Append($"<form method=\"post\" action=\"/p/{Text(Uri.EscapeDataString(view.Token))}?language={language}\">")
            .Append($"<input type=\"hidden\" name=\"{PreferenceForm.ProofField}\" value=\"{Text(view.Proof)}\">")
            .Append($"<input type=\"hidden\" name=\"{PreferenceForm.PageField}\" value=\"{Text(view.Page)}\">");
        foreach (var topic in view.Declaration.Topics) AppendTopic(body, view, topic, language);

        body.Append($"<section><fieldset><legend>{Text(all.AllTitle)}</legend>");
        if (!view.State.IsNothing) Box(PreferenceForm.EverythingField, words.Nothing, all.AllLead);
        if (!view.State.IsNothing || !view.State.IsObjected) Box(PreferenceForm.ObjectionField, words.Objection, words.ObjectionLead);
        else body.Append($"<p>{Text(words.Objected)}</p>");
        body.Append($"</fieldset></section><button type=\"submit\" class=\"primary\">{Text(words.Save)}</button></form><p class=\"note\">{Text(all.AskNote)}</p>");
        return UnsubscribePage.Document(title, body, language, view.Declaration.Controller);

        void Box(string field, string name, string about) =>
            body.Append($"<label><input type=\"checkbox\" name=\"{field}\" value=\"yes\"><span>{Text(name)}<small>{Text(about)}</small></span></label>");
    }

    /// <param name="declaration">Null when it is no longer known who was asked.</param>
    /// <param name="again">For another mail; null where none can be sent.</param>
    public static string OfExpiredLink(string language, Declaration? declaration, KnownAddress? again)
    {
        var words = PageWords.In(language);
        var body = new StringBuilder($"<h1>{Text(words.ExpiredTitle)}</h1>");
        if (declaration is not null && again is not null)
        {
            body.Append($"<p>{Text(words.Preferences.ExpiredLead)}</p>");
            PreferenceRequestPage.AppendButton(body, declaration.Site, language, again);
        }
        return UnsubscribePage.Document(words.ExpiredTitle, body, language, declaration?.Controller);
    }

    private static void AppendTopic(StringBuilder to, View view, Topic topic, string language)
    {
        var (all, words) = (PageWords.In(language), PageWords.In(language).Preferences);
        var canAdd = PreferenceSaving.CanAdd(view.Declaration);
        var spoken = view.TextLanguage == language ? "" : $" lang=\"{Text(view.TextLanguage)}\"";
        to.Append($"<section><fieldset><legend>{Shown(topic.Name)}</legend><p>{Shown(topic.Description)}</p>");
        foreach (var on in ChannelTopic.Of(topic))
        {
            var standing = view.State.StandingOf(on.Id);
            var box = standing is PreferenceStanding.Subscribed ? " checked" : canAdd ? "" : " disabled";
            var about = standing switch
            {
                PreferenceStanding.Subscribed => view.State.IsLoaded ? words.Subscribed : words.Checking,
                PreferenceStanding.Stopped => words.Stopped,
                _ => words.Never,
            };
            // What a retired site offers is offered nowhere.
            var elsewhere = standing is PreferenceStanding.Subscribed || canAdd || view.Declaration.Retired ? "" : $" {words.Elsewhere}";
            to.Append($"<label><input type=\"checkbox\" name=\"{PreferenceForm.TopicField}\" value=\"{Text(on.Id)}\"{box}>")
                .Append($"<span>{Text(all.By(on.Channel))}<small>{Text(about + elsewhere)}</small></span></label>");
        }
        if (topic.Frequencies is { Count: > 0 } offered)
        {
            var chosen = view.State.Frequencies.GetValueOrDefault(topic.Id);
            to.Append($"<label class=\"field\"><span>{Text(words.Frequency)}</span><select name=\"{Text(PreferenceForm.FrequencyField + topic.Id)}\">")
                .Append($"<option value=\"\">{Text(words.AnyFrequency)}</option>")
                .AppendJoin("", offered.Select(f => $"<option value=\"{Text(f.Id)}\"{spoken}{(f.Id == chosen ? " selected" : "")}>{Text(f.Name.In(view.TextLanguage))}</option>"))
                .Append("</select></label>");
        }
        to.Append("</fieldset></section>");

        string Shown(Texts texts) => view.TextLanguage == language
            ? UnsubscribePage.In(texts, language)
            : $"<span{spoken}>{Text(texts.In(view.TextLanguage))}</span>";
    }

    private static string Text(string text) => UnsubscribePage.Text(text);
}

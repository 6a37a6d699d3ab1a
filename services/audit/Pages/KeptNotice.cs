using Consent.Audit.Holds;

namespace Consent.Audit.Pages;

/// <summary>That a person's proof is kept, or restricted: on which ground, until when.</summary>
internal static class KeptNotice
{
    public static string Of(Words words, Kept? kept)
    {
        if (kept is null) return "";
        var items = kept.Holds.Select(h => Told(words, words.HeldOn, h)).Concat(kept.Restrictions.Select(r => Told(words, words.RestrictedOn, r))).ToList();
        if (kept.ErasureWaitsSince is { } since) items.Add(Html.Text(words.ErasureWaits.Fill(("at", words.Moment(since)))));
        return $"<div class=\"state open\"><strong>{Html.Text(words.KeptTitle)}</strong>{Html.List(items)}</div>";
    }

    private static string Told(Words words, string sentence, KeptOn on) =>
        Html.Text(sentence.Fill(("ground", words.Grounds.GetValueOrDefault(on.Ground, on.Ground)), ("article", on.Article), ("until", on.Until is { } until ? words.Moment(until) : words.UntilLifted)));
}

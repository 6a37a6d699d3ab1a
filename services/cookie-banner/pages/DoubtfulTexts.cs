using System.Text.RegularExpressions;

namespace Consent.CookieBanner.Pages;

/// <summary>
/// What Dutch and English sentences claim, by their words. A search for words and no understanding: it misses what is said otherwise, and
/// may find what is harmless, so that its findings are warnings to an author and never refusals.
/// </summary>
internal static partial class DoubtfulTexts
{
    public static bool CallsIpAnonymous(string sentence) => Ip().IsMatch(sentence) && Anonymous().IsMatch(sentence) && !Negation().IsMatch(sentence);

    public static bool SaysIpIsWhole(string sentence) => Ip().IsMatch(sentence) && Anonymous().IsMatch(sentence) && Negation().IsMatch(sentence);

    public static bool PointsToBrowserSettings(string sentence) =>
        Browser().IsMatch(sentence) && Cookies().IsMatch(sentence) && Blocking().IsMatch(sentence);

    /// <summary>A copy that is to be redacted is another matter: it is what <c>redacted-identity-copy</c> declares.</summary>
    public static bool DemandsIdentityDocument(string sentence) =>
        Copy().IsMatch(sentence) && IdentityDocument().IsMatch(sentence) && !Redacted().IsMatch(sentence) && !Negation().IsMatch(sentence);

    public static bool ChangesWithoutNotice(string sentence) => WithoutNotice().IsMatch(sentence);

    public static bool IsOfStatistics(string text) => Statistics().IsMatch(text);

    private const RegexOptions Options = RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture;

    [GeneratedRegex(@"\bip[\s-]?(adres|adressen|address|addresses|nummer|number)?\b", Options)]
    private static partial Regex Ip();

    [GeneratedRegex(@"\b(ge)?anoni?e?m(e|iseerd|iseerde|iseren)?\b|\banonym(ous|ously|ised|ized|ise|ize)\b", Options)]
    private static partial Regex Anonymous();

    [GeneratedRegex(@"\b(niet|geen|nooit|nimmer|zonder|not|no|never|without)\b|n['’]t\b", Options)]
    private static partial Regex Negation();

    [GeneratedRegex(@"\bbrowser", Options)]
    private static partial Regex Browser();

    [GeneratedRegex(@"\bcookies?\b", Options)]
    private static partial Regex Cookies();

    [GeneratedRegex(@"\b(blokke\w+|weiger\w*|uit(zet|schakel)\w*|uit te (zetten|schakelen)|(zet|schakel)\w*\b[^.]{0,60}\buit|verwijder\w*|instelling\w*|block\w*|refus\w*|reject\w*|disabl\w*|switch\w* off|turn\w* off|delet\w*|settings?)\b", Options)]
    private static partial Regex Blocking();

    [GeneratedRegex(@"\b(kopie|kopietje|scan|foto|afschrift|copy|photo|photocopy|picture)\b", Options)]
    private static partial Regex Copy();

    [GeneratedRegex(@"\b(identiteitsbewijs|identiteitskaart|identiteitsdocument|legitimatie(bewijs)?|paspoort|rijbewijs|id-kaart|identity (document|card)|proof of identity|id card|passport|driving licen[cs]e)\b", Options)]
    private static partial Regex IdentityDocument();

    [GeneratedRegex(@"afgeschermd|zwart|onleesbaar|redact|blacken|blacked|cover(ed)? up|conceal", Options)]
    private static partial Regex Redacted();

    [GeneratedRegex(@"\bzonder\b[^.]{0,40}\b(aankondig\w*|bericht|kennisgeving|melding|vooraankondiging)\b|\bwithout\b[^.]{0,40}\b(notice|announc\w*|notification)\b", Options)]
    private static partial Regex WithoutNotice();

    [GeneratedRegex(@"statisti|analy|bezoekcijfer|bezoek tellen|\bmeten\b|\bmeasur|visitor (count|number)|counting visits", Options)]
    private static partial Regex Statistics();
}

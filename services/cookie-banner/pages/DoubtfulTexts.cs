using System.Text.RegularExpressions;

namespace Consent.CookieBanner.Pages;

/// <summary>
/// What Dutch and English sentences claim, by their words. A search for words and no understanding: it misses what is said otherwise, and
/// may find what is harmless, so that its findings are warnings to an author and never refusals. A "not" counts for the words right after it
/// alone.
/// </summary>
internal static partial class DoubtfulTexts
{
    public static bool CallsIpAnonymous(string sentence) => Ip().IsMatch(sentence) && Anonymous().IsMatch(sentence) && !NotAnonymous().IsMatch(sentence);

    public static bool SaysIpIsWhole(string sentence) => Ip().IsMatch(sentence) && NotAnonymous().IsMatch(sentence);

    public static bool PointsToBrowserSettings(string sentence) =>
        Browser().IsMatch(sentence) && Cookies().IsMatch(sentence) && Blocking().IsMatch(sentence);

    /// <summary>A copy that is to be redacted is another matter: it is what <c>redacted-identity-copy</c> declares.</summary>
    public static bool DemandsIdentityDocument(string sentence) =>
        Copy().IsMatch(sentence) && IdentityDocument().IsMatch(sentence) && !Redacted().IsMatch(sentence) && !IsSpared(sentence);

    /// <summary>To refuse what comes without a copy is to demand one: two denials, the one a condition of the other.</summary>
    private static bool IsSpared(string sentence) =>
        Needless().IsMatch(sentence) || (NoCopy().IsMatch(sentence) && !(WithoutCopy().IsMatch(sentence) && Negation().Count(sentence) > 1));

    public static bool ChangesWithoutNotice(string sentence) => WithoutNotice().IsMatch(sentence);

    public static bool IsOfStatistics(string text) => Statistics().IsMatch(text);

    private const RegexOptions Options = RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture;

    [GeneratedRegex(@"\bip[\s-]?(adres|adressen|address|addresses|nummer|number)?\b", Options)]
    private static partial Regex Ip();

    private const string Anonymised = @"(anoniem(e|er)?|(ge)?anonimise(er|ert|erd|erde|ren|ring)|anonym(ous|ously|i[sz]e|i[sz]es|i[sz]ed|i[sz]ing|i[sz]ation))";

    private const string No = @"(niet(?! (alleen|slechts))|geen|nooit|nimmer|zonder|not(?! (only|merely))|cannot|no|never|without|\w+n['’]t)";

    /// <summary>What follows a denial within its reach: not what comes after a comma or an "and".</summary>
    private const string Reach = @"((?!\b(en|maar|wel|and|but|zonder|without|tenzij|unless|totdat|until|voordat|before)\b)[^,;:]){0,25}";

    [GeneratedRegex($@"\b{Anonymised}\b", Options)]
    private static partial Regex Anonymous();

    /// <summary>In Dutch, what a main clause denies comes before the denial.</summary>
    [GeneratedRegex($@"\b{No}\b{Reach}\b{Anonymised}\b|\banonimise(er|ert|ren)\b((?!\b(en|maar|die|dat)\b)[^,;:]){{0,40}}\b(niet|nooit|nimmer)\b", Options)]
    private static partial Regex NotAnonymous();

    [GeneratedRegex($@"\b{No}\b", Options)]
    private static partial Regex Negation();

    [GeneratedRegex($@"\b{No}\b({Reach}\b{Copied}| (om |for )?(vragen|gevraagd|verlangen|verlangd|eisen|geëist|ask|asked|demand|demanded|request|requested))\b|\b(vragen|verlangen|eisen) (wij|we)( \w+){{0,2}} (niet|nooit|nimmer)\b", Options)]
    private static partial Regex NoCopy();

    [GeneratedRegex($@"\b(zonder|without|(als|indien|wanneer|zolang|if|when|as long as)\b[^,]{{0,40}}\b{No})\b.{{0,40}}\b{Copied}\b", Options)]
    private static partial Regex WithoutCopy();

    [GeneratedRegex(@"\b((hoeft|hoeven)\b(?!.{0,15}\b(alleen|slechts)\b)|(niet|nooit|not|never) (nodig|verplicht|needed|necessary|required|obliged)|need not|(not|n['’]t) (have|need) to)\b", Options)]
    private static partial Regex Needless();

    [GeneratedRegex(@"\bbrowser", Options)]
    private static partial Regex Browser();

    [GeneratedRegex(@"\bcookies?\b", Options)]
    private static partial Regex Cookies();

    [GeneratedRegex(@"\b(blokke\w+|weiger\w*|uit(zet|schakel)\w*|uit te (zetten|schakelen)|(zet|schakel)\w*\b[^.]{0,60}\buit|verwijder\w*|instelling\w*|block\w*|refus\w*|reject\w*|disabl\w*|switch\w* off|turn\w* off|delet\w*|settings?)\b", Options)]
    private static partial Regex Blocking();

    private const string Copied = @"(kopie|kopieën|kopietje|scan|foto|afschrift|copy|copies|photo(?! ID\b)|photocopy|picture)";

    [GeneratedRegex($@"\b{Copied}\b", Options)]
    private static partial Regex Copy();

    /// <summary>An ID by itself is a document, and no number such as a "user ID".</summary>
    [GeneratedRegex(@"\b(identiteitsbewij(s|zen)|identiteitskaart|identiteitsdocument|legitimatie(bewijs)?|paspoort|rijbewijs|verblijfsvergunning|(?-i:(?<!\b([Uu]ser|[Vv]isitor|[Cc]ustomer|[Cc]lient|[Dd]evice|[Ss]ession|[Cc]ookie|[Kk]lant|[Gg]ebruikers|[Bb]ezoekers|[Ss]essie)[ -])ID)|id[ -](bewijs|kaart|card|document)|(?<=\b(uw|je|jouw|your|geldige?|valid) )id(?! (van|of|nummer|number)\b|-)|identity (document|card)|proof of identity|passport|driving licen[cs]e|driver['’]s licen[cs]e|residence permit)\b", Options)]
    private static partial Regex IdentityDocument();

    [GeneratedRegex(@"afgeschermd|zwart|onleesbaar|redact|blacken|blacked|cover(ed)? up|conceal", Options)]
    private static partial Regex Redacted();

    [GeneratedRegex(@"\bzonder\b[^.]{0,40}\b(aankondig\w*|bericht|kennisgeving|melding|vooraankondiging)\b|\bwithout\b[^.]{0,40}\b(notice|announc\w*|notification)\b", Options)]
    private static partial Regex WithoutNotice();

    [GeneratedRegex(@"statisti|analy|bezoekcijfer|bezoek tellen|\bmeten\b|\bmeasur|visitor (count|number)|counting visits", Options)]
    private static partial Regex Statistics();
}

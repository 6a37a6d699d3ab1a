using System.Text.RegularExpressions;

namespace Consent.CookieBanner.Pages;

/// <summary>
/// Whether the text of a button says what the button does, in Dutch and English, by its words: what <see cref="DoubtfulTexts"/> is for sentences.
/// In other languages only what is the same there is seen; an accepting or refusing word is not looked for.
/// </summary>
internal static partial class PlainButtons
{
    private const int MuchMore = 10;

    /// <summary>"OK" and "understood" accept nothing, and who goes on has not agreed.</summary>
    public static bool Accepts(string text, string language) =>
        !Praise().IsMatch(text) && !GoingOn().IsMatch(text) && (!IsRead(language) || (Accepting().IsMatch(text) && !Refusing().IsMatch(text)));

    public static bool Refuses(string text, string language) => !Praise().IsMatch(text) && (!IsRead(language) || Refusing().IsMatch(text));

    public static bool OpensSettings(string text) => !Praise().IsMatch(text) && !GoingOn().IsMatch(text);

    /// <summary>More than twice as long, and by more than a word.</summary>
    public static bool IsFarLonger(string refuse, string accept) => refuse.Length > 2 * accept.Length && refuse.Length > accept.Length + MuchMore;

    private static bool IsRead(string language) => language.Split('-')[0] is "nl" or "en";

    private const RegexOptions Options = RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture;

    [GeneratedRegex(@"optima|ervaring|beleving|experience|\b(beste|betere|better|best)\b", Options)]
    private static partial Regex Praise();

    [GeneratedRegex(@"\b(doorgaan|ga door|door naar|verder\w*|sluit\w*|continue|proceed|go on|close|dismiss)\b", Options)]
    private static partial Regex GoingOn();

    [GeneratedRegex(@"\b(accept\w*|aanvaard\w*|akkoord|toestaan|toestemming|sta\b.{0,40}\btoe|ja|agree|allow|consent|yes)\b", Options)]
    private static partial Regex Accepting();

    [GeneratedRegex(
        @"\b(weiger\w*|afwijzen|wijs\b.{0,40}\baf|niets?|geen|nee|zonder|alleen|enkel|reject|refuse|decline|deny|disagree|no|not|nothing|without|only)\b|n['’]t\b",
        Options)]
    private static partial Regex Refusing();
}

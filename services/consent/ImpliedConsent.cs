using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Consent.ConsentService;

/// <summary>
/// Texts that take consent from something else than giving it: from submitting a form, ordering, visiting, or going on. Consent is a clear
/// affirmative act (GDPR art. 4(11), recital 32; EDPB Guidelines 05/2020), so that such a sentence is void, and a page that shows it misleads.
/// Known by its words, in Dutch and English; what is said otherwise passes. To tick a box or press the button that asks is no such thing, and
/// neither is agreeing to terms.
/// </summary>
internal static partial class ImpliedConsent
{
    /// <summary>Nobody writes a longer one; it bounds the search.</summary>
    private const int LongestSentence = 1000;

    public static IEnumerable<DeclarationFault> Faults(JsonObject declaration) => Texts(declaration, "")
        .Where(at => IsClaimedIn(at.Text))
        .Select(at => new DeclarationFault(at.Path, "Ask for consent by an act of its own, such as a box to tick, or name another legal basis: using or submitting something is no consent."));

    public static bool IsClaimedIn(string text) => EndOfSentence().Split(text).Any(sentence => sentence.Length <= LongestSentence && IsClaim(sentence));

    private static bool IsClaim(string sentence) =>
        (Dutch().IsMatch(sentence) || English().IsMatch(sentence))
        && !Denial().IsMatch(sentence) && !IsActOfItsOwn(sentence) && !IsOfTermsOnly(sentence);

    private static bool IsActOfItsOwn(string sentence) => Box().IsMatch(sentence) || (Button().IsMatch(sentence) && !Submission().IsMatch(sentence));

    private static bool IsOfTermsOnly(string sentence) => Terms().IsMatch(sentence) && !PersonalData().IsMatch(sentence);

    /// <summary>What has no space is an id or an address, and says nothing to anybody.</summary>
    private static IEnumerable<(string Text, string Path)> Texts(JsonNode? node, string path) => node switch
    {
        JsonObject members => members.SelectMany(m => Texts(m.Value, $"{path}/{Shapes.Escaped(m.Key)}")),
        JsonArray items => items.SelectMany((item, i) => Texts(item, $"{path}/{i}")),
        _ => node.AsText() is { } text && text.Contains(' ', StringComparison.Ordinal) ? [(text, path)] : [],
    };

    private const RegexOptions Options = RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture;

    private const string DutchAct =
        @"(versturen|verstuurt|verzenden|verzendt|(op|in)sturen|(op|in) te sturen|stuurt|indienen|in te dienen|dient|invullen|in te vullen|invult|te gebruiken|gebruiken van|gebruik te (blijven )?maken|gebruik van|gebruikt|gebruikmaakt|bezoeken|bezoekt|bezoek aan|verder te \w+|verdergaat|door te gaan|doorgaan|doorgaat|surfen|surft|bladeren|bladert|scrollen|scrolt|bestellen|bestelt|contact op te nemen|contact opneemt)";

    private const string DutchOutcome =
        @"((gaat|bent|verklaart) u\b.{0,60}\bakkoord|u\b.{0,20}\bakkoord (gaat|bent)|(geeft|verleent) u\b.{0,80}\btoestemming|stemt u\b.{0,80}\b(in|toe)|u\b.{0,20}\b(instemt|toestemming (geeft|verleent))|(accepteert|aanvaardt) u|u geacht\b.{0,80}\b(akkoord|toestemming|te stemmen))";

    private const string EnglishAct =
        @"(submitting|sending|using|visiting|browsing|continuing|filling (in|out)|completing|ordering|placing an order|accessing|scrolling|staying on|contacting|entering)";

    private const string EnglishOutcome =
        @"you (hereby |also |thereby |automatically |are deemed to |will be deemed to |are considered to |are taken to )*(agree|consent|accept|have (agreed|consented)|(give|grant) .{0,30}(consent|permission))";

    /// <summary>By doing it, you agree; when you do it, you agree; you agree by doing it; doing it is consent.</summary>
    [GeneratedRegex(
        $@"\bdoor .{{0,100}}\b{DutchAct}\b.{{0,120}}\b{DutchOutcome}\b|\b(als|indien|wanneer|zodra) u\b.{{0,60}}\b{DutchAct}\b.{{0,120}}\b{DutchOutcome}\b|\bu (gaat\b.{{0,60}}\bakkoord|geeft\b.{{0,60}}\btoestemming|stemt\b.{{0,60}}\bin)\b.{{0,60}}\bdoor .{{0,100}}\b{DutchAct}\b|\b{DutchAct}\b.{{0,60}}\b(betekent|geldt als|wordt gezien als|beschouwen wij als)\b.{{0,60}}\b(akkoord|toestemming|instemming|instemt)\b",
        Options)]
    private static partial Regex Dutch();

    [GeneratedRegex(
        $@"\bby (simply |merely |further )?{EnglishAct}\b.{{0,140}}\b{EnglishOutcome}\b|\b(if|when|as|once) you (continue to |keep |go on )?(submit|send|use|using|visit|browse|browsing|continue|fill|complete|order|access|scroll|stay|contact|enter)\b.{{0,140}}\b{EnglishOutcome}\b|\byou (agree|consent|give\b.{{0,30}}\bconsent)\b.{{0,80}}\bby {EnglishAct}\b|\b(use|using|submitting|submission|visiting|ordering)\b.{{0,60}}\b(constitutes|implies|means|signifies|counts as|is taken as)\b.{{0,60}}\b(consent|agree|agreement)\b",
        Options)]
    private static partial Regex English();

    [GeneratedRegex(@"\b(geen|niet|nooit|nimmer|pas als|pas wanneer|alleen als|tenzij|no|not|never|only if|only when|unless)\b|n['’]t\b", Options)]
    private static partial Regex Denial();

    [GeneratedRegex(@"\b(aan te (vinken|kruisen)|(aan)?(vink|kruis)\w*|vakje\w*|tick\w*|(check)?box\w*)\b", Options)]
    private static partial Regex Box();

    [GeneratedRegex(@"\b(klik\w*|druk\w*|click\w*|press\w*)\b", Options)]
    private static partial Regex Button();

    [GeneratedRegex(@"\b(verzend\w*|verst(u|uu)r\w*|bestel\w*|submit\w*|send\w*|order\w*)\b", Options)]
    private static partial Regex Submission();

    [GeneratedRegex(@"voorwaarden\b|\bterms\b", Options)]
    private static partial Regex Terms();

    [GeneratedRegex(@"gegevens|privacy|cookie|verwerk|\bdata\b|\bpersonal\b|process", Options)]
    private static partial Regex PersonalData();

    [GeneratedRegex(@"[.;!?]\s+|\n")]
    private static partial Regex EndOfSentence();
}

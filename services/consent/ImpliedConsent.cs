using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Consent.ConsentService;

/// <summary>
/// Texts that take consent from something else than giving it: from submitting a form, ordering, visiting, or going on. Consent is a clear
/// affirmative act (GDPR art. 4(11), recital 32; EDPB Guidelines 05/2020), so that such a sentence is void, and a page that shows it misleads.
/// Known by its words, in Dutch and English; what is said otherwise passes. To tick a box or press the button that asks is no such thing, and
/// neither is agreeing to terms. A "not" counts only where it denies the agreement: what else a sentence promises not to do excuses nothing,
/// and neither does leaving it to people to object.
/// </summary>
internal static partial class ImpliedConsent
{
    /// <summary>Nobody writes a longer one; it bounds the search.</summary>
    private const int LongestSentence = 1000;

    private static readonly Regex[] Claims =
    [
        DutchByDoing(), DutchWhoDoes(), DutchAgreesByDoing(), DutchDoingMeans(), AgreesSo(),
        EnglishByDoing(), EnglishWhoDoes(), EnglishAgreesByDoing(), EnglishDoingMeans(),
    ];

    public static IEnumerable<DeclarationFault> Faults(JsonObject declaration) => Texts(declaration, "")
        .Where(at => IsClaimedIn(at.Text))
        .Select(at => new DeclarationFault(at.Path, "Ask for consent by an act of its own, such as a box to tick, or name another legal basis: using or submitting something is no consent."));

    public static bool IsClaimedIn(string text) => EndOfSentence().Split(text).Any(sentence => sentence.Length <= LongestSentence && IsClaim(sentence));

    private static bool IsClaim(string sentence) =>
        Claims.Any(claim => claim.IsMatch(sentence)) && !IsActOfItsOwn(sentence) && !IsOfTermsOnly(sentence);

    private static bool IsActOfItsOwn(string sentence) => Box().IsMatch(sentence) || (Button().IsMatch(sentence) && !OtherButton().IsMatch(sentence));

    private static bool IsOfTermsOnly(string sentence) => Terms().IsMatch(sentence) && !PersonalData().IsMatch(sentence);

    /// <summary>What has no space is an id or an address, and says nothing to anybody.</summary>
    private static IEnumerable<(string Text, string Path)> Texts(JsonNode? node, string path) => node switch
    {
        JsonObject members => members.SelectMany(m => Texts(m.Value, $"{path}/{Shapes.Escaped(m.Key)}")),
        JsonArray items => items.SelectMany((item, i) => Texts(item, $"{path}/{i}")),
        _ => node.AsText() is { } text && text.Contains(' ', StringComparison.Ordinal) ? [(text, path)] : [],
    };

    private const RegexOptions Options = RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture;

    private const string U = "(u|je|jij|jullie)";

    /// <summary>A character at which no word begins that denies, asks or sets a condition.</summary>
    private const string Dutch = @"((?!\b(geen|niet|niets|nooit|nimmer|evenmin|of (u|je|jij|jullie)|als|indien|wanneer|tenzij|mits|(alleen|pas|slechts|uitsluitend)\b[^,]{0,60}\b(als|wanneer|indien|nadat)|waar\w+|(wij|we) vragen|vragen (wij|we)|(kunt|kun|kan|mag|mogen) (u|je|jij|jullie))\b).)";

    private const string English = @"((?!\b(no|not|never|neither|nor|whether|or|unless|(ask|asks|asked) (you|for|that)|choose|decide|you (can|may))\b|n['’]t\b).)";

    /// <summary>Between act and agreement something else may be denied, up to a comma.</summary>
    private const string DutchGap = $@"\b([^,:(]{{0,120}}[,:(]){{0,4}}((?![,:(]){Dutch}){{0,120}}?\b";

    private const string EnglishGap = $@"\b([^,:(]{{0,140}}[,:(]){{0,4}}((?![,:(]){English}){{0,140}}?\b";

    /// <summary>A condition on the agreement leaves it to people; one on what is agreed to does not.</summary>
    private const string Unconditional =
        @"\b(?!((?!\b(dat|die|waar\w+|that|which|who)\b)[^,]){0,80}\b((alleen|pas|slechts|uitsluitend) (als|wanneer|indien|nadat)|only (if|when|once|after))\b)";

    /// <summary>What is before the act is no agreement itself.</summary>
    private const string Lead = @"((?!\b(toestemming|akkoord|instem\w*|in te stemmen|accept\w*)\b).)";

    private const string DutchAct =
        @"(versturen|verstuurt|(ver|toe|in)zenden|(ver|toe|in)zendt|verzending van|(op|in|toe)(sturen|stuurt)|(op|in|toe) te sturen|stuurt|indienen|in te dienen|indient|invullen|in te vullen|invult|(te|blijven|blijft) gebruiken|gebruiken van|gebruik te (blijven )?maken|gebruikt|gebruik ?(maakt|maken)|gebruik van(?! ((onze|deze|functionele|analytische) )?(uw|je|jouw|cookies|gegevens|persoonsgegevens|schuif\w*|schakelaar\w*|knop\w*)\b)|"
        + @"bezoeken|bezoekt|bezoek aan|te (bekijken|blijven)|deel te nemen|deelneemt|deelname|verder te \w+|verder ?(gaan|gaat|surft|klikt)|door te (gaan|klikken)|door(gaan|gaat|klikt)|surfen|surft|bladeren|bladert|scrollen|scrolt|bestellen|bestelt|(bestelling|reactie|bericht) (te plaatsen|plaatst)|plaatsen van een (bestelling|reactie|bericht)|contact (\w+ ){0,4}(op te nemen|opneemt)|opnemen van contact|"
        + @"te (mailen|bellen|reageren|solliciteren|downloaden|installeren)|account aan te maken|aanmaken van een account|te sluiten|sluiten van|wegklikken|weg te klikken|te negeren|negeren van|achter te laten|achterlaten van)";

    private const string DutchInvertedAct =
        $@"((verstuurt?|verzendt?|stuurt?|gebruikt?|bezoekt?|bestelt?|surft?|scrolt?|blijft?) {U}|(dient?|vult?) {U}\b.{{0,60}}\bin|(ga(at)?|surft?|klikt?) {U}( \w+)? (door|verder)|maakt? {U}\b.{{0,20}}\bgebruik|neemt? {U}\b.{{0,20}}\bcontact|(klikt?|drukt?) {U} op .{{0,20}}(verzenden|versturen|bestellen))";

    private const string DutchOutcome =
        $@"((ga(at)?|bent?|verklaart?) {U}\b{Dutch}{{0,60}}\bakkoord|(geeft?|verleent?) {U}\b{Dutch}{{0,80}}\btoestemming|stemt? {U}\b{Dutch}{{0,80}}\b(in|toe)(?=\W*$|[,:)]| (met|dat|om|en|tot|in)\b)|sta(at)? {U}\b{Dutch}{{0,40}}\btoe(?=\W*$|,| (dat|om|uw|je|jouw)\b)|(accepteert?|aanvaardt?|machtigt?) {U}|{U} geacht\b{Dutch}{{0,80}}\b(akkoord|toestemming|te stemmen)|"
        + $@"(?<!\b(of|als|indien|wanneer|zodra|tenzij|mits|tot|totdat|nadat|voordat|hoe|die|wat|omdat|en|waar\w+) ){U}\b{Dutch}{{0,30}}\b(akkoord (ga(at)?|bent?)|instemt|toestemming (geeft?|verleent))){Unconditional}";

    private const string EnglishAct =
        @"(submitting|submission of|sending|((your|the) )?(continued )?use of(?! (cookies|your|personal)\b)|using(?! ((our|these|such) )?cookies\b| your (personal )?(data|information)\b| (the|our|this) ((cookie|consent) )?(banner|slider|toggle|switch\w*|buttons?)\b)|visiting|browsing|continuing|proceeding|filling (in|out)|completing|ordering|placing an order|buying|purchasing|booking|accessing|scrolling|(staying|remaining) on|contacting|calling|e-?mailing|entering|posting|commenting|"
        + @"creating an account|logging in|downloading|installing|applying|attending|registering(?! for (our|the) (newsletter|mailing))|participating|taking part|interacting|closing|dismissing|ignoring|leaving|(giving us|providing)(?! (us )?(with )?(your )?(explicit )?consent)|(clicking|pressing|tapping|hitting)( on)?( the)? ?\W?(submit|send|order|buy|continue|next))";

    /// <summary>After "if you" and the like.</summary>
    private const string EnglishDo =
        @"((still|simply|continue to|keep|go on|wish to|decide to|choose to) )*(submit|send|us(e|ing)|visit(ing)?|brows(e|ing)|continue|proceed|fill|complete|order|buy|book|access|scroll|stay|remain|contact|call|enter|post|comment|close|dismiss|ignore|click( on)?( the)? ?\W?(submit|send|order|continue))\b";

    private const string EnglishAgreement =
        @"((hereby|also|thereby|automatically|expressly|explicitly|fully|acknowledge and|understand and|(confirm|indicate|declare|acknowledge|accept) that you|(are|will be|shall be) (deemed|considered|taken|understood|assumed|presumed) to) )*((agree|consent|accept)(?! (or|to(?! \w))\b)|have (agreed|consented)(?! to(?! \w))|(are|will be) (agreeing|consenting|accepting)|are (happy|ok|okay|fine) with|(give|grant|provide|express|indicate|signify|declare|are giving|have given)\b(?! (or|no)\b).{0,30}\b(consent|permission)|(authori[sz]e|permit|allow) us)";

    private const string EnglishOutcome =
        $@"((?<!\b(if|whether|when|once|unless|until|till|before|after|where|which|whom|how|what|because|since|as|only|provided|case|and|or|cookies|data) )you {EnglishAgreement}|(we|I)( will|['’]ll| shall| therefore| may)? (assume|presume|understand|infer)\b.{{0,10}} your (consent|agreement)){Unconditional}";

    /// <summary>By doing it, you agree; when you do it, you agree; do you do it, then you agree.</summary>
    [GeneratedRegex($@"(\b((door|middels)\b{Lead}{{0,100}}?\b|(?<!\b(stemmen|stemt|instemt|instemming|akkoord|gaan|gaat|bent|mee) )(met|bij|via) ((het|een|de|uw|je) )?|(als|indien|wanneer|zodra) {U}\b{Lead}{{0,60}}?\b){DutchAct}|(^|[,:])\W*{DutchInvertedAct}){DutchGap}{DutchOutcome}", Options)]
    private static partial Regex DutchByDoing();

    [GeneratedRegex($@"\b(by|in|on|upon|when|while|through|with|via) ((simply|merely|further|your|the|just) )*{EnglishAct}{EnglishGap}{EnglishOutcome}|\b(if|when|whenever|as|once|where|should) you {EnglishDo}{EnglishGap}{EnglishOutcome}", Options)]
    private static partial Regex EnglishByDoing();

    /// <summary>Who does it, agrees.</summary>
    [GeneratedRegex($@"\b(wie|bezoekers die|gebruikers die)\b{Lead}{{0,60}}?\b({DutchAct}|gebruiken){DutchGap}(ga(at|an) {Dutch}{{0,60}}akkoord|(geeft|geven|verleent) {Dutch}{{0,60}}toestemming|stem(t|men) {Dutch}{{0,60}}\bin (met|dat)){Unconditional}", Options)]
    private static partial Regex DutchWhoDoes();

    [GeneratedRegex($@"\b(anyone|everyone|whoever|visitors|users|a person)( who| that)?( of| to)? (uses?|visits?|submits?|(this|our|the) (web)?site){EnglishGap}(agrees?|consents?|gives? .{{0,20}}(consent|permission)){Unconditional}", Options)]
    private static partial Regex EnglishWhoDoes();

    /// <summary>You agree by doing it.</summary>
    [GeneratedRegex($@"(?<!\b(of|als|indien|wanneer|niet|nooit)\b[^,]{{0,30}})\b{U} (ga(at)?\b{Dutch}{{0,60}}\bakkoord|(geeft?|verleent?)\b{Dutch}{{0,60}}\btoestemming|stemt?\b{Dutch}{{0,60}}\bin)\b{Dutch}{{0,80}}?\b(?<!\b(niet|niet alleen|nooit) )((door|middels)\b|(met|bij|via) ((het|een) )?(?={DutchAct})|(als|wanneer|zodra) {U}\b){Lead}{{0,100}}?\b{DutchAct}\b", Options)]
    private static partial Regex DutchAgreesByDoing();

    [GeneratedRegex($@"(?<!\b(if|whether|when|once|unless|until|before|after|do|not|never|cannot)\b[^,]{{0,20}})\byou {EnglishAgreement}\b{English}{{0,80}}?\b(?<!\b(not|never|only|merely) )((by|in|on|upon|when|through|with|via) ((simply|merely|further|your|the|just) )*{EnglishAct}|(if|when|whenever|once) you {EnglishDo})\b", Options)]
    private static partial Regex EnglishAgreesByDoing();

    /// <summary>You, by doing it, agree.</summary>
    [GeneratedRegex($@"(?<!\b(niet|geen|nooit|of|als)\b[^,]{{0,40}})\b{U},? (door|met) {Lead}{{0,80}}?\b{DutchAct}\b{Dutch}{{0,80}}?\b(akkoord (gaat|bent)|instemt|toestemming (geeft|verleent))\b|\b{U} (ga(at)?|geeft?|verleent?|stemt?) {Dutch}{{0,20}}(door|met) {Lead}{{0,80}}?\b{DutchAct}\b{Dutch}{{0,80}}?\b(akkoord|toestemming|in (met|dat))\b|\byou,? by {EnglishAct}\b{English}{{0,80}}?\b(agree|consent)\b", Options)]
    private static partial Regex AgreesSo();

    /// <summary>Doing it is consent; consent is given by doing it.</summary>
    [GeneratedRegex($@"\b{DutchAct}\b{Dutch}{{0,60}}\b(betekent|impliceert|houdt\b{Dutch}{{0,15}} in|(geldt|gezien|beschouwd|opgevat|aangemerkt)\b{Dutch}{{0,10}} als|(beschouwen|zien) (wij|we)\b{Dutch}{{0,20}}als|is (uw |je )?(?=toestemming))\b{Dutch}{{0,60}}\b(akkoord|toestemming|instemming|instemt)\b|\btoestemming (wordt|is)\b{Dutch}{{0,20}}\b(gegeven|verleend|verkregen|aangenomen|verondersteld) (door|met|bij|als|wanneer)\b.{{0,40}}\b{DutchAct}\b", Options)]
    private static partial Regex DutchDoingMeans();

    [GeneratedRegex(
        $@"\b(use(?! of (cookies|your|personal))|using|submitting|submission|sending|visiting|browsing|ordering|continuing|registration|closing|completing)\b{EnglishGap}(constitutes?|implies|means|signif(y|ies)|counts as|amounts to|equals|indicates|confirms|((is|are|will be|shall be) )?(deemed|considered|regarded|treated|taken|seen|understood) (as|to)|is (your |a )?(?=consent))\b{English}{{0,60}}\b(consent|agree|(?<!processing |licen[cs]e )agreement|acceptance)\b|"
        + $@"\bconsent (is|will be|shall be) ((deemed|considered|taken|therefore|to be|to have been) )*(given|granted|implied|assumed|presumed|inferred|obtained) (by|through|from|when|if)\b.{{0,20}}\b({EnglishAct}|you {EnglishDo})\b",
        Options)]
    private static partial Regex EnglishDoingMeans();

    [GeneratedRegex(@"\b(aan te (vinken|kruisen)|aan(ge)?(vink|kruis)\w*|vink\w*|kruist|kruisje\w*|kruis (dit|het|hier|aan|u|je)|vakje\w*|schuifje\w*|schakelaar\w*|tick(s|ed|ing|box\w*)?|(check)?box(es)?|toggle\w*|slider\w*)\b", Options)]
    private static partial Regex Box();

    [GeneratedRegex(@"\b(klik\w*|druk\w*|click\w*|press\w*)\b", Options)]
    private static partial Regex Button();

    /// <summary>To send something, or to go on: pressed for its own sake.</summary>
    [GeneratedRegex(@"\b(verzend\w*|verst(u|uu)r\w*|bestel\w*|submit\w*|send\w*|order\w*|(click\w*|press\w*)( on)?( the)? ?\W?(continue|next)|(verder|door)( te)? ?klik\w*|wegklik\w*|weg te klikken|click\w* (through|away|any\w*|elsewhere|on any\w*))\b", Options)]
    private static partial Regex OtherButton();

    [GeneratedRegex(@"voorwaarden\b|\bterms\b|\bakkoord met .{0,30}(prijs|betaling|offerte|huisregels|overeenkomst)|\b(agree|accept) .{0,30}\b(price|pay|payment|quotation|house rules|contract)\b", Options)]
    private static partial Regex Terms();

    [GeneratedRegex(@"gegevens|privacy|cookie|verwerk|nieuwsbrief|reclame|marketing|newsletter|\bdata\b|\bpersonal\b|process", Options)]
    private static partial Regex PersonalData();

    [GeneratedRegex(@"[.;!?]\s+|\n")]
    private static partial Regex EndOfSentence();
}

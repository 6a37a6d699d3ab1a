namespace Consent.CookieBanner;

/// <summary>What a page says around a banner that is shown again, to who looks into it.</summary>
internal sealed record ShownWords(
    string Language, string Title, string Declaration, string OneOf, string SameBuild, string OtherBuild, string NoBuild, string Still, string First, string AskedAgain, string Reopened, string ReopenedUnknown,
    string BoxesEmpty, string BoxesHeld, string BoxesUnknown, string NotALayer, string Pressed, string Gpc)
{
    public static ShownWords Dutch { get; } = new(
        "nl", "De banner zoals die werd getoond",
        "Versie {version} van de verklaring ({hash}), in de taal {language}.",
        "Versie {version} van de verklaring ({hash}). Het ontvangstbewijs noemt geen taal waarin zij een tekst heeft, dus is niet bekend welke daarvan getoond werd: {languages}. Hier staat de tekst in {language}.",
        "Het ontvangstbewijs noemt bannerversie {build}. Dat is de versie die hier is geïnstalleerd.",
        "Let op: het ontvangstbewijs noemt bannerversie {build}, en hier is {own} geïnstalleerd. De teksten van de verklaring zijn die van toen; de vaste woorden en de vormgeving van "
        + "de banner kunnen toen anders zijn geweest.",
        "Let op: het ontvangstbewijs noemt geen bannerversie; dit is hoe versie {own}, die hier is geïnstalleerd, deze verklaring toont. De vaste woorden en de vormgeving kunnen toen anders zijn geweest.",
        "Dit is een reconstructie; de knoppen doen niets.",
        "Geen ontvangstbewijs vertelt van een eerdere keuze, en van wie alles had geweigerd bestaat er geen dat naar hem leidt. Wie zo op een eerdere versie had gekozen, las in plaats van de eerste zin: "
        + "{again} En wie daarna zelf het venster opende, zag als kop ‘{reopen}’ en bij elk doel dat het niet mocht.",
        "De persoon had eerder gekozen, en dit werd opnieuw gevraagd, omdat er iets was veranderd of de eerdere keuze was verlopen.",
        "De persoon heeft dit venster zelf geopend. Bij elk doel staat hoe het ervoor stond, volgens de ontvangstbewijzen.",
        "De persoon had al gekozen. Bij elk doel stond hoe het ervoor stond; dat is hier niet bekend, en daarom staat het er niet bij.",
        "De vakjes stonden leeg: de ontvangstbewijzen vertellen van niets dat eerder was toegestaan.",
        "De vakjes staan zoals ze volgens het vorige ontvangstbewijs stonden; wat de persoon daarna aanvinkte, staat in zijn besluit.",
        "De vakjes staan leeg; hoe ze stonden toen de persoon ze zag, is niet bekend.",
        "De keuze werd niet in een laag van de banner gemaakt, of het ontvangstbewijs noemt haar niet. Dit zijn de teksten van de verklaring.",
        "Gebruikte knop: {element}", "De browser vroeg met Global Privacy Control om niet te delen: naar doelen die reclame zijn, werd in de eerste laag niet gevraagd.");

    public static ShownWords English { get; } = new(
        "en", "The banner as it was shown",
        "Version {version} of the declaration ({hash}), in the language {language}.",
        "Version {version} of the declaration ({hash}). The receipt names no language in which it has a text, so which of these was shown is not known: {languages}. Here is the text in {language}.",
        "The receipt names build {build} of the banner. That is the build that is installed here.",
        "Note: the receipt names build {build} of the banner, and {own} is installed here. The texts of the declaration are those of then; the banner's own words and its looks may have been "
        + "others then.",
        "Note: the receipt names no build of the banner; this is how build {own}, which is installed here, shows this declaration. The banner's own words and its looks may have been others then.",
        "This was made again, and does nothing.",
        "No receipt tells of an earlier choice, and of who had refused everything there is none that leads to him. Who had so chosen on an earlier version read in the place of the first sentence: "
        + "{again} And who opened the panel himself afterwards saw it headed ‘{reopen}’, each purpose with a word that it was not allowed.",
        "The person had chosen before, and this was asked again, because something had changed or the earlier choice had run out.",
        "The person opened this panel himself. Each purpose says how it stood, by the receipts before.",
        "The person had chosen before. Each purpose said how it stood; that is not known here, and therefore left out.",
        "The boxes were empty: the receipts tell of nothing that had been allowed before.",
        "The boxes stand as they did by the receipt before; what the person ticked then stands in his decision.",
        "The boxes are empty here; how they stood when the person saw them is not known.",
        "The choice was not made in a layer of the banner, or the receipt does not name it. These are the texts of the declaration.",
        "Button used: {element}", "The browser asked by Global Privacy Control not to share: purposes that are advertising were not asked for in the first layer.");
}

namespace Consent.CookieBanner;

/// <summary>What a page says around a banner that is shown again, to who looks into it.</summary>
internal sealed record ShownWords(
    string Language, string Title, string Declaration, string SameBuild, string OtherBuild, string NoBuild, string Still, string Again, string NotALayer, string Pressed, string Gpc)
{
    public static ShownWords Dutch { get; } = new(
        "nl", "De banner zoals hij getoond werd",
        "Versie {version} van de verklaring ({hash}), in de taal {language}.",
        "Het ontvangstbewijs noemt bouw {build} van de banner. Dat is de bouw die hier is geïnstalleerd.",
        "Let op: het ontvangstbewijs noemt bouw {build} van de banner, en hier is {own} geïnstalleerd. De teksten van de verklaring zijn die van toen; de vaste woorden en de vormgeving van "
        + "de banner kunnen toen anders zijn geweest.",
        "Let op: het ontvangstbewijs noemt geen bouw van de banner; dit is hoe bouw {own}, die hier is geïnstalleerd, deze verklaring toont. De vaste woorden en de vormgeving kunnen toen anders zijn geweest.",
        "Dit is opnieuw opgebouwd en doet niets. Vakjes staan leeg: hoe zij stonden toen de persoon ze zag, staat in geen ontvangstbewijs.",
        "Wie op een eerdere versie had gekozen, zag alleen wat veranderd was, en las in plaats van de eerste zin: {again}",
        "De keuze werd niet in een laag van de banner gemaakt, of het ontvangstbewijs noemt haar niet. Dit zijn de teksten van de verklaring.",
        "Gebruikte knop: {element}", "De browser vroeg met Global Privacy Control om niet te delen: naar doelen die reclame zijn, werd in de eerste laag niet gevraagd.");

    public static ShownWords English { get; } = new(
        "en", "The banner as it was shown",
        "Version {version} of the declaration ({hash}), in the language {language}.",
        "The receipt names build {build} of the banner. That is the build that is installed here.",
        "Note: the receipt names build {build} of the banner, and {own} is installed here. The texts of the declaration are those of then; the banner's own words and its looks may have been "
        + "others then.",
        "Note: the receipt names no build of the banner; this is how build {own}, which is installed here, shows this declaration. The banner's own words and its looks may have been others then.",
        "This was made again, and does nothing. Boxes are empty: how they stood when the person saw them stands in no receipt.",
        "Who had chosen on an earlier version saw only what had changed, and read in the place of the first sentence: {again}",
        "The choice was not made in a layer of the banner, or the receipt does not name it. These are the texts of the declaration.",
        "Button used: {element}", "The browser asked by Global Privacy Control not to share: purposes that are advertising were not asked for in the first layer.");
}

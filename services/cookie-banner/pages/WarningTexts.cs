using Consent.Contracts;

namespace Consent.CookieBanner.Pages;

/// <summary>What each warning says, and where it is ruled. The ids are told in the README; none is ever given another meaning.</summary>
internal static class WarningTexts
{
    private static readonly Dictionary<string, (string Article, string Dutch, string English)> All = new(StringComparer.Ordinal)
    {
        ["anonymous-ip-address"] = ("GDPR art. 4(1), recital 30",
            "De tekst noemt een IP-adres anoniem. Een IP-adres is een persoonsgegeven, ook met een deel weggelaten; schrijf wat er met het adres gebeurt.",
            "The text calls an IP address anonymous. An IP address is personal data, also with a part left out; write what happens to the address."),
        ["full-ip-address"] = ("Tw art. 11.7a(3)(b)",
            "De tekst zegt dat IP-adressen niet worden geanonimiseerd. Dan geldt de uitzondering voor statistiek met geringe gevolgen niet; laat dit op toestemming rusten.",
            "The text says that IP addresses are not anonymised. The exception for statistics of little consequence then does not apply; let this rest on consent."),
        ["browser-settings-as-opt-out"] = ("Tw art. 11.7a(1); GDPR art. 7(3), 21",
            "De tekst verwijst voor weigeren alleen naar de browser. Vraag toestemming, of bied op de website zelf een weigering aan die even makkelijk is.",
            "The text refers to the browser as the only way to refuse. Ask consent, or offer on the website itself a refusal that is as easy."),
        ["identity-document-copy"] = ("GDPR art. 12(2), 12(6), 5(1)(c)",
            "De tekst vraagt om een kopie van een identiteitsbewijs. Dat mag alleen bij redelijke twijfel; bevestig eerst via een kanaal dat u al kent.",
            "The text asks for a copy of an identity document. That is allowed only where there is reasonable doubt; first confirm through a channel that you already know."),
        ["redacted-identity-document"] = ("GDPR art. 12(2), 12(6), 5(1)(c)",
            "U vraagt standaard een afgeschermde kopie van een identiteitsbewijs. Houd die voor als niets anders kan; kies een controle via een account, e-mailadres of telefoonnummer dat u al kent.",
            "You ask for a redacted copy of an identity document as a rule. Keep it as a last resort; choose a check through an account, e-mail address or telephone number that you already know."),
        ["change-without-notice"] = ("GDPR art. 12(1), 13(3)",
            "De tekst kondigt aan dat u zonder bericht wijzigt. Wat mensen raakt, moet u hun vertellen voordat het gaat gelden.",
            "The text says that you make changes without notice. What affects people must be told to them before it applies."),
        ["silent-change"] = ("GDPR art. 12(1), 13(3)",
            "De tekst of de doelen zijn veranderd zonder aankondiging: de ingangsdatum bleef dezelfde, of ligt niet na de dag van publicatie. Geef de nieuwe versie een eigen datum in de toekomst, zodat zij op de pagina wordt aangekondigd.",
            "The texts or purposes changed without being announced: the date of entry into force stayed the same, or is not after the day of publication. Give the new version a date of its own in the future, so that the page announces it."),
        ["transfer-without-safeguard"] = ("GDPR art. 44 to 46",
            "Deze ontvanger zit buiten de EER, in een land zonder adequaatheidsbesluit, en er staat geen waarborg bij: {0}.",
            "This recipient is outside the EEA, in a country without an adequacy decision, and no safeguard is named: {0}."),
        ["adequacy-unknown"] = ("GDPR art. 45",
            "Voor het land van deze ontvanger is geen adequaatheidsbesluit bekend; noem een andere waarborg: {0}.",
            "No adequacy decision is known for the country of this recipient; name another safeguard: {0}."),
        ["adequacy-in-part"] = ("GDPR art. 45",
            "Het adequaatheidsbesluit voor dit land geldt niet voor iedereen (Verenigde Staten: deelnemers aan het Data Privacy Framework; Canada: bedrijven). Ga na of het deze ontvanger dekt: {0}.",
            "The adequacy decision for this country does not cover everyone (United States: participants of the Data Privacy Framework; Canada: commercial organisations). Check that it covers this recipient: {0}."),
        ["vendor-without-purpose"] = ("GDPR art. 13(1)(c), 13(1)(e)",
            "Geen doel noemt deze ontvanger, zodat niemand leest waarvoor hij gegevens krijgt, en de netwerkbewaker (guard) zijn verzoeken voor altijd tegenhoudt. Noem hem bij een doel, of haal hem weg: {0}.",
            "No purpose names this recipient, so that nobody is told what it gets data for, and the network guard holds its requests for ever. Name it under a purpose, or take it out: {0}."),
        ["consent-longer-than-a-year"] = ("GDPR art. 7(1), 5(1)(e); EDPB Guidelines 05/2020",
            "Een keuze geldt langer dan twaalf maanden. Vraag het vaker opnieuw; zes maanden is gebruikelijk.",
            "A choice holds for longer than twelve months. Ask again more often; six months is usual."),
        ["statistics-cookie-too-long"] = ("GDPR art. 5(1)(e); CNIL 2020-092",
            "Dit statistiekcookie blijft langer dan dertien maanden staan: {0}.",
            "This statistics cookie stays for longer than thirteen months: {0}."),
        ["storage-without-end"] = ("GDPR art. 5(1)(e), 13(2)(a)",
            "Lokale opslag verdwijnt niet vanzelf en heeft hier geen termijn. Geef haar een levensduur en wis haar daarna: {0}.",
            "Local storage does not disappear by itself and has no term here. Give it a lifetime and clear it afterwards: {0}."),
        ["advertising-cookie-on-legitimate-interest"] = ("Tw art. 11.7a(1)",
            "Voor reclamecookies is toestemming nodig; een gerechtvaardigd belang volstaat niet: {0}.",
            "Advertising cookies need consent; a legitimate interest does not suffice: {0}."),
        ["marketing-on-legitimate-interest"] = ("Tw art. 11.7(3)",
            "Berichten zonder toestemming mogen alleen naar eigen klanten, over soortgelijke producten, als zij al bij de koop konden weigeren: {0}.",
            "Messages without consent may go to your own customers only, about similar products, if they could refuse at the time of the sale: {0}."),
        ["right-not-offered"] = ("GDPR art. 13(2)(b), (c), (d)",
            "De lijst van verzoeken mist rechten die de wet toch geeft; de verklaring noemt ze wel: {0}.",
            "The list of requests lacks rights that the law gives in any case; the statement names them all the same: {0}."),
        ["unclear-button-text"] = ("GDPR art. 4(11), 7(2); EDPB Guidelines 05/2020",
            "Deze knop zegt niet in gewone woorden wat er gebeurt. Schrijf het zoals ‘Alles accepteren’, ‘Alles weigeren’ en ‘Instellingen’, zonder aanprijzing en zonder ‘doorgaan’: {0}.",
            "This button does not say in plain words what happens. Write it as in ‘Accept all’, ‘Reject all’ and ‘Settings’, without praise and without ‘continue’: {0}."),
        ["longer-refusal"] = ("GDPR art. 4(11), 7(2); CNIL 2020-092",
            "De knop om te weigeren heeft veel meer tekst dan die om te accepteren. Weigeren moet even makkelijk te vinden en te begrijpen zijn: {0}.",
            "The button that refuses has far more text than the one that accepts. Refusing must be as easy to find and to understand: {0}."),
    };

    public static IReadOnlyCollection<string> Ids => All.Keys;

    /// <param name="what">Stands in the sentence, of those that name a thing.</param>
    public static DeclarationWarning Of(string id, string at, string what = "")
    {
        var (article, dutch, english) = All[id];
        return new DeclarationWarning(id, article, at, new Texts { ["nl"] = Filled(dutch), ["en"] = Filled(english) });

        string Filled(string text) => text.Replace("{0}", what, StringComparison.Ordinal);
    }
}

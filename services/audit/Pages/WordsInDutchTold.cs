using Consent.Audit.Timelines;
using Consent.Contracts;

namespace Consent.Audit.Pages;

/// <summary>What the pages call things that are told apart by an id, and what they say when something is refused.</summary>
internal static class WordsInDutchTold
{
    public static Words With(Words words) => words with
    {
        Decisions = new Dictionary<Decision, string>
        {
            [Decision.Given] = "gegeven",
            [Decision.Refused] = "geweigerd",
            [Decision.Withdrawn] = "ingetrokken",
            [Decision.Objected] = "bezwaar",
            [Decision.Unproven] = "overgenomen zonder bewijs",
        },
        Statuses = new Dictionary<PurposeStatus, string>
        {
            [PurposeStatus.NeverAsked] = "nooit gevraagd",
            [PurposeStatus.Given] = "gegeven",
            [PurposeStatus.Refused] = "geweigerd",
            [PurposeStatus.Withdrawn] = "ingetrokken",
            [PurposeStatus.Expired] = "verlopen",
            [PurposeStatus.AskAgain] = "opnieuw te vragen",
            [PurposeStatus.NotNeeded] = "niet nodig",
            [PurposeStatus.Objected] = "bezwaar",
        },
        Bases = new Dictionary<LegalBasis, string>
        {
            [LegalBasis.Consent] = "toestemming",
            [LegalBasis.Contract] = "overeenkomst",
            [LegalBasis.LegalObligation] = "wettelijke plicht",
            [LegalBasis.LegitimateInterest] = "gerechtvaardigd belang",
            [LegalBasis.VitalInterest] = "vitaal belang",
            [LegalBasis.PublicTask] = "publieke taak",
        },
        Happenings = new Dictionary<TimelineWhat, string>
        {
            [TimelineWhat.Receipt] = "ontvangstbewijs",
            [TimelineWhat.OptOut] = "afmelding",
            [TimelineWhat.OptIn] = "aanmelding",
            [TimelineWhat.OptOutTakenBack] = "afmelding teruggenomen",
            [TimelineWhat.Erased] = "gewist",
        },
        Verdicts = new Dictionary<InForceVerdict, string>
        {
            [InForceVerdict.Yes] = "Ja",
            [InForceVerdict.No] = "Nee",
            [InForceVerdict.NotNeeded] = "Niet nodig",
            [InForceVerdict.Unknown] = "Niet te zeggen",
        },
        Steps = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["opted-out"] = "De persoon meldde zich af; vanaf dat moment werd er niets meer gestuurd.",
            ["opted-in"] = "De persoon meldde zich aan.",
            ["undid"] = "De persoon nam een afmelding terug, op dezelfde pagina.",
            ["asked-to-confirm"] = "Er werd gevraagd de aanmelding per mail te bevestigen.",
            ["confirmed"] = "De eigenaar van het adres bevestigde de aanmelding via de link in die mail.",
            ["cause-published"] = "{by} vertelde het de andere diensten.",
            ["cause-applied"] = "{by} had het toegepast, naar eigen zeggen.",
            ["decided"] = "De persoon besliste op versie {shown} van de verklaring, naar zeggen van wie het instuurde.",
            ["recorded"] = "De toestemmingsdienst legde het ontvangstbewijs vast, versie {version} van deze persoon op de site.",
            ["published"] = "De toestemmingsdienst vertelde het de andere diensten.",
            ["applied"] = "{by} had het toegepast, naar eigen zeggen.",
        },
        Lists = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["declaration"] = "Algemeen",
            ["dataCategories"] = "Soorten gegevens",
            ["purposes"] = "Doelen",
            ["vendors"] = "Ontvangers",
            ["cookies"] = "Cookies",
            ["topics"] = "Onderwerpen",
            ["disclosures"] = "Verstrekkingen",
            ["measures"] = "Maatregelen",
            ["automatedDecisions"] = "Geautomatiseerde besluiten",
            ["mailStreams"] = "Mailstromen",
        },
        Looks = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["trace"] = "bekeek een ontvangstbewijs",
            ["timeline"] = "bekeek een tijdlijn",
            ["was-in-force"] = "vroeg of er toestemming was",
            ["proof"] = "haalde een bewijs op",
            ["evidence"] = "haalde een bewijspakket op",
            ["banner"] = "bekeek een banner",
            ["refused"] = "kreeg niets te zien van wie beperkt is",
            ["export"] = "haalde een lijst op",
            ["sign-in"] = "logde in",
            ["sign-out"] = "logde uit",
        },
        Problems = new Dictionary<string, (string Title, string Text)>(StringComparer.Ordinal)
        {
            ["unknown-receipt"] = ("Dit ontvangstbewijs is er niet", "Controleer het nummer. Een ontvangstbewijs dat net is vastgelegd, staat hier binnen enkele seconden."),
            ["unknown-site"] = ("Deze site is er niet", "Controleer de naam van de site; op de zoekpagina staan de sites die voor u openstaan."),
            ["unknown-declaration"] = ("Deze versie is er niet", "Kies een versie uit de lijst van verklaringen van de site."),
            ["unknown-person"] = ("Deze persoon is er niet", "Controleer het pseudoniem of het adres."),
            ["site-needed"] = ("Er is geen site genoemd", "Kies de site waar het om gaat."),
            ["person-needed"] = ("Noem één persoon", "Vul het pseudoniem in, of het adres, en niet allebei."),
            ["subject-id"] = ("Dit is geen pseudoniem", "Een pseudoniem is een bezoekersnummer van 32 hexadecimale tekens of het pseudoniem van een adres. Een adres hoort in het andere veld."),
            ["marketing-unset"] = ("Een adres kan hier niet worden opgezocht", "Zoek op pseudoniem, of vraag de beheerder om Audit:Marketing in te stellen."),
            ["marketing-away"] = ("Het adres kan nu niet worden opgezocht", "Probeer het over enkele seconden opnieuw, of zoek op pseudoniem."),
            ["invalid-address"] = ("Dit is geen adres", "Vul één adres in van de vorm naam@domein, of één telefoonnummer zoals +31612345678."),
            ["reason-required"] = ("Er is een reden nodig", "Zeg in 10 tot 500 tekens waarom u deze persoon opzoekt. De reden komt in het logboek; noem er niemand in."),
            ["person-restricted"] = ("Deze gegevens zijn beperkt", "Laat een functionaris voor de bescherming van persoonsgegevens het vragen, met een reden."),
            ["token-over"] = ("Uw aanmelding is verlopen", "Log uit en opnieuw in; er is niets opgezocht."),
            ["bad-range"] = ("Deze zoekvraag klopt niet", "Geef dagen als 2026-06-03, de eerste voor de laatste; bij een campagne hoort een site."),
            ["bad-days"] = ("Deze dagen kloppen niet", "Geef dagen als 2026-06-03, de eerste voor de laatste, en ten hoogste 92 dagen."),
            ["unknown-purpose"] = ("De site heeft dit doel of onderwerp nooit gehad", "Gebruik een naam uit de verklaring van de site."),
            ["purpose-needed"] = ("Er is geen doel genoemd", "Vul een doel of onderwerp van de site in."),
            ["moment-needed"] = ("Er is geen moment genoemd dat voorbij is", "Vul dag en tijd in UTC in; wat nog komt, weet niemand."),
            ["no-banner"] = ("Er is geen banner getoond", "Dit besluit is niet op een banner genomen; wat de persoon te zien kreeg, staat bij het ontvangstbewijs."),
            ["evidence-pending"] = ("Het bewijs is nog niet klaar", "Het ontvangstbewijs staat nog niet onder een controlepunt. Probeer het over enkele seconden opnieuw."),
            ["evidence-unsigned"] = ("Het pakket kan nu niet worden getekend", "De beheerder moet de sleutels van het logboek terugzetten. Probeer het later opnieuw."),
            ["role"] = ("Deze pagina is niet voor uw rol", "Wie het systeem beheert, ziet geen personen. Log in als auditor of functionaris."),
            ["form-expired"] = ("Het formulier is verlopen", "Ga terug naar de pagina, ververs die, en verstuur het formulier opnieuw."),
            ["not-found"] = ("Deze pagina is er niet", "Controleer het adres, of begin bij de zoekpagina."),
            ["unavailable"] = ("Dit kan nu niet worden getoond", "Probeer het over enkele seconden opnieuw; er is niets verloren."),
            ["refused"] = ("Dit verzoek kan niet worden beantwoord", "Begin opnieuw bij de zoekpagina."),
        },
    };
}

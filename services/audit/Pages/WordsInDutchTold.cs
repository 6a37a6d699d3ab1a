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
            [LegalBasis.LegalObligation] = "wettelijke verplichting",
            [LegalBasis.LegitimateInterest] = "gerechtvaardigd belang",
            [LegalBasis.VitalInterest] = "vitaal belang",
            [LegalBasis.PublicTask] = "taak van algemeen belang",
        },
        Happenings = new Dictionary<TimelineWhat, string>
        {
            [TimelineWhat.Receipt] = "ontvangstbewijs",
            [TimelineWhat.OptOut] = "afmelding",
            [TimelineWhat.OptIn] = "aanmelding",
            [TimelineWhat.OptOutTakenBack] = "afmelding ongedaan gemaakt",
            [TimelineWhat.Erased] = "gewist",
        },
        Verdicts = new Dictionary<InForceVerdict, string>
        {
            [InForceVerdict.Yes] = "Ja",
            [InForceVerdict.No] = "Nee",
            [InForceVerdict.NotNeeded] = "Niet nodig",
            [InForceVerdict.Unknown] = "Niet te zeggen",
        },
        Actions = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["accept-all"] = "alles toegestaan",
            ["refuse-all"] = "alles geweigerd",
            ["save"] = "keuze opgeslagen",
            ["withdraw"] = "toestemming ingetrokken",
            ["undo"] = "afmelding ongedaan gemaakt",
            ["import"] = "overgenomen uit een ander systeem",
            ["subscribe"] = "aangemeld",
            ["confirmed-subscribe"] = "aangemeld en bevestigd",
            ["soft-opt-in"] = "klant die geen bezwaar maakte",
            ["one-click-unsubscribe"] = "afgemeld met één klik",
            ["unsubscribe-page"] = "afgemeld op de afmeldpagina",
            ["revoked-link"] = "afgemeld met een vervallen link",
            ["complaint"] = "als ongewenst gemeld",
            ["feedback-report"] = "als ongewenst gemeld via de mailprovider",
            ["preferences"] = "voorkeuren aangepast",
            ["preferences-left-unticked"] = "niet aangevinkt bij de voorkeuren",
            ["objection"] = "bezwaar gemaakt",
        },
        Sources = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["banner"] = "cookiebanner",
            ["marketing-unsubscribe"] = "afmelden en voorkeuren",
            ["back-office"] = "medewerker",
            ["form"] = "formulier",
            ["footer"] = "voettekst van een pagina",
            ["checkout"] = "bestelpagina",
            ["account"] = "account",
            ["pop-up"] = "pop-up",
            ["landing-page"] = "landingspagina",
            ["import"] = "import",
        },
        Drops = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["newer-no"] = "er was al een nieuwere weigering",
            ["newer-decision"] = "er was al een nieuwer besluit",
            ["future-version"] = "op een versie die er nog niet was",
            ["unknown-purpose"] = "onbekend doel of onderwerp",
            ["unknown-declaration"] = "onbekende verklaring",
            ["no-consent-needed"] = "er is geen toestemming nodig",
            ["foreign-origin"] = "van een andere site gestuurd",
            ["malformed-label"] = "onleesbare gegevens over de banner",
            ["retired-site"] = "de site is buiten gebruik",
            ["superseded-declaration"] = "de verklaring was al vervangen",
            ["parental-authorisation"] = "toestemming van een ouder ontbreekt",
        },
        Grounds = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["legal-obligation"] = "wettelijke verplichting",
            ["legal-claims"] = "rechtsvordering",
            ["accuracy-contested"] = "de juistheid wordt betwist",
            ["unlawful-processing"] = "onrechtmatige verwerking",
            ["needed-for-claims"] = "nodig voor een rechtsvordering van de persoon",
            ["objection-pending"] = "er is bezwaar gemaakt waarover nog niet is beslist",
        },
        Steps = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["opted-out"] = "De persoon meldde zich af; vanaf dat moment mocht er niets meer worden gestuurd.",
            ["opted-in"] = "De persoon meldde zich aan.",
            ["undid"] = "De persoon maakte een afmelding ongedaan, op dezelfde pagina.",
            ["asked-to-confirm"] = "Er is gevraagd de aanmelding per mail te bevestigen.",
            ["confirmed"] = "De eigenaar van het adres bevestigde de aanmelding via de link in die mail.",
            ["cause-published"] = "{by} gaf het door aan de andere diensten.",
            ["cause-applied"] = "{by} heeft het naar eigen zeggen toegepast.",
            ["decided"] = "De persoon besliste op basis van versie {shown} van de verklaring, volgens wie het besluit doorgaf.",
            ["recorded"] = "De toestemmingsdienst legde het ontvangstbewijs vast, versie {version} van deze persoon op de site.",
            ["published"] = "De toestemmingsdienst gaf het door aan de andere diensten.",
            ["applied"] = "{by} heeft het naar eigen zeggen toegepast.",
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
            ["refused"] = "kreeg de gegevens niet te zien, omdat de verwerking is beperkt",
            ["export"] = "haalde een lijst op",
            ["hold-placed"] = "liet bewijs bewaren",
            ["restriction-placed"] = "beperkte de verwerking",
            ["address"] = "zocht een adres op bij marketing",
            ["opt-in-proof"] = "haalde het bewijs van een aanmelding op bij marketing",
            ["sign-in"] = "logde in",
            ["sign-out"] = "logde uit",
        },
        NoBanners = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["imported"] = "Het besluit is uit een ander systeem overgenomen; wat de persoon daar voor zich had, is hier niet bekend.",
            ["marketing"] = "Het besluit is bij marketing genomen: op een pagina, via een link in een mail of door een systeem van de organisatie.",
            ["placeholder"] = "De keuze is gemaakt op de plaats van inhoud die werd tegengehouden.",
            ["own-interface"] = "De keuze is gemaakt in een venster van de site of de app zelf.",
            ["no-interface"] = "Het besluit is zonder venster ingezonden, zoals een signaal van de browser of een systeem van de organisatie dat doet.",
            ["no-declaration"] = "Het ontvangstbewijs noemt geen verklaring.",
        },
        Problems = new Dictionary<string, (string Title, string Text)>(StringComparer.Ordinal)
        {
            ["unknown-receipt"] = ("Dit ontvangstbewijs bestaat niet", "Controleer het nummer. Een ontvangstbewijs dat net is vastgelegd, staat hier binnen enkele seconden."),
            ["unknown-site"] = ("Deze site bestaat niet", "Controleer de naam van de site; op de zoekpagina staan de sites waartoe u toegang hebt."),
            ["unknown-declaration"] = ("Deze versie bestaat niet", "Kies een versie uit de lijst met verklaringen van de site."),
            ["unknown-person"] = ("Deze persoon is niet bekend", "Controleer het pseudoniem of het adres."),
            ["site-needed"] = ("Er is geen site gekozen", "Kies de site waar het om gaat."),
            ["person-needed"] = ("Noem één persoon", "Vul het pseudoniem of het adres in, niet allebei."),
            ["subject-id"] = ("Dit is geen pseudoniem", "Een pseudoniem is een bezoekersnummer van 32 hexadecimale tekens of het pseudoniem van een adres. Een adres hoort in het andere veld."),
            ["marketing-unset"] = ("Een adres kan hier niet worden opgezocht", "Zoek op pseudoniem, of vraag de beheerder om Audit:Marketing in te stellen."),
            ["marketing-away"] = ("Het adres kan nu niet worden opgezocht", "Probeer het over enkele seconden opnieuw, of zoek op pseudoniem."),
            ["invalid-address"] = ("Dit is geen adres", "Vul één adres in van de vorm naam@domein, of één telefoonnummer zoals +31612345678."),
            ["reason-required"] = ("Er is een reden nodig", "Geef in 10 tot 500 tekens aan waarom u deze persoon opzoekt. De reden komt in het logboek; noem er niemand in."),
            ["person-restricted"] = ("De verwerking van deze gegevens is beperkt", "Laat een privacyfunctionaris ze opvragen, met een reden."),
            ["token-over"] = ("Uw aanmelding is verlopen", "Log uit en opnieuw in; er is niets opgezocht."),
            ["bad-range"] = ("Deze zoekvraag klopt niet", "Schrijf dagen als 2026-06-03, de eerste vóór de laatste; bij een campagne hoort een site."),
            ["bad-days"] = ("Deze dagen kloppen niet", "Schrijf dagen als 2026-06-03, de eerste vóór de laatste, en kies er hoogstens 92."),
            ["unknown-purpose"] = ("De site heeft dit doel of onderwerp nooit gehad", "Gebruik een naam uit de verklaring van de site."),
            ["purpose-needed"] = ("Er is geen doel ingevuld", "Vul een doel of onderwerp van de site in."),
            ["moment-needed"] = ("Er is geen moment in het verleden ingevuld", "Vul dag en tijd in UTC in; wat in de toekomst geldt, weet niemand."),
            ["no-banner"] = ("Er is geen banner getoond", "Dit besluit is niet op een banner genomen; wat de persoon te zien kreeg, staat bij het ontvangstbewijs."),
            ["evidence-pending"] = ("Het bewijs is nog niet klaar", "Het ontvangstbewijs staat nog niet onder een controlepunt. Probeer het over enkele seconden opnieuw."),
            ["evidence-unsigned"] = ("Het pakket kan nu niet worden ondertekend", "De beheerder moet de sleutels van het logboek terugzetten. Probeer het later opnieuw."),
            ["role"] = ("Deze pagina is niet voor uw rol", "Wie het systeem beheert, ziet geen personen. Log in als auditor of privacyfunctionaris."),
            ["form-expired"] = ("Het formulier is verlopen", "Ga terug naar de pagina, ververs die en verstuur het formulier opnieuw."),
            ["not-found"] = ("Deze pagina bestaat niet", "Controleer het adres, of begin bij de zoekpagina."),
            ["unavailable"] = ("Dit kan nu niet worden getoond", "Probeer het over enkele seconden opnieuw; er is niets verloren."),
            ["refused"] = ("Dit verzoek kan niet worden beantwoord", "Begin opnieuw bij de zoekpagina."),
        },
    };
}

namespace Consent.Cli.Scan;

/// <summary>Every sentence of the report, in Dutch and in English.</summary>
internal sealed record ReportTexts
{
    private static readonly ReportTexts Dutch = new()
    {
        Language = "nl",
        Heading = "Cookies op {0}",
        Lead = "Op {0} bezocht een browser zonder geschiedenis deze website {1}. Wat hij bewaarde en opvroeg, is vergeleken met de verklaring van {2}.",
        Visits = ["één keer, zonder te kiezen", "drie keer: zonder te kiezen, na weigeren en na toestaan"],
        Clean = "Niets week af van de verklaring.",
        OneFinding = "Eén ding wijkt af van de verklaring.",
        ManyFindings = "{0} dingen wijken af van de verklaring.",
        Titles = ["Niet verklaard", "Verklaard, maar zonder doel", "Te vroeg", "Te lang bewaard", "Verklaard, maar niet gezien"],
        Explanations =
        [
            "De verklaring kent dit niet. Neem het daarin op, of haal het van de website.",
            "De verklaring kent deze partijen, maar noemt geen doel waarvoor zij iets krijgen. Noem ze bij een doel, of haal ze van de website.",
            "Dit mag pas na toestemming. Toch was het er al voordat iemand koos, of nog nadat iemand weigerde.",
            "De browser houdt dit langer vast dan de verklaring belooft.",
            "Dat hoeft niet fout te zijn: soms komt iets pas na inloggen, of bij een handeling die deze controle niet doet. Blijft het weg, ga dan na of het nog bestaat.",
        ],
        Phases = ["vóór een keuze", "na weigeren", "na toestaan"],
        On = "{0}, op {1}",
        Kinds = ["Cookie", "Lokale opslag", "Sessieopslag", "Database (IndexedDB)", "Cache", "Service worker"],
        ThirdParty = "Andere partij",
        Columns = ["Naam", "Soort", "Van", "Doel", "Gezien", "Blijft", "Verklaard"],
        Pictures = "Wat een bezoeker ziet",
        PictureOf = ["Bij binnenkomst", "Na weigeren", "Na toestaan"],
        Everything = "Alles wat de browser bewaarde",
        SetBy = "Gezet door",
        Header = "server",
        Script = "script",
        Parties = "Andere partijen die een verzoek kregen",
        Asked = "Opgevraagd",
        Vendor = "In de verklaring",
        Guess = "{0}, vermoedelijk: daar staat zijn privacyverklaring",
        Nobody = "niemand",
        NoneFound = "Niets gevonden.",
        How = "Hoe er is gekeken",
        Limits = "Deze controle leest geen waarden, logt niet in, vult niets in en klikt alleen op de banner. Wat pas na een klik of een langer verblijf op een pagina komt ziet zij niet, net zomin als wat andere bezoekers krijgen of wat een ontvanger met de gegevens doet.",
        Visited = "Bezochte pagina's",
        NotVisited = "Niet bezocht",
        ForSession = "tot de browser sluit",
        LessThanADay = "minder dan een dag",
        OneDay = "1 dag",
        ManyDays = "{0} dagen",
    };

    private static readonly ReportTexts English = new()
    {
        Language = "en",
        Heading = "Cookies on {0}",
        Lead = "On {0} a browser without a history visited this website {1}. What it kept and asked for was held against the declaration of {2}.",
        Visits = ["once, without choosing", "three times: without choosing, after refusing and after accepting"],
        Clean = "Nothing departs from the declaration.",
        OneFinding = "One thing departs from the declaration.",
        ManyFindings = "{0} things depart from the declaration.",
        Titles = ["Undeclared", "Declared for no purpose", "Too early", "Too long-lived", "Declared, never seen"],
        Explanations =
        [
            "The declaration does not know these. Declare them, or take them off the website.",
            "The declaration has these vendors, but no purpose that they serve. Name them at a purpose, or take them off the website.",
            "These need consent, and were there before anyone chose, or still after refusing.",
            "The browser keeps these for longer than the declaration says.",
            "That need not be wrong: some come only after signing in, or with something that this scan does not do. What never comes may be gone for good.",
        ],
        Phases = ["before a choice", "after refusing", "after accepting"],
        On = "{0} on {1}",
        Kinds = ["Cookie", "Local storage", "Session storage", "Database (IndexedDB)", "Cache", "Service worker"],
        ThirdParty = "Third party",
        Columns = ["Name", "Kind", "Of", "Purpose", "Seen", "Stays", "Declared"],
        Pictures = "What a visitor sees",
        PictureOf = ["On arrival", "After refusing", "After accepting"],
        Everything = "All that the browser kept",
        SetBy = "Set by",
        Header = "server",
        Script = "script",
        Parties = "Third parties that were sent a request",
        Asked = "Asked for",
        Vendor = "In the declaration",
        Guess = "{0}, probably: its privacy policy is there",
        Nobody = "nobody",
        NoneFound = "None found.",
        How = "How it was scanned",
        Limits = "This scan reads no values, signs in nowhere, fills in nothing and clicks on the banner alone. It does not see what comes only after a click or a longer stay on a page, what other visitors get, nor what a recipient does with the data.",
        Visited = "Pages visited",
        NotVisited = "Not visited",
        ForSession = "until the browser closes",
        LessThanADay = "less than a day",
        OneDay = "1 day",
        ManyDays = "{0} days",
    };

    public required string Language { get; init; }
    public required string Heading { get; init; }
    public required string Lead { get; init; }
    public required IReadOnlyList<string> Visits { get; init; }
    public required string Clean { get; init; }
    public required string OneFinding { get; init; }
    public required string ManyFindings { get; init; }
    public required IReadOnlyList<string> Titles { get; init; }
    public required IReadOnlyList<string> Explanations { get; init; }
    public required IReadOnlyList<string> Phases { get; init; }
    public required string On { get; init; }
    public required IReadOnlyList<string> Kinds { get; init; }
    public required string ThirdParty { get; init; }
    public required IReadOnlyList<string> Columns { get; init; }
    public required string Pictures { get; init; }
    public required IReadOnlyList<string> PictureOf { get; init; }
    public required string Everything { get; init; }
    public required string SetBy { get; init; }
    public required string Header { get; init; }
    public required string Script { get; init; }
    public required string Parties { get; init; }
    public required string Asked { get; init; }
    public required string Vendor { get; init; }
    public required string Guess { get; init; }
    public required string Nobody { get; init; }
    public required string NoneFound { get; init; }
    public required string How { get; init; }
    public required string Limits { get; init; }
    public required string Visited { get; init; }
    public required string NotVisited { get; init; }
    public required string ForSession { get; init; }
    public required string LessThanADay { get; init; }
    public required string OneDay { get; init; }
    public required string ManyDays { get; init; }

    public static ReportTexts In(string language) => language == "nl" ? Dutch : English;

    public string Title(FindingKind kind) => Titles[(int)kind];

    public string Explanation(FindingKind kind) => Explanations[(int)kind];

    public string Verdict(int wrong) => wrong switch { 0 => Clean, 1 => OneFinding, _ => string.Format(null, ManyFindings, wrong) };

    /// <param name="what">As a <see cref="Finding"/> says it.</param>
    public string Kind(string what) => Enum.GetValues<StoredKind>().Where(k => CompareWithDeclaration.Word(k) == what).Select(k => Kinds[(int)k]).FirstOrDefault(ThirdParty);

    public string Days(double? days) => days switch
    {
        null => ForSession,
        < 1 => LessThanADay,
        < 1.5 => OneDay,
        _ => string.Format(null, ManyDays, Math.Round(days.Value)),
    };

    public string When(IReadOnlyList<Sighting> seen) => string.Join("; ", seen.Select(s => string.Format(null, On, Phases[(int)s.Phase], s.Page)));
}

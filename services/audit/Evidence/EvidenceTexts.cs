namespace Consent.Audit.Evidence;

/// <summary>The words of the cover, in one language. Places: <c>{index}</c>, <c>{size}</c>, <c>{log}</c>; <c>{language}</c>, <c>{languages}</c>, <c>{named}</c>.</summary>
/// <param name="NoLanguage">Of a receipt that names no language.</param>
/// <param name="OtherLanguage">Of one that names a language in which the declaration has no text.</param>
/// <param name="Steps">By <see cref="Step.What"/>.</param>
/// <param name="Statuses">By the name of a decision, as it travels.</param>
internal sealed record EvidenceTexts(
    string Language, string Title, string Lead, string Place, string Receipt, string Site, string Controller, string Person, string Recorded, string Claimed, string Action, string Source,
    string Declaration, string Decisions, string Purpose, string Status, string ValidUntil, string NoEnd, string Shown, string OneOf, string NoLanguage, string OtherLanguage, string NotShown, string Story, string When, string What, string By,
    string Told, string Nobody, string Proven, string NotProven, string Checkpoint, IReadOnlyDictionary<string, string> Steps, IReadOnlyDictionary<string, string> Statuses)
{
    public static EvidenceTexts Dutch { get; } = new(
        "nl", "Bewijs van een keuze",
        "Dit blad vertelt wat in dit pakket staat. Het bewijst zelf niets: hoe u alles controleert, staat in VERIFY.md.",
        "Het ontvangstbewijs is nummer {index} in het logboek {log}, dat onder dit controlepunt {size} regels heeft.",
        "Ontvangstbewijs", "Website", "Verwerkingsverantwoordelijke", "Persoon (pseudoniem)", "Vastgelegd", "Volgens de inzender besloten", "Handeling", "Waar", "Verklaring", "Wat er besloten is",
        "Doel of onderwerp", "Besluit", "Geldig tot", "tot het opnieuw wordt besloten", "De tekst die getoond werd", "Een van de teksten van de verklaring",
        "Het ontvangstbewijs noemt geen taal. De verklaring heeft teksten in: {languages}; welke daarvan getoond werd, is niet bekend. Hier staat de tekst in {language}, alle staan in declaration.json.",
        "Het ontvangstbewijs noemt de taal {named}, waarin de verklaring geen tekst heeft. Zij heeft teksten in: {languages}; welke daarvan getoond werd, is niet bekend. Hier staat de tekst in {language}, alle staan in declaration.json.",
        "De tekst is in dit pakket niet bekend.", "Wat er gebeurde, op volgorde",
        "Wanneer (UTC)", "Wat", "Wie", "Wie het heeft toegepast", "Nog niemand heeft gemeld dat het is toegepast.", "met bewijs in het logboek", "zonder bewijs in dit pakket",
        "Controlepunt van het logboek",
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["opted-out"] = "afgemeld",
            ["opted-in"] = "aangemeld",
            ["asked-to-confirm"] = "om bevestiging gevraagd",
            ["confirmed"] = "bevestigd",
            ["undid"] = "teruggenomen",
            ["cause-published"] = "aan de andere diensten verteld",
            ["cause-applied"] = "toegepast",
            ["decided"] = "besloten",
            ["recorded"] = "vastgelegd",
            ["published"] = "aan de andere diensten verteld",
            ["applied"] = "toegepast",
        },
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["given"] = "toegestemd",
            ["refused"] = "geweigerd",
            ["withdrawn"] = "ingetrokken",
            ["objected"] = "bezwaar gemaakt",
            ["unproven"] = "overgenomen zonder bewijs",
        });

    public static EvidenceTexts English { get; } = new(
        "en", "Proof of a choice",
        "This sheet tells what is in this package. By itself it proves nothing: how to check all of it is told in VERIFY.md.",
        "The receipt is entry {index} of the log {log}, which has {size} entries under this checkpoint.",
        "Receipt", "Site", "Controller", "Person (pseudonym)", "Recorded", "Decided, by the sender's word", "Action", "Where", "Declaration", "What was decided",
        "Purpose or topic", "Decision", "Valid until", "until it is decided again", "The text that was shown", "One of the texts of the declaration",
        "The receipt names no language. The declaration has texts in: {languages}; which of them was shown is not known. Here is the text in {language}; all of them are in declaration.json.",
        "The receipt names the language {named}, in which the declaration has no text. It has texts in: {languages}; which of them was shown is not known. Here is the text in {language}; all of them are in declaration.json.",
        "The text is not known in this package.", "What happened, in order",
        "When (UTC)", "What", "Who", "Who applied it", "Nobody has told yet that it was applied.", "with a proof in the log", "without a proof in this package",
        "Checkpoint of the log",
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["opted-out"] = "opted out",
            ["opted-in"] = "opted in",
            ["asked-to-confirm"] = "asked to confirm",
            ["confirmed"] = "confirmed",
            ["undid"] = "taken back",
            ["cause-published"] = "told the other services",
            ["cause-applied"] = "applied",
            ["decided"] = "decided",
            ["recorded"] = "recorded",
            ["published"] = "told the other services",
            ["applied"] = "applied",
        },
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["given"] = "given",
            ["refused"] = "refused",
            ["withdrawn"] = "withdrawn",
            ["objected"] = "objected",
            ["unproven"] = "taken over without proof",
        });
}

namespace Consent.MarketingUnsubscribe;

/// <summary>The words of the pages, written in each language rather than translated; Dutch says "u".</summary>
internal sealed record PageTexts
{
    /// <summary>How a topic is named in a sentence.</summary>
    public required Func<string, string> Named { get; init; }

    /// <summary>Stands in a sentence for a topic that the declaration no longer has.</summary>
    public required string SomeTopic { get; init; }
    public required Func<string, string> AskTitle { get; init; }
    public required string AskLead { get; init; }
    public required string Address { get; init; }
    public required string Stops { get; init; }
    public required string Sender { get; init; }
    public required string Button { get; init; }
    public required string AskNote { get; init; }
    public required string DoneTitle { get; init; }
    public required Func<string, string> DoneLead { get; init; }
    public required string Stopped { get; init; }
    public required string DoneNote { get; init; }
    public required string UnknownTitle { get; init; }
    public required string UnknownLead { get; init; }
    public required IReadOnlyList<string> UnknownHelp { get; init; }
    public required string Questions { get; init; }

    public static PageTexts In(string language) => language == "nl" ? Dutch : English;

    private static PageTexts Dutch { get; } = new()
    {
        Named = topic => $"‘{topic}’",
        SomeTopic = "deze berichten",
        AskTitle = topic => $"Afmelden voor {topic}?",
        AskLead = "Eén druk op de knop is genoeg. Uw afmelding geldt meteen; inloggen hoeft niet.",
        Address = "Uw adres",
        Stops = "Wat stopt",
        Sender = "Afzender",
        Button = "Meld mij af",
        AskNote = "Berichten die bij uw bestelling, rekening of account horen, blijft u ontvangen.",
        DoneTitle = "U bent afgemeld",
        DoneLead = topic => $"U krijgt {topic} niet meer van ons.",
        Stopped = "Gestopt",
        DoneNote = "Krijgt u vandaag toch nog een bericht? Dan was het al onderweg. U hoeft niets meer te doen.",
        UnknownTitle = "Deze link werkt niet",
        UnknownLead = "Er is niets gewijzigd. Meestal is een stukje van de link weggevallen bij het kopiëren.",
        UnknownHelp =
        [
            "Open de link rechtstreeks vanuit de e-mail, of kopieer hem helemaal, van begin tot eind.",
            "Of gebruik de afmeldknop van uw mailprogramma, bovenaan het bericht.",
            "Lukt het nog niet? Beantwoord de e-mail met het woord ‘afmelden’. De afzender moet daar gehoor aan geven.",
        ],
        Questions = "Vragen?",
    };

    private static PageTexts English { get; } = new()
    {
        Named = topic => $"“{topic}”",
        SomeTopic = "these messages",
        AskTitle = topic => $"Unsubscribe from {topic}?",
        AskLead = "One press of the button is all it takes. It works right away, and you do not need to sign in.",
        Address = "Your address",
        Stops = "What will stop",
        Sender = "Sender",
        Button = "Unsubscribe me",
        AskNote = "Messages that belong to an order, an invoice or your account will still reach you.",
        DoneTitle = "You are unsubscribed",
        DoneLead = topic => $"We will no longer send you {topic}.",
        Stopped = "Stopped",
        DoneNote = "Should one more arrive today, it was already on its way. There is nothing else for you to do.",
        UnknownTitle = "This link does not work",
        UnknownLead = "Nothing was changed. Most likely a part of the link got lost when it was copied.",
        UnknownHelp =
        [
            "Open the link straight from the e-mail, or copy all of it, from beginning to end.",
            "Or use the unsubscribe button of your mail program, at the top of the message.",
            "Still no luck? Reply to the e-mail with the word “unsubscribe”. The sender has to act on it.",
        ],
        Questions = "Questions?",
    };
}

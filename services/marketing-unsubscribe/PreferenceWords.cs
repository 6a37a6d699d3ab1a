namespace Consent.MarketingUnsubscribe;

/// <summary>The words of the pages on which people see and change what they receive, and of the mail that leads there; see <see cref="PageWords"/>.</summary>
internal sealed record PreferenceWords
{
    /// <summary>On each page of an opt-out link.</summary>
    public required string Link { get; init; }

    /// <summary>Also the subject of the mail.</summary>
    public required string Title { get; init; }
    public required string AskLead { get; init; }

    /// <summary>Where the address is known by a link.</summary>
    public required string AskKnown { get; init; }
    public required string AskLabel { get; init; }
    public required string AskButton { get; init; }
    public required string AskWrong { get; init; }
    public required string SentTitle { get; init; }
    public required string SentLead { get; init; }
    public required string SentHelp { get; init; }

    /// <summary>Before the address of the controller, where no mail can be sent.</summary>
    public required string Write { get; init; }
    public required string Busy { get; init; }

    /// <summary>In the mail: <c>{sender}</c> stands for the controller.</summary>
    public required string MailAsked { get; init; }
    public required string MailOpen { get; init; }
    public required string MailNothing { get; init; }
    public required string Lead { get; init; }

    /// <summary>Where the site knows people by a number too: whom these choices are about, and how one says no for a number.</summary>
    public required string Scope { get; init; }
    public required string Subscribed { get; init; }

    /// <summary>What he would receive, while a "no" of his may not have been heard of: see <see cref="PreferenceState.IsLoaded"/>.</summary>
    public required string Checking { get; init; }
    public required string Stopped { get; init; }
    public required string Never { get; init; }

    /// <summary>Where the page adds nothing.</summary>
    public required string Elsewhere { get; init; }
    public required string Frequency { get; init; }
    public required string AnyFrequency { get; init; }
    public required string Nothing { get; init; }
    public required string Objection { get; init; }
    public required string ObjectionLead { get; init; }
    public required string Objected { get; init; }
    public required string Save { get; init; }
    public required string Saved { get; init; }

    /// <summary>Something that was ticked was not added.</summary>
    public required string NotAll { get; init; }
    public required string ExpiredLead { get; init; }
}

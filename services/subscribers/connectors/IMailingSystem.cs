namespace Consent.Connectors;

/// <summary>How a contact stands on a list of the mailing system.</summary>
internal enum There
{
    /// <summary>Not on it.</summary>
    Absent,

    /// <summary>On it: it is mailed.</summary>
    In,

    /// <summary>Not on it, where leaving it is how a person opts out: an opt-out when it was on it before.</summary>
    Off,

    /// <summary>Opted out of it.</summary>
    Out,

    /// <summary>The system does not tell.</summary>
    Unknown,
}

/// <param name="At">When it came to be so, or later; null where the system does not tell.</param>
/// <param name="IsFixed">It cannot be subscribed to again from here: the contact is stopped as a whole, and more than this list would come back with it.</param>
internal sealed record ListStanding(There There, DateTimeOffset? At = null, bool IsFixed = false);

/// <summary>A contact is stopped as a whole, by its own word or, where the system tells, because mail came back or was complained about.</summary>
/// <param name="Cause"><c>bounced</c>, <c>complained</c>, or null.</param>
internal sealed record StoppedAsAWhole(string? Cause, DateTimeOffset? At);

/// <param name="Id">By which <see cref="IMailingSystem.FindAsync"/> finds it.</param>
/// <param name="Lists">How it stands on those of the connector's lists that this contact is about.</param>
internal sealed record MailContact(string Id, string Address, IReadOnlyDictionary<string, ListStanding> Lists, StoppedAsAWhole? Stopped = null);

/// <param name="Next">Where the next page begins; null for the last one.</param>
internal sealed record ContactPage(IReadOnlyList<MailContact> Contacts, string? Next);

/// <param name="IsIn">To subscribe; false to opt out.</param>
internal sealed record ListChange(string List, bool IsIn);

/// <summary>An opt-out that was made in the mailing system, as a webhook tells it.</summary>
/// <param name="List">Null for everything.</param>
/// <param name="At">When, by the system's clock; null where that cannot be told from what it sends.</param>
/// <param name="Contact">The contact's id, where the system tells of what this service wrote too: then its own writing is known by it.</param>
internal sealed record OptOutThere(string Address, string? List, string? Cause = null, DateTimeOffset? At = null, string? Contact = null);

/// <param name="Secret">What stands in the address behind <c>/events/</c>; empty for nothing.</param>
internal sealed record WebhookCall(string Secret, IHeaderDictionary Headers, ReadOnlyMemory<byte> Body);

/// <summary>
/// One kind of mailing system, spoken to by the API that its maker publishes. What it cannot do just now is a <see cref="CallFailedException"/>. A list is
/// whatever the system has for a topic: a list, a segment, an audience or an interest in it.
/// </summary>
internal interface IMailingSystem
{
    /// <summary>In the place of a list: the contact as a whole.</summary>
    const string Whole = "*";

    /// <summary>As in <c>connector:listmonk</c>.</summary>
    string Name { get; }

    /// <summary>Whether it can be asked what changed; else everything is read, more often.</summary>
    bool TellsChanges { get; }

    /// <summary>Whether its maker runs it, and its clocks are right; else it is an installation of somebody's own.</summary>
    bool IsHosted { get; }

    /// <summary>Where it is, unless the account says otherwise; null where every installation has an address of its own.</summary>
    Uri? UsualAddress(AccountRequest account);

    /// <summary>What is missing in an account of this kind, as a sentence that says what to do; null for nothing.</summary>
    string? WhyNot(AccountRequest account);

    /// <summary>Whether it may be what a topic is mapped to.</summary>
    bool IsList(string list);

    /// <param name="since">Contacts that changed since then, or more; null for all.</param>
    /// <param name="page">As in <see cref="ContactPage.Next"/>; null for the first.</param>
    Task<ContactPage> ReadAsync(Account account, DateTimeOffset? since, string? page, CancellationToken cancel);

    /// <summary>As it stands now; null when it is there no more.</summary>
    Task<MailContact?> FindAsync(Account account, string contact, CancellationToken cancel);

    /// <summary>Bears repeating.</summary>
    Task PushAsync(Account account, string contact, IReadOnlyList<ListChange> changes, CancellationToken cancel);

    /// <summary>What a webhook tells; null when it did not come from the system.</summary>
    Task<IReadOnlyList<OptOutThere>?> HearAsync(Account account, WebhookCall call, CancellationToken cancel);
}

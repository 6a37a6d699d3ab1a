using System.Text.Json.Serialization;

namespace Consent.Contracts;

/// <summary>
/// What the services tell each other. An event's kind names its exchange on the broker (<c>consent.{kind}</c>) and the end of
/// each queue that hears it (<c>{service}-{kind}</c>). Changes are additive only; bodies carry no address, no token, no host fact.
/// </summary>
public interface IEvent
{
    /// <summary>Kebab-case, stable for ever.</summary>
    static abstract string Kind { get; }

    /// <summary>Identifies the event: a copy bears the same id. For what comes from a log, the id of the log's record.</summary>
    string Id { get; }
}

/// <summary>A receipt was recorded.</summary>
/// <param name="Stream">Keyed hash of the receipt's stream, 20 hexadecimal digits: the only name that an erased stream keeps.</param>
public sealed record ConsentChanged(string Id, DateTimeOffset PublishedAt, Receipt Receipt, string? Stream = null) : IEvent
{
    public static string Kind => "consent-changed";
}

/// <summary>
/// The tombstone of an erased stream. Every holder deletes what it holds of the stream and keeps the hash, epoch and version, so
/// that a late message resurrects nothing; a decision taken afterwards bears a higher version and counts.
/// </summary>
/// <param name="Site">Null where only the hash is left, as after the restore of a backup that was older than the erasure.</param>
/// <param name="Stream">As in <see cref="ConsentChanged"/>; names nobody.</param>
/// <param name="Reason">Null where only the hash is left.</param>
public sealed record ConsentErased(
    string Id, DateTimeOffset PublishedAt, string? Site, string Stream, int Epoch, long Version, DateTimeOffset ErasedAt, ErasureReason? Reason = null) : IEvent
{
    public static string Kind => "consent-erased";
}

/// <summary>Why a person's receipts were erased. Every holder of receipts deletes them for either reason.</summary>
[JsonConverter(typeof(KebabCaseEnum<ErasureReason>))]
public enum ErasureReason
{
    /// <summary>The person asked to be forgotten (GDPR art. 17): what is held of him elsewhere goes too.</summary>
    Request,

    /// <summary>The receipts served no purpose any longer (GDPR art. 5(1)(e)); it is nobody's wish, and what rests on other records goes on.</summary>
    Retention,
}

/// <summary>What a person who asked to be forgotten is told.</summary>
public static class ErasedAddress
{
    /// <summary>Of an address: what remains, in one sentence.</summary>
    public const string HashRemains =
        "A keyed hash of the address remains, so that no later import has it mailed again; only the person lifts that, by confirming a new subscription.";
}

/// <summary>A declaration was published; it is in force from now on.</summary>
public sealed record DeclarationPublished(string Id, DateTimeOffset PublishedAt, PublishedDeclaration Declaration) : IEvent
{
    public static string Kind => "declaration-published";
}

/// <summary>
/// A person, named by address id, asked the consent service to be forgotten on a site: told to who keeps something of his address beside his receipts,
/// because the tombstone of those names nobody.
/// </summary>
public sealed record ErasureAsked(string Id, DateTimeOffset PublishedAt, string Site, string SubjectId, DateTimeOffset RecordedAt) : IAddressEvent
{
    public static string Kind => "erasure-asked";
}

/// <summary>What happened to an address.</summary>
public interface IAddressEvent : IEvent
{
    string Site { get; }

    /// <summary>An address id: see <see cref="Contracts.SubjectId"/>.</summary>
    string SubjectId { get; }

    DateTimeOffset RecordedAt { get; }
}

/// <summary>The person behind an address asked to be forgotten on a site, and is at marketing already: whatever was recorded of him until then goes.</summary>
public sealed record MarketingErased(string Id, DateTimeOffset PublishedAt, string Site, string SubjectId, DateTimeOffset RecordedAt) : IAddressEvent
{
    public static string Kind => "marketing-erased";
}

/// <summary>A person, named by address id, no longer wants these topics. Suppressed already when this is published.</summary>
/// <param name="Campaign">The mailing whose link was used, in the sender's word; absent where there was none.</param>
/// <param name="Everything">
/// True when he wants nothing any more, of what is declared later either (<see cref="Receipt.Everything"/>); the purposes in <paramref name="Topics"/> are then
/// those of that day, of which he may have been heard before: then there are none. Absent otherwise.
/// </param>
public sealed record MarketingUnsubscribed(
    string Id, DateTimeOffset PublishedAt, string Site, string SubjectId, IReadOnlyList<string> Topics, string Action, string? Language,
    DateTimeOffset RecordedAt, string? Campaign = null, bool? Everything = null) : IAddressEvent
{
    public static string Kind => "marketing-unsubscribed";
}

/// <summary>
/// A person took back, on the page itself and within minutes, what he had just opted out of: where that opt-out is still the last word, these
/// topics are as they were before it. It is no opt-in: it adds nothing that was not there.
/// </summary>
/// <param name="Undoes">Id of the <see cref="MarketingUnsubscribed"/> that is taken back.</param>
/// <param name="Standing">The opt-in that holds again by it; absent when there was none.</param>
/// <param name="AlsoUndone">Ids of earlier opt-outs of the topic that were taken back, of which this may be heard first; absent for none.</param>
/// <param name="OptedOutAt">When that was recorded: what a person's erasure since then took away does not come back.</param>
public sealed record MarketingUnsubscribeUndone(
    string Id, DateTimeOffset PublishedAt, string Site, string SubjectId, IReadOnlyList<string> Topics, string Undoes, string? Language,
    DateTimeOffset RecordedAt, StandingOptIn? Standing = null, DateTimeOffset? OptedOutAt = null, IReadOnlyList<string>? AlsoUndone = null) : IAddressEvent
{
    public static string Kind => "marketing-unsubscribe-undone";
}

/// <summary>What an opt-in rests on that was told before, and may not have been heard yet: see <see cref="MarketingSubscribed"/>.</summary>
/// <param name="RecordedAt">When it was recorded.</param>
/// <param name="StatedBy">See <see cref="MarketingSubscribed"/>.</param>
public sealed record StandingOptIn(
    string Declaration, DateTimeOffset? ConfirmedAt, DateTimeOffset? RequestedAt, DateTimeOffset RecordedAt, string? StatedBy = null);

/// <summary>A person, named by address id, opted in to these topics, on the declaration named by its hash.</summary>
/// <param name="ConfirmedAt">
/// When the person proved to own the address, if that happened; only then does the opt-in lift a "no", one said earlier. Absent for what a controller's
/// system states, but in what was recorded before a statement lifted nothing.
/// </param>
/// <param name="RequestedAt">
/// When the confirmation was asked for, where it was in two steps: a "no" since then stands, because a mail may be opened long after. Absent otherwise.
/// </param>
/// <param name="StatedBy">The client that stated it for the controller, by its token; absent where the person himself acted.</param>
/// <param name="MailHash">SHA-256 of the text of the mail out of which the person confirmed it; absent where there was none. It names nobody.</param>
public sealed record MarketingSubscribed(
    string Id, DateTimeOffset PublishedAt, string Site, string SubjectId, IReadOnlyList<string> Topics, string Action, string? Language,
    string Declaration, DateTimeOffset? ConfirmedAt, DateTimeOffset RecordedAt, DateTimeOffset? RequestedAt = null,
    string? StatedBy = null, string? MailHash = null) : IAddressEvent
{
    public static string Kind => "marketing-subscribed";
}

/// <summary>Opt-out links were made for a mailing in one call: how many, and for nobody by name.</summary>
/// <param name="Campaign">The mailing, in the sender's word.</param>
public sealed record MarketingLinksMade(string Id, DateTimeOffset PublishedAt, string Site, string Topic, string Campaign, int Links, DateTimeOffset RecordedAt) : IEvent
{
    public static string Kind => "marketing-links-made";
}

/// <summary>
/// How many copies of mail a sending stream handed to the mail gate in one hour, by what became of them, as far as counted. Told again while they
/// grow: of several events of one counter, stream and hour the greatest number of each outcome holds, in whatever order they come; those of several
/// counters are added. Names nobody.
/// </summary>
/// <param name="Stream">As it signed in.</param>
/// <param name="Class">What it was declared to be then; marketing, when it was not declared.</param>
/// <param name="About">The topic or purpose that it was declared for; absent when it was not declared.</param>
/// <param name="Hour">Its beginning.</param>
/// <param name="Copies">Outcome, such as <c>handed-over</c> or <c>not-permitted</c> → copies, one for each recipient.</param>
/// <param name="Counter">The process of a gate that counted, by an id of its own.</param>
public sealed record MailCounted(
    string Id, DateTimeOffset PublishedAt, string Site, string Controller, string Stream, MailClass Class, string? About, DateTimeOffset Hour,
    IReadOnlyDictionary<string, long> Copies, string? Counter = null) : IEvent
{
    public static string Kind => "mail-counted";
}

/// <summary>
/// A subscriber has applied records, in its own store, committed; or holds newer ones of the same streams, which does as well.
/// Sent to the ledger of the service that published them, and to audit.
/// </summary>
/// <param name="Source">The service whose records they are: <c>consent</c>, <c>marketing-unsubscribe</c> or <c>mail-gate</c>.</param>
/// <param name="RecordId">Id of an event that was applied.</param>
/// <param name="Also">Further ids, so that what is committed together is told together; absent for none.</param>
public sealed record ConsentApplied(
    string Id, string Subscriber, string Source, string RecordId, DateTimeOffset AppliedAt, IReadOnlyList<string>? Also = null) : IEvent
{
    public static string Kind => "consent-applied";

    public static ConsentApplied By(string subscriber, string source, string recordId, DateTimeOffset at, IReadOnlyList<string>? also = null) =>
        new($"{recordId}.{subscriber}", subscriber, source, recordId, at, also);

    /// <summary>The same, told one by one.</summary>
    public IEnumerable<ConsentApplied> Each() => Also is null ? [this] : [this with { Also = null }, .. Also.Select(id => By(Subscriber, Source, id, AppliedAt))];
}

/// <summary>A subscriber lives, and wants these kinds of records. Repeated every few seconds: its silence means that it is away.</summary>
/// <param name="EveryVersion">It needs each version of a stream, not only the newest (audit).</param>
/// <param name="Purposes">It is concerned by the sites that declare one of these purposes or topics, in any version; absent for every site.</param>
/// <param name="Loaded">Whether it holds everything from before it came (<see cref="SnapshotRequested"/>); absent for one that does not ask for it.</param>
/// <param name="Site">The one that alone concerns it, such as that of a mailing system behind a connector, of which audit is told and no ledger; absent for others.</param>
public sealed record SubscriberAnnounced(
    string Id, string Subscriber, IReadOnlyList<string> Kinds, bool EveryVersion, DateTimeOffset At, IReadOnlyList<string>? Purposes = null, bool? Loaded = null,
    string? Site = null) : IEvent
{
    public static string Kind => "subscriber-announced";
}

/// <summary>Audit asks a service for what its delivery ledger closed behind this place; answered by <see cref="LedgerPage"/>.</summary>
/// <param name="Epoch">The one in which audit came to this place; absent when it does not know.</param>
public sealed record LedgerRequested(string Id, string Source, long After, int? Epoch = null) : IEvent
{
    public static string Kind => "ledger-requested";
}

/// <summary>Deliveries that a ledger closed, in the order of their closing.</summary>
/// <param name="Through">Place of the last one in the source's ledger; ask again behind it.</param>
/// <param name="After">The place behind which the page begins: that of the question, or 0 when it was of another epoch.</param>
/// <param name="Epoch">The source's; a restore raises it, and its ledger is to be read from the beginning.</param>
public sealed record LedgerPage(string Id, string Source, long Through, IReadOnlyList<ConsentApplied> Closed, long? After = null, int? Epoch = null) : IEvent
{
    public static string Kind => "ledger-page";
}

/// <summary>An operator has closed a subscriber's deliveries, or opened them again.</summary>
/// <param name="Source">The service whose ledger it is.</param>
/// <param name="Reason">In the operator's words; absent when the subscriber is readmitted.</param>
/// <param name="By">Subject of the operator's token.</param>
public sealed record SubscriberRetired(string Id, DateTimeOffset PublishedAt, string Source, string Subscriber, string? Reason, string By, DateTimeOffset At) : IEvent
{
    public static string Kind => "subscriber-retired";
}

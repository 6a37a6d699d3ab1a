using Consent.Contracts;
using Consent.ServiceDefaults.Messaging;

namespace Consent.Storage;

/// <summary>What a service publishes of its log. Pure functions, given by the service.</summary>
/// <param name="Of">
/// The event that tells of a record, bearing the record's id, with the time at which it is published; null when the record is not published.
/// </param>
/// <param name="NewestSuffices">
/// True when every published record carries the whole state of its stream, as receipts and declarations do: whoever applied the newest
/// has no need of those before it. False when each record says something of its own, as opt-outs per topic do: then each is delivered
/// to each subscriber, whatever came after it.
/// </param>
public sealed record Published(Func<LogRecord, DateTimeOffset, OutgoingEvent?> Of, bool NewestSuffices)
{
    /// <summary>The kinds of its events: who wants none of them is no subscriber of this service. Any, unless said.</summary>
    public IReadOnlyList<string>? Kinds { get; init; }

    /// <summary>Whether a record concerns those who name these purposes; everything does unless said.</summary>
    public Func<LogRecord, IReadOnlyList<string>, bool> Concerns { get; init; } = (_, _) => true;

    /// <summary>Whether each version of such a stream is to be loaded, as of declarations, and not the newest alone.</summary>
    public Func<LogRecord, bool> IsLoadedWhole { get; init; } = _ => false;

    /// <summary>The prefix of the streams in which alone events of these kinds are, where such streams are stored under their names; null otherwise.</summary>
    public Func<IReadOnlyList<string>, string?> NamedPrefixOf { get; init; } = _ => null;

    /// <summary>The receipt in a record, for comparing states; null for any other record.</summary>
    public Func<LogRecord, Receipt?> ReceiptOf { get; init; } = _ => null;

    /// <summary>The declaration in a record, for the same; null for any other record.</summary>
    public Func<LogRecord, PublishedDeclaration?> DeclarationOf { get; init; } = _ => null;

    internal bool IsWantedBy(SubscriberAnnounced announced) => Kinds is null || announced.Kinds.Any(kind => Kinds.Contains(kind) || kind == SubscriberRetired.Kind);

    internal OutgoingEvent? EventOf(LogRecord record, DateTimeOffset now) => record.Kind == RetireSubscriber.Kind
        ? OutgoingEvent.Of(record.Read<RetireSubscriber.Record>().Event(record.Id, now))
        : Of(record, now);

    /// <summary>The event for this subscriber; null when the record is none of its concern.</summary>
    internal OutgoingEvent? EventFor(LogRecord record, IReadOnlyList<string> kinds, IReadOnlyList<string>? purposes, DateTimeOffset now) =>
        EventOf(record, now) is { } e && kinds.Contains(e.Kind) && (purposes is null || Concerns(record, purposes)) ? e : null;
}

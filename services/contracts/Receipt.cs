using System.Text.Json.Serialization;

namespace Consent.Contracts;

/// <summary>
/// The immutable record of one decision, with the full purpose map as it stands after it (terms of ISO/IEC TS 27560, W3C DPV
/// profile). The receipt is the record, the event and the outbox at once. It names the person by pseudonym only.
/// </summary>
public sealed record Receipt
{
    /// <summary>
    /// In the place of a purpose, and only ever decided with a "no": every purpose that has topics, now or later. It is what an address that wants nothing
    /// any more said to marketing (GDPR art. 21(2)). No purpose can be called so.
    /// </summary>
    public const string Everything = "*";

    public required string Id { get; init; }
    public required string Site { get; init; }
    public required string Controller { get; init; }
    public required string SubjectId { get; init; }

    /// <summary>Generation of the log; raised by every restore. Of two receipts of one stream, the higher (epoch, version) is newer.</summary>
    public required int Epoch { get; init; }

    /// <summary>Gapless count of the receipts of this subject on this site, from 1.</summary>
    public required long Version { get; init; }

    /// <summary>
    /// Every purpose and topic decided in this stream, and <see cref="Everything"/>, as it stands after this decision; without those of which the only decision was
    /// taken back.
    /// </summary>
    public required IReadOnlyDictionary<string, PurposeDecision> Purposes { get; init; }

    /// <summary>The purposes and topics that this decision changed or confirmed.</summary>
    public required IReadOnlyList<string> Changed { get; init; }

    /// <summary>Hash of the declaration that the person was shown; null only under a "no", which needs none.</summary>
    public string? Declaration { get; init; }
    public int? DeclarationVersion { get; init; }
    public string? Language { get; init; }

    /// <summary>What the person did, such as <c>accept-all</c>, <c>refuse-all</c>, <c>save</c>, <c>withdraw</c>, <c>one-click-unsubscribe</c>.</summary>
    public string? Action { get; init; }

    /// <summary>Where the decision was taken, such as <c>banner</c>, <c>back-office</c>, <c>marketing-unsubscribe</c>.</summary>
    public string? Source { get; init; }

    /// <summary>With what the choice was collected; null where there was no interface, or the caller named none.</summary>
    public Collection? Collection { get; init; }

    /// <summary>True when Global Privacy Control (<c>Sec-GPC: 1</c>) was on; null otherwise.</summary>
    public bool? Gpc { get; init; }

    /// <summary>Who sent the decision in for the person; null when the person did.</summary>
    public Actor? ActedBy { get; init; }

    /// <summary>The authorisation by whoever holds parental responsibility (GDPR art. 8(1)); null where none was needed.</summary>
    public ParentalAuthorisation? ParentalAuthorisation { get; init; }

    /// <summary>Where an imported decision comes from; null for one that was taken here.</summary>
    public Imported? Imported { get; init; }

    /// <summary>When the caller says that the person decided; orders nothing.</summary>
    public DateTimeOffset? ClaimedAt { get; init; }

    /// <summary>When the consent service recorded it, UTC to the millisecond; this is the time that counts.</summary>
    public required DateTimeOffset RecordedAt { get; init; }

    /// <summary>Id of the receipt before this one in the stream.</summary>
    public string? Previous { get; init; }

    /// <summary>Id of the event that led to this decision, when another service took it.</summary>
    public string? CausedBy { get; init; }

    /// <summary>Grants that were asked for and not recorded, each with its reason.</summary>
    public IReadOnlyList<DroppedDecision> Dropped { get; init; } = [];

    /// <summary>The name of its stream in the log of the consent service.</summary>
    public static string Stream(string site, string subjectId) => $"receipt/{site}/{subjectId}";
}

/// <param name="DecidedIn">Version of the receipt in which it was decided.</param>
/// <param name="ValidUntil">After this moment the decision counts no longer; null for an objection and for topics, which hold until decided again.</param>
/// <param name="Declaration">Hash of the declaration on which it was decided.</param>
/// <param name="Meaning">Fingerprint of what the purpose meant then; see <see cref="Contracts.Meaning"/>.</param>
/// <param name="TakenAt">When another service took the decision, by its clock; null when the consent service took it itself.</param>
public sealed record PurposeDecision(
    Decision Status, DateTimeOffset DecidedAt, long DecidedIn, DateTimeOffset? ValidUntil, string? Declaration, string? Meaning,
    DateTimeOffset? TakenAt = null)
{
    [JsonIgnore]
    public bool IsNo => Status is Decision.Refused or Decision.Withdrawn or Decision.Objected;
}

[JsonConverter(typeof(KebabCaseEnum<Decision>))]
public enum Decision
{
    Given,
    Refused,
    Withdrawn,
    Objected,

    /// <summary>Imported as given, without the proof of it (GDPR art. 7(1)): neither a yes nor a "no", never permitted; the person is asked again.</summary>
    Unproven,
}

/// <summary>The interface on which a choice was made; labels of letters, digits, dots and hyphens, at most 64.</summary>
/// <param name="Build">Which build of the banner, or of the app.</param>
/// <param name="Layout">Such as <c>bar</c>, <c>dialog</c>, <c>preference-centre</c>.</param>
/// <param name="Element">The control that was used, such as <c>accept-all</c> or <c>save</c>.</param>
public sealed record Collection(string? Build, string? Layout, string? Element);

/// <param name="Client">The authenticated client: the subject of its token.</param>
/// <param name="Person">Whom the client names as having acted, by a pseudonym of its own, such as a staff number; null for the client itself.</param>
/// <param name="Capacity">In which capacity: <c>staff</c>, <c>app</c>, <c>representative</c>, <c>parent</c>.</param>
public sealed record Actor(string Client, string? Person, string Capacity);

/// <param name="Method">How it was verified, such as <c>confirmation-mail</c>, <c>signed-form</c>, <c>payment-card</c>.</param>
/// <param name="Reference">The controller's own reference to the evidence; names nobody.</param>
public sealed record ParentalAuthorisation(string Method, string? Reference, DateTimeOffset? AuthorisedAt);

/// <param name="System">The system it was exported from, such as <c>cookiebot</c>.</param>
/// <param name="Reference">The decision's own id there.</param>
/// <param name="Evidence">What proves the grant: an address, a hash or a reference; null for none.</param>
public sealed record Imported(string System, string Reference, string? Evidence);

/// <param name="Purpose">Purpose or topic id, as asked for.</param>
/// <param name="Reason">Such as <c>newer-no</c>, <c>unknown-purpose</c>, <c>no-consent-needed</c>, <c>unknown-declaration</c>.</param>
public sealed record DroppedDecision(string Purpose, string Reason);

using System.Text.Json.Serialization;

namespace Consent.Contracts;

/// <summary>
/// The immutable record of one decision, with the full purpose map as it stands after it (terms of ISO/IEC TS 27560, W3C DPV
/// profile). The receipt is the record, the event and the outbox at once. It names the person by pseudonym only.
/// </summary>
public sealed record Receipt
{
    public required string Id { get; init; }
    public required string Site { get; init; }
    public required string Controller { get; init; }
    public required string SubjectId { get; init; }

    /// <summary>Generation of the log; raised by every restore. Of two receipts of one stream, the higher (epoch, version) is newer.</summary>
    public required int Epoch { get; init; }

    /// <summary>Gapless count of the receipts of this subject on this site, from 1.</summary>
    public required long Version { get; init; }

    /// <summary>Every purpose and topic ever decided in this stream, as it stands after this decision.</summary>
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
    public bool IsNo => Status is not Decision.Given;
}

[JsonConverter(typeof(KebabCaseEnum<Decision>))]
public enum Decision { Given, Refused, Withdrawn, Objected }

/// <param name="Purpose">Purpose or topic id, as asked for.</param>
/// <param name="Reason">Such as <c>newer-no</c>, <c>unknown-purpose</c>, <c>no-consent-needed</c>, <c>unknown-declaration</c>.</param>
public sealed record DroppedDecision(string Purpose, string Reason);

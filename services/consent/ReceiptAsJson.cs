using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Consent.Contracts;

namespace Consent.ConsentService;

/// <summary>
/// A receipt as plain JSON under the field names of ISO/IEC TS 27560:2023 (clauses 6.3 and 6.4), in a profile of our own: 27560
/// names what a record must tell and leaves its shape open. Ours are <c>created</c>, <c>record_uri</c>, <c>text_uri</c>, <c>gpc</c>,
/// <c>claimed_time</c>, <c>recorded_time</c>, <c>predecessor</c>, <c>changed</c>, <c>dropped</c>, <c>acted_by</c>, <c>imported</c>
/// and <c>signature</c>, and the states <c>refused</c>, <c>objected</c> and <c>unproven</c>, for which 27560 has no word.
/// </summary>
internal static class ReceiptAsJson
{
    private static readonly JsonSerializerOptions _snakeCase = new(ContractJson.Options) { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public static JsonObject Of(ReceiptEvidence evidence)
    {
        var (receipt, spoken, language) = (evidence.Receipt, evidence.Spoken?.Declaration, evidence.Language);
        var purposes = evidence.Purposes.ToList();
        return JsonSerializer.SerializeToNode(
            new Document
            {
                SchemaVersion = DpvTerms.ReceiptSchema,
                RecordId = receipt.Id,
                RecordUri = evidence.Address,
                Created = evidence.At,
                PiiPrincipalId = receipt.SubjectId,
                PiiControllers = [receipt.Controller],
                PrivacyNotice = receipt.Declaration is { } hash
                    ? new(evidence.DeclarationAddress(hash), receipt.DeclarationVersion, hash, receipt.Language, evidence.TextAddress(hash)) : null,
                Language = language,
                CollectionMethod = new(receipt.Source, receipt.Action, receipt.Collection?.Build, receipt.Collection?.Layout, receipt.Collection?.Element, receipt.Gpc),
                Purposes = [.. purposes.Select(p => PurposeOf(p, language, receipt))],
                Event = new(receipt.RecordedAt, receipt.ClaimedAt, EntityOf(receipt), receipt.Epoch, receipt.Version, receipt.Changed, receipt.Dropped),
                Predecessor = receipt.Previous,
                ActedBy = receipt.ActedBy,
                ParentalAuthorisation = receipt.ParentalAuthorisation,
                Imported = receipt.Imported,
                CausedBy = receipt.CausedBy,
                Jurisdiction = spoken?.Controller.Country,
                WithdrawalMethod = spoken is null ? null : new(spoken.Controller.Website, spoken.Rights.Email),
                PrivacyRights = spoken is null ? null : new(spoken.Rights.Requests, spoken.Rights.Procedure.In(language)),
                AuthorityParty = spoken?.SupervisoryAuthority.Website,
                Parties = [.. Parties(spoken, purposes)],
            },
            _snakeCase)!.AsObject();
    }

    private static PurposeField PurposeOf(DecidedPurpose purpose, string language, Receipt receipt)
    {
        var decision = purpose.Decision;
        var state = JsonNamingPolicy.KebabCaseLower.ConvertName(decision.Status.ToString());
        var decided = new PurposeEvent(
            purpose.Expressed, decision.DecidedAt, purpose.Changed ? receipt.ClaimedAt : null, purpose.Changed ? EntityOf(receipt) : null,
            purpose.Id != Receipt.Everything && purpose.Basis is null or LegalBasis.Consent ? "consent" : "objection",
            state, purpose.Ends, decision.Declaration, decision.Meaning, decision.DecidedIn);
        PurposeEvent[] events = purpose.HasExpired
            ? [decided, new(purpose.Ends!.Value, null, null, null, "expiry", "expired", null, decision.Declaration, decision.Meaning, decision.DecidedIn)]
            : [decided];
        return new PurposeField(
            purpose.Id, purpose.Topic?.Purpose, purpose.Name?.In(language), purpose.Description?.In(language), purpose.Basis,
            purpose.HasExpired ? "expired" : state, purpose.Changed,
            [.. purpose.Data.Select(c => new PiiInformation(c.Id, c.Name.In(language), c.Special))],
            purpose.Purpose?.Retention is { } kept ? new(kept.Term, kept.WorkingDays, kept.Trigger, kept.Description.In(language)) : null,
            [.. purpose.Recipients.Select(v => v.Id)], events);
    }

    /// <summary>Who expressed it: the person, or who acted for him in his stead.</summary>
    private static string EntityOf(Receipt receipt) => receipt.ActedBy is { Capacity: "parent" or "representative" } actor ? actor.Capacity : receipt.SubjectId;

    private static IEnumerable<Party> Parties(Declaration? spoken, IEnumerable<DecidedPurpose> purposes)
    {
        if (spoken?.Controller is { } c)
            yield return new(c.Id, c.Name, "pii-controller", $"{c.Address}, {c.Postcode} {c.City}, {c.Country}", c.Email, c.Phone, c.Website, c.Country, null);
        foreach (var v in purposes.SelectMany(p => p.Recipients).DistinctBy(v => v.Id, StringComparer.Ordinal))
            yield return new(v.Id, v.Name, JsonNamingPolicy.KebabCaseLower.ConvertName(v.Role.ToString()), null, null, null, v.PrivacyPolicy, v.Country, v.Safeguard);
    }

    private sealed record Document
    {
        public required string SchemaVersion { get; init; }
        public required string RecordId { get; init; }
        public required string RecordUri { get; init; }
        public required DateTimeOffset Created { get; init; }
        public required string PiiPrincipalId { get; init; }
        public required IReadOnlyList<string> PiiControllers { get; init; }
        public required Notice? PrivacyNotice { get; init; }
        public required string Language { get; init; }
        public required CollectionField CollectionMethod { get; init; }
        public required IReadOnlyList<PurposeField> Purposes { get; init; }
        public required EventField Event { get; init; }
        public required string? Predecessor { get; init; }
        public required Actor? ActedBy { get; init; }
        public required ParentalAuthorisation? ParentalAuthorisation { get; init; }
        public required Imported? Imported { get; init; }
        public required string? CausedBy { get; init; }
        public required string? Jurisdiction { get; init; }
        public required Withdrawal? WithdrawalMethod { get; init; }
        public required RightsField? PrivacyRights { get; init; }
        public required string? AuthorityParty { get; init; }
        public required IReadOnlyList<Party> Parties { get; init; }
    }

    private sealed record Notice(string Uri, int? Version, [property: JsonPropertyName("sha256")] string Hash, string? Language, string TextUri);

    private sealed record CollectionField(string? Source, string? Action, string? BannerBuild, string? Layout, string? Element, bool? Gpc);

    private sealed record PurposeField(
        string Purpose, string? TopicOf, string? Name, string? Description, LegalBasis? LawfulBasis, string Status, bool Changed,
        IReadOnlyList<PiiInformation> PiiInformation, RetentionField? RetentionPeriod, IReadOnlyList<string> RecipientThirdParties, IReadOnlyList<PurposeEvent> Events);

    private sealed record PiiInformation(string PiiType, string Name, bool SpecialPiiCategory);

    private sealed record RetentionField(Term? Duration, bool WorkingDays, string Trigger, string Description);

    private sealed record PurposeEvent(
        DateTimeOffset EventTime, DateTimeOffset? RecordedTime, DateTimeOffset? ClaimedTime, string? EntityId, string EventType, string EventState,
        DateTimeOffset? ValidUntil, [property: JsonPropertyName("notice_sha256")] string? Notice, string? Meaning, long DecidedIn);

    private sealed record EventField(
        DateTimeOffset EventTime, DateTimeOffset? ClaimedTime, string EntityId, int Epoch, long Version, IReadOnlyList<string> Changed, IReadOnlyList<DroppedDecision> Dropped);

    private sealed record Withdrawal(string Uri, string Email);

    private sealed record RightsField(IReadOnlyList<RightsRequest> Rights, string Procedure);

    private sealed record Party(
        string PartyId, string PartyName, string PartyRole, string? PartyAddress, string? PartyEmail, string? PartyPhone, string? PartyUrl, string PartyCountry,
        string? Safeguard);
}

using Consent.Contracts;

namespace Consent.ConsentService;

/// <summary>What a person decided, as it came in.</summary>
/// <param name="HeldVersion">Version of the receipt that the caller held; 0 for none.</param>
/// <param name="Purposes">Only what the person decided: purpose or topic id → yes or no.</param>
/// <param name="Shown">The declaration that was shown, when the caller named one that was published.</param>
/// <param name="TakenAt">When another service took it; null when it is taken here.</param>
/// <param name="LiftsNoBefore">A grant overrules every "no" that the person said before this moment, seen or not; null to overrule none.</param>
/// <param name="GrantsBarred">Why no grant of this caller is recorded at all; null when they are welcome.</param>
internal sealed record Decided(
    string Site, string SubjectId, long HeldVersion, IReadOnlyDictionary<string, bool> Purposes, PublishedDeclaration? Shown,
    string? Language = null, string? Action = null, string? Source = null, DateTimeOffset? ClaimedAt = null, string? CausedBy = null,
    DateTimeOffset? TakenAt = null, DateTimeOffset? LiftsNoBefore = null, string? GrantsBarred = null)
{
    public Collection? Collection { get; init; }

    public Actor? ActedBy { get; init; }

    public ParentalAuthorisation? ParentalAuthorisation { get; init; }

    /// <summary>The person says to be of the age at which he consents himself; asked only where the service is offered to children.</summary>
    public bool OfAge { get; init; }

    /// <summary>Global Privacy Control was on.</summary>
    public bool Gpc { get; init; }

    /// <summary>When the declaration that was shown went out of force; null while it is in force.</summary>
    public DateTimeOffset? ShownUntil { get; init; }

    /// <summary>
    /// A system states it of whom it knows by his address: nothing shows that the person was there, so that a yes of it lifts no "no" to marketing. He lifts that
    /// himself, by confirming at the marketing service, which tells it by an event.
    /// </summary>
    public bool IsStated => ActedBy is not null && CausedBy is null && Contracts.SubjectId.IsAddress(SubjectId);
}

/// <summary>Where in the log the receipt would stand.</summary>
internal sealed record Place(string Id, int Epoch, long Version);

/// <summary>What is to be done about it.</summary>
internal abstract record Verdict
{
    private Verdict()
    {
    }

    /// <summary>This receipt is to be appended.</summary>
    internal sealed record Record(Receipt Receipt) : Verdict;

    /// <summary>A newer "no", or a version that was never reached, leaves nothing to record.</summary>
    internal sealed record Stale(string Reason) : Verdict;

    /// <summary>It cannot be recorded, whatever the stream holds.</summary>
    internal sealed record Refuse(string Reason, string Purpose) : Verdict;
}

/// <summary>
/// The one place where a decision becomes a receipt. No always goes through: a "no" is stored on top of the newest receipt whatever
/// version or declaration the caller held. A grant is not: it needs a declaration that was shown, a purpose that rests on consent or a
/// topic, whose yes counts whatever its purpose rests on, and no stored "no" that the caller had not seen; nor, where a system states it of an address, one to
/// marketing that it had.
/// </summary>
internal static class Decide
{
    /// <param name="everDeclared">Whether any published version of the site's declaration knew the id.</param>
    public static Verdict On(
        Decided decided, Receipt? newest, PublishedDeclaration inForce, Func<string, bool> everDeclared, Place place, DateTimeOffset now)
    {
        var version = place.Version;
        var taken = new Dictionary<string, PurposeDecision>();
        var dropped = new List<DroppedDecision>();
        foreach (var (id, yes) in decided.Purposes.OrderBy(p => p.Key, StringComparer.Ordinal))
        {
            if ((yes ? WhyNotGranted(id, decided, newest, inForce.Declaration, now) : WhyNotRefused(id, decided, inForce.Declaration, everDeclared)) is { } reason)
                dropped.Add(new DroppedDecision(id, reason));
            else
                taken[id] = yes ? Grant(id, decided, version, now) : No(id, decided, newest, inForce, version, now);
        }

        // What is wrong with a grant is told as a refusal, unless a "no" stands beside it, which must be stored.
        if (taken.Values.All(d => !d.IsNo))
        {
            if (dropped.Find(d => d.Reason is not DropReason.NewerNo and not DropReason.FutureVersion) is { } wrong)
                return new Verdict.Refuse(wrong.Reason, wrong.Purpose);
            if (taken.Count == 0) return dropped is [var first, ..] ? new Verdict.Stale(first.Reason) : new Verdict.Refuse(DropReason.Nothing, "");
        }

        return new Verdict.Record(new Receipt
        {
            Id = place.Id,
            Site = decided.Site,
            Controller = inForce.Declaration.Controller.Id,
            SubjectId = decided.SubjectId,
            Epoch = place.Epoch,
            Version = version,
            Purposes = Merge(newest?.Purposes, taken),
            Changed = [.. taken.Keys.Order(StringComparer.Ordinal)],
            Declaration = decided.Shown?.Hash,
            DeclarationVersion = decided.Shown?.Version,
            Language = decided.Language,
            Action = decided.Action,
            Source = decided.Source,
            ClaimedAt = decided.ClaimedAt,
            RecordedAt = now,
            Previous = newest?.Id,
            CausedBy = decided.CausedBy,
            Dropped = dropped,
            Collection = decided.Collection,
            ActedBy = decided.ActedBy,
            ParentalAuthorisation = decided.ParentalAuthorisation,
            Gpc = decided.Gpc ? true : null,
        });
    }

    private static string? WhyNotGranted(string id, Decided decided, Receipt? newest, Declaration inForce, DateTimeOffset now)
    {
        if (decided.GrantsBarred is not null) return decided.GrantsBarred;
        if (inForce.Retired) return DropReason.RetiredSite;
        if (inForce.PurposeBehind(id) is not { } purpose) return DropReason.UnknownPurpose;
        if (decided.Shown is null) return DropReason.UnknownDeclaration;
        if (decided.Shown.Declaration.PurposeBehind(id) is null) return DropReason.UnknownPurpose;
        if (decided.ShownUntil is { } end && decided.Shown.Declaration.GraceFor.After(end) <= (decided.TakenAt ?? now)) return DropReason.SupersededDeclaration;
        if (inForce.Children is not null && !decided.OfAge && decided.ParentalAuthorisation is null) return DropReason.ParentalAuthorisation;
        PurposeDecision?[] said = [newest?.Purposes.GetValueOrDefault(id), ConsentState.Whole(newest, inForce, purpose.Id)];
        var objected = said.Any(decision => decision?.Status == Decision.Objected);
        if (purpose.LegalBasis != LegalBasis.Consent && purpose.Id == id && !objected) return DropReason.NoConsentNeeded;
        if (decided.HeldVersion > (newest?.Version ?? 0)) return DropReason.FutureVersion;
        var isStated = decided.IsStated && inForce.Topics.Any(topic => topic.Purpose == purpose.Id);
        return said.Any(Stands) ? DropReason.NewerNo : null;

        bool Stands(PurposeDecision? decision) => decision is { IsNo: true } no && (isStated || no.DecidedIn > decided.HeldVersion) && !Lifts(no);

        // Events of one person may arrive in any order, so it is the time of the person's word that counts, and a tie goes to the "no".
        bool Lifts(PurposeDecision no) => (no.TakenAt ?? no.DecidedAt) < decided.LiftsNoBefore;
    }

    // Everything is said to marketing, which tells it by an event.
    private static string? WhyNotRefused(string id, Decided decided, Declaration inForce, Func<string, bool> everDeclared) =>
        inForce.PurposeBehind(id) is not null || everDeclared(id) || (id == Receipt.Everything && decided.CausedBy is not null) ? null : DropReason.UnknownPurpose;

    private static PurposeDecision Grant(string id, Decided decided, long version, DateTimeOffset now)
    {
        var shown = decided.Shown!;
        return new PurposeDecision(
            Decision.Given, now, version, ValidUntil(id, shown.Declaration, now), shown.Hash, shown.MeaningOf(id), decided.TakenAt);
    }

    private static PurposeDecision No(string id, Decided decided, Receipt? newest, PublishedDeclaration inForce, long version, DateTimeOffset now)
    {
        var basis = inForce.Declaration.PurposeBehind(id)?.LegalBasis ?? LegalBasis.Consent;
        var before = newest?.Purposes.GetValueOrDefault(id)?.Status;
        var status = basis != LegalBasis.Consent || id == Receipt.Everything ? Decision.Objected
            : before is Decision.Given or Decision.Withdrawn ? Decision.Withdrawn
            : Decision.Refused;
        var until = status == Decision.Objected ? null : ValidUntil(id, inForce.Declaration, now);
        return new PurposeDecision(status, now, version, until, decided.Shown?.Hash, inForce.MeaningOf(id), decided.TakenAt);
    }

    // A topic holds until it is decided again: an opt-in to a newsletter does not run out like a banner's choice.
    private static DateTimeOffset? ValidUntil(string id, Declaration declaration, DateTimeOffset now) =>
        declaration.FindTopic(id) is not null ? null : declaration.ConsentValidFor.After(now);

    private static SortedDictionary<string, PurposeDecision> Merge(
        IReadOnlyDictionary<string, PurposeDecision>? before, Dictionary<string, PurposeDecision> taken)
    {
        var after = new SortedDictionary<string, PurposeDecision>(StringComparer.Ordinal);
        foreach (var (id, decision) in before ?? taken) after[id] = decision;
        foreach (var (id, decision) in taken) after[id] = decision;
        return after;
    }
}

/// <summary>Why a decision, or a part of it, was not recorded; stable words of the API.</summary>
internal static class DropReason
{
    public const string NewerNo = "newer-no";
    public const string FutureVersion = "future-version";
    public const string UnknownPurpose = "unknown-purpose";
    public const string UnknownDeclaration = "unknown-declaration";
    public const string NoConsentNeeded = "no-consent-needed";
    public const string ForeignOrigin = "foreign-origin";
    public const string MalformedLabel = "malformed-label";
    public const string RetiredSite = "retired-site";
    public const string SupersededDeclaration = "superseded-declaration";
    public const string ParentalAuthorisation = "parental-authorisation";
    public const string Nothing = "nothing-decided";
}

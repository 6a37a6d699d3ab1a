using Consent.Contracts;

namespace Consent.ConsentService;

/// <summary>A decision that was taken elsewhere, as it comes in a row of an import.</summary>
/// <param name="Purposes">Purpose or topic id → yes or no.</param>
/// <param name="DecidedAt">When the person decided, by the other system's word.</param>
/// <param name="Declaration">The declaration that was shown, when it was published here.</param>
/// <param name="From">Where it comes from; its evidence is what proves a grant.</param>
internal sealed record ImportedDecision(
    string Site, string SubjectId, IReadOnlyDictionary<string, bool> Purposes, DateTimeOffset DecidedAt, PublishedDeclaration? Declaration, string? Language,
    string? Action, Imported From);

/// <summary>
/// The one place where an imported decision becomes a receipt. A "no" is stored on top of whatever is newest. A yes never weakens a
/// "no" that stands, whenever that was said, and never replaces a yes that was said here. A yes whose proof is missing, or of whose
/// text nothing is known, is stored as unproven: it permits nothing, and the person is asked. What ran out meanwhile is expired.
/// </summary>
internal static class DecideImport
{
    public static Verdict On(
        ImportedDecision row, Receipt? newest, PublishedDeclaration inForce, Func<string, bool> everDeclared, Place place, DateTimeOffset now)
    {
        var taken = new SortedDictionary<string, PurposeDecision>(StringComparer.Ordinal);
        foreach (var (id, yes) in row.Purposes)
        {
            if (WhyNot(id, yes, newest, inForce.Declaration, everDeclared) is { } reason)
            {
                // A grant that cannot be is told; one that is known already, or better, is passed over.
                if (reason != Known) return new Verdict.Refuse(reason, id);
            }
            else
            {
                taken[id] = yes ? Yes(id, row, place.Version, now) : No(id, row, newest, inForce, place.Version, now);
            }
        }

        if (taken.Count == 0) return new Verdict.Stale(Known);
        var after = new SortedDictionary<string, PurposeDecision>(newest?.Purposes.ToDictionary() ?? [], StringComparer.Ordinal);
        foreach (var (id, decision) in taken) after[id] = decision;
        return new Verdict.Record(new Receipt
        {
            Id = place.Id,
            Site = row.Site,
            Controller = inForce.Declaration.Controller.Id,
            SubjectId = row.SubjectId,
            Epoch = place.Epoch,
            Version = place.Version,
            Purposes = after,
            Changed = [.. taken.Keys],
            Declaration = row.Declaration?.Hash,
            DeclarationVersion = row.Declaration?.Version,
            Language = row.Language,
            Action = row.Action,
            Source = "import",
            ClaimedAt = row.DecidedAt,
            RecordedAt = now,
            Previous = newest?.Id,
            Imported = row.From,
        });
    }

    /// <summary>What is held says the same, or more.</summary>
    public const string Known = "known";

    private static string? WhyNot(string id, bool yes, Receipt? newest, Declaration inForce, Func<string, bool> everDeclared)
    {
        var purpose = inForce.PurposeBehind(id);
        var held = newest?.Purposes.GetValueOrDefault(id);
        if (!yes)
        {
            if (purpose is null && !everDeclared(id)) return DropReason.UnknownPurpose;
            return held is { IsNo: true } ? Known : null;
        }

        if (purpose is null) return DropReason.UnknownPurpose;
        if (inForce.Retired) return DropReason.RetiredSite;
        if (purpose.LegalBasis != LegalBasis.Consent && purpose.Id == id) return DropReason.NoConsentNeeded;
        if (held is { IsNo: true } || ConsentState.Whole(newest, inForce, purpose.Id) is { IsNo: true }) return DropReason.NewerNo;
        return held is null ? null : Known;
    }

    private static PurposeDecision Yes(string id, ImportedDecision row, long version, DateTimeOffset now)
    {
        var proven = row.From.Evidence is not null && row.Declaration?.MeaningOf(id) is not null;
        return new PurposeDecision(
            proven ? Decision.Given : Decision.Unproven, now, version, Until(id, row, row.Declaration?.Declaration), row.Declaration?.Hash,
            row.Declaration?.MeaningOf(id), row.DecidedAt);
    }

    private static PurposeDecision No(string id, ImportedDecision row, Receipt? newest, PublishedDeclaration inForce, long version, DateTimeOffset now)
    {
        var basis = inForce.Declaration.PurposeBehind(id)?.LegalBasis ?? LegalBasis.Consent;
        var status = basis != LegalBasis.Consent ? Decision.Objected
            : newest?.Purposes.GetValueOrDefault(id)?.Status is Decision.Given ? Decision.Withdrawn
            : Decision.Refused;
        // Remembered from now on: a "no" that was said long ago is still the last word.
        var until = status == Decision.Objected || inForce.Declaration.FindTopic(id) is not null ? (DateTimeOffset?)null : inForce.Declaration.ConsentValidFor.After(now);
        return new PurposeDecision(status, now, version, until, row.Declaration?.Hash, inForce.MeaningOf(id), row.DecidedAt);
    }

    private static DateTimeOffset? Until(string id, ImportedDecision row, Declaration? shown) =>
        shown?.FindTopic(id) is not null ? null : (shown?.ConsentValidFor ?? Term.SixMonths).After(row.DecidedAt);
}

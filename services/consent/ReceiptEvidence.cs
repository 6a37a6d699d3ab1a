using Consent.Contracts;

namespace Consent.ConsentService;

/// <summary>What the document of a receipt says, before it is written down in one form or another. Computed, nothing is looked up.</summary>
/// <param name="Declarations">Every version of the site.</param>
/// <param name="PublicUrl">Address under which people reach the product, without a slash at its end.</param>
/// <param name="At">The time of the answer.</param>
internal sealed record ReceiptEvidence(Receipt Receipt, DeclarationHistory Declarations, string PublicUrl, DateTimeOffset At)
{
    /// <summary>What the person was shown; null for a "no" without it.</summary>
    public PublishedDeclaration? Shown => Receipt.Declaration is { } hash ? Declarations.ByHash(hash) : null;

    /// <summary>What tells of controller and rights: what was shown, else what was in force when the decision was recorded.</summary>
    public PublishedDeclaration? Spoken => Shown ?? Declarations.InForce(Receipt.RecordedAt);

    /// <summary>The language of the texts in the document: the one that was shown where it was published, else the declaration's first.</summary>
    public string Language => Spoken?.Declaration.Languages is not { } published ? Receipt.Language ?? "und"
        : Receipt.Language is { } shown && published.Contains(shown) ? shown : published[0];

    public string Address => $"{PublicUrl}/v1/sites/{Receipt.Site}/receipts/{Receipt.Id}";

    public string? PreviousAddress => Receipt.Previous is { } id ? $"{PublicUrl}/v1/sites/{Receipt.Site}/receipts/{id}" : null;

    /// <summary>The declaration as data, from which its hash is computed.</summary>
    public string DeclarationAddress(string hash) => $"{PublicUrl}/v1/sites/{Receipt.Site}/declaration?version={hash}";

    /// <summary>The text as a person read it.</summary>
    public string TextAddress(string hash) =>
        $"{PublicUrl}/v1/sites/{Receipt.Site}/notices/{hash}" + (Receipt.Language is { } shown && shown == Language ? $"?language={shown}" : "");

    /// <summary>Every purpose and topic of the receipt, by id.</summary>
    public IEnumerable<DecidedPurpose> Purposes => Receipt.Purposes.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p =>
    {
        // A "no" needs no declaration; then what was in force at the time gives its legal basis, as it did when it was recorded.
        var on = (p.Value.Declaration is { } hash ? Declarations.ByHash(hash) : null) ?? Declarations.InForce(p.Value.DecidedAt);
        return new DecidedPurpose(
            p.Key, p.Value, on?.Declaration, on?.Declaration.PurposeBehind(p.Key), on?.Declaration.FindTopic(p.Key), p.Value.DecidedIn == Receipt.Version, At);
    });
}

/// <summary>One purpose or topic of a receipt, with what it was decided on.</summary>
/// <param name="Purpose">The purpose, or the one behind the topic; null when no version that applies knew it.</param>
/// <param name="Changed">It was decided by this receipt, and not by an earlier one; what an undo put back was decided when it was.</param>
internal sealed record DecidedPurpose(
    string Id, PurposeDecision Decision, Declaration? On, Purpose? Purpose, Topic? Topic, bool Changed, DateTimeOffset At)
{
    public LegalBasis? Basis => Purpose?.LegalBasis;

    /// <summary>When the person decided: by the clock of the service, or the system, that took the decision; ours where we took it.</summary>
    public DateTimeOffset Expressed => Decision.TakenAt ?? Decision.DecidedAt;

    /// <summary>When the decision ceases to count; null where it holds until it is decided again. Only a choice about consent runs out.</summary>
    public DateTimeOffset? Ends => Basis is null or LegalBasis.Consent && Decision.Status is not Contracts.Decision.Objected ? Decision.ValidUntil : null;

    public bool HasExpired => Ends <= At;

    /// <summary>With the signal on, a "no" to advertising may be the browser's: the receipt does not tell it from one that was pressed.</summary>
    public bool MayBeOfSignal(Receipt receipt) => receipt.Gpc == true && Decision.IsNo && Purpose?.Advertising == true;

    public Texts? Name => Topic?.Name ?? Purpose?.Name;

    public Texts? Description => Topic?.Description ?? Purpose?.Description;

    public IEnumerable<Vendor> Recipients => (Purpose?.Vendors ?? []).Select(id => On!.Vendors.FirstOrDefault(v => v.Id == id)).OfType<Vendor>();

    public IEnumerable<DataCategory> Data => (Purpose?.DataCategories ?? []).Select(id => On!.DataCategories.FirstOrDefault(c => c.Id == id)).OfType<DataCategory>();
}

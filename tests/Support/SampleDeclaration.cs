using Consent.Contracts;

namespace Consent.Tests.Support;

/// <summary>
/// A small declaration in Dutch and English that validates; a test says by arguments and <c>with</c> what it is about, and leaves
/// the rest to what stands here.
/// </summary>
public static class SampleDeclaration
{
    /// <param name="name">The controller's; made of its id when absent.</param>
    /// <param name="purposes">Their data categories are declared with them.</param>
    public static Declaration Of(
        string site, string controller, IReadOnlyList<Purpose>? purposes = null, IReadOnlyList<Topic>? topics = null, string? name = null) =>
        purposes?.Any(p => p.LegalBasis == LegalBasis.Consent) == true
            ? Declared(site, controller, [.. purposes, ProofOfConsent], topics, name) with { Cookies = [ChoiceCookie] }
            : Declared(site, controller, purposes, topics, name);

    /// <summary>The processing that every site which asks consent has besides: to keep the proof, and to remember the choice.</summary>
    public static Purpose ProofOfConsent { get; } = Purpose("proof-of-consent", LegalBasis.LegalObligation) with
    {
        Retention = new Retention { Term = new Term(5, 0, 0), Trigger = "consent-ended", Description = Text("Vijf jaar.", "Five years.") },
    };

    private static CookieEntry ChoiceCookie { get; } = new()
    {
        Name = Declaration.ChoiceCookie,
        Kind = CookieKind.Cookie,
        Purpose = "proof-of-consent",
        Lifetime = Term.SixMonths,
        Description = Text("Uw keuze.", "Your choice."),
    };

    private static Declaration Declared(
        string site, string controller, IReadOnlyList<Purpose>? purposes, IReadOnlyList<Topic>? topics, string? name) => new()
        {
            Site = site,
            EffectiveFrom = new DateOnly(2026, 1, 1),
            Origins = [$"https://www.{site}.example"],
            Languages = ["nl", "en"],
            Controller = new Controller
            {
                Id = controller,
                Name = name ?? $"{controller} B.V.",
                Address = "Straat 1",
                Postcode = "1000 AA",
                City = "Stad",
                Country = "NL",
                Email = $"info@{site}.example",
                Website = $"https://www.{site}.example",
            },
            SupervisoryAuthority = new Authority("Autoriteit Persoonsgegevens", "https://www.autoriteitpersoonsgegevens.nl"),
            ScopeOfStatement = Text("Deze site.", "This site."),
            AnnouncementOfChanges = Text("Op deze pagina.", "On this page."),
            DataCategories = [.. (purposes ?? []).SelectMany(p => p.DataCategories).Distinct(StringComparer.Ordinal).Select(id => new DataCategory { Id = id, Name = Text(id) })],
            Purposes = purposes ?? [],
            Vendors = [],
            Cookies = [],
            Topics = topics ?? [],
            Rights = new Rights
            {
                Requests = [RightsRequest.Access, RightsRequest.Withdrawal, RightsRequest.Objection],
                Email = $"privacy@{site}.example",
                Deadline = new Term(0, 0, 28),
                IdentityCheck = new IdentityCheck(IdentityCheckMethod.ConfirmationMail, Text("Per e-mail.", "By e-mail.")),
                Procedure = Text("Schrijf ons.", "Write to us."),
            },
        };

    public static Purpose Purpose(string id, LegalBasis basis = LegalBasis.Consent, string trigger = "collected") => new()
    {
        Id = id,
        Name = Text(id),
        Description = Text($"Waarvoor {id}", $"What {id} is for"),
        LegalBasis = basis,
        Interest = basis == LegalBasis.LegitimateInterest ? Text("Ons belang.", "Our interest.") : null,
        DataCategories = ["visits"],
        Retention = new Retention { Trigger = trigger, Description = Text("Kort.", "Shortly.") },
    };

    /// <summary>A topic of letters by e-mail.</summary>
    public static Topic Topic(string id, string purpose) =>
        new() { Id = id, Purpose = purpose, Name = Text(id), Description = Text($"Over {id}", $"About {id}"), Channels = [Channel.Email] };

    /// <param name="english">The Dutch when absent.</param>
    public static Texts Text(string dutch, string? english = null) => new() { ["nl"] = dutch, ["en"] = english ?? dutch };

    /// <summary>The declaration with one purpose changed.</summary>
    public static Declaration With(this Declaration declaration, string purpose, Func<Purpose, Purpose> change)
    {
        ArgumentNullException.ThrowIfNull(declaration);
        return declaration with { Purposes = [.. declaration.Purposes.Select(p => p.Id == purpose ? change(p) : p)] };
    }

    public static PublishedDeclaration Published(this Declaration declaration, DateTimeOffset at, int version = 1) =>
        new(version, PublishedDeclaration.HashOf(declaration), at, declaration, Meaning.OfAll(declaration, null));
}

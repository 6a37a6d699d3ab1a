using Consent.Contracts;

namespace Consent.CookieBanner.Tests;

/// <summary>A small declaration: one purpose that stores something with consent, one without, one asked elsewhere.</summary>
internal static class Samples
{
    public static Texts Say(string dutch, string? english = null) => new() { ["nl"] = dutch, ["en"] = english ?? dutch };

    public static Purpose Purpose(string id, LegalBasis basis = LegalBasis.Consent, string? name = null) => new()
    {
        Id = id,
        Name = Say(name ?? $"Doel {id}", name ?? $"Purpose {id}"),
        Description = Say($"Waarvoor {id}", $"What {id} is for"),
        LegalBasis = basis,
        DataCategories = [],
        Retention = new Retention { Trigger = "collected", Description = Say("Kort") },
    };

    public static CookieEntry Stores(string purpose, string name, CookieKind kind = CookieKind.Cookie) => new()
    {
        Name = name,
        Kind = kind,
        Purpose = purpose,
        Description = Say("Een cookie"),
    };

    public static Declaration Declaration(
        IReadOnlyList<Purpose>? purposes = null, IReadOnlyList<CookieEntry>? cookies = null, string controller = "Wolhuis") => new()
        {
            Site = "wol",
            EffectiveFrom = new DateOnly(2026, 1, 1),
            Origins = ["https://wol.example"],
            Languages = ["nl", "en"],
            Controller = new Controller
            {
                Id = "wolhuis",
                Name = controller,
                Address = "Draad 1",
                Postcode = "0000 AA",
                City = "Spoel",
                Country = "NL",
                Email = "info@wol.example",
                Website = "https://wol.example",
            },
            SupervisoryAuthority = new Authority("AP", "https://ap.example"),
            ScopeOfStatement = Say("Alles"),
            AnnouncementOfChanges = Say("Hier"),
            DataCategories = [],
            Purposes = purposes ?? [Purpose("necessary", LegalBasis.LegalObligation), Purpose("statistics"), Purpose("newsletter"), Purpose("invoices", LegalBasis.Contract)],
            Vendors = [],
            Cookies = cookies ?? [Stores("necessary", "consent-choice"), Stores("statistics", "_stats*"), Stores("statistics", "seen", CookieKind.LocalStorage)],
            Topics = [],
            Rights = new Rights
            {
                Requests = [],
                Email = "info@wol.example",
                Deadline = new Term(0, 1, 0),
                IdentityCheck = new IdentityCheck(IdentityCheckMethod.ConfirmationMail, Say("Mail")),
                Procedure = Say("Schrijf ons"),
            },
        };

    public static PublishedDeclaration Published(Declaration? declaration = null, int version = 1)
    {
        declaration ??= Declaration();
        return new PublishedDeclaration(version, PublishedDeclaration.HashOf(declaration), DateTimeOffset.UnixEpoch, declaration, Meaning.OfAll(declaration, null));
    }
}

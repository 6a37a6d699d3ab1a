using Consent.Contracts;

namespace Consent.ConsentService.Tests;

/// <summary>A small declaration for tests of decisions: one purpose of each basis that matters, two topics.</summary>
internal static class TestSite
{
    public const string Visitor = "0123456789abcdef0123456789abcdef";
    public static readonly DateTimeOffset Noon = new(2026, 6, 3, 12, 0, 0, TimeSpan.Zero);

    public static PublishedDeclaration Published(Declaration declaration, int version = 1) =>
        new(version, PublishedDeclaration.HashOf(declaration), Noon.AddDays(-1), declaration);

    public static Declaration Declaration(params Purpose[] more) => new()
    {
        Site = "test-site",
        EffectiveFrom = new DateOnly(2026, 1, 1),
        Origins = ["https://www.test-site.example"],
        Languages = ["nl"],
        Controller = new Controller
        {
            Id = "test-house",
            Name = "Test House",
            Address = "Straat 1",
            Postcode = "1000 AA",
            City = "Stad",
            Country = "NL",
            Email = "privacy@test-site.example",
            Website = "https://www.test-site.example",
        },
        SupervisoryAuthority = new Authority("Autoriteit Persoonsgegevens", "https://www.autoriteitpersoonsgegevens.nl"),
        ScopeOfStatement = Text("x"),
        AnnouncementOfChanges = Text("x"),
        DataCategories = [new DataCategory { Id = "visits", Name = Text("v") }],
        Vendors = [],
        Cookies = [],
        Purposes =
        [
            Purpose("statistics", LegalBasis.Consent), Purpose("media", LegalBasis.Consent), Purpose("newsletter", LegalBasis.Consent),
            Purpose("necessary", LegalBasis.LegalObligation), Purpose("showcase", LegalBasis.LegitimateInterest), .. more,
        ],
        Topics =
        [
            new Topic { Id = "news", Purpose = "newsletter", Name = Text("n"), Description = Text("n"), Channels = [Channel.Email] },
            new Topic { Id = "offers", Purpose = "newsletter", Name = Text("o"), Description = Text("o"), Channels = [Channel.Email] },
        ],
        Rights = new Rights
        {
            Requests = [RightsRequest.Access, RightsRequest.Withdrawal, RightsRequest.Objection],
            Email = "privacy@test-site.example",
            Deadline = new Term(0, 0, 28),
            IdentityCheck = new IdentityCheck(IdentityCheckMethod.ConfirmationMail, Text("x")),
            Procedure = Text("x"),
        },
    };

    public static Purpose Purpose(string id, LegalBasis basis, string trigger = "collected") => new()
    {
        Id = id,
        Name = Text(id),
        Description = Text(id),
        LegalBasis = basis,
        DataCategories = ["visits"],
        Interest = basis == LegalBasis.LegitimateInterest ? Text("i") : null,
        Retention = new Retention { Trigger = trigger, Description = Text("x") },
    };

    private static Texts Text(string text) => new() { ["nl"] = text };
}

namespace Consent.Contracts.Tests;

/// <summary>A declaration with one purpose on each legal basis, and topics under three of them.</summary>
internal static class SampleDeclaration
{
    public static Declaration Value { get; } = new()
    {
        Site = "corner-shop",
        EffectiveFrom = new DateOnly(2025, 1, 1),
        Origins = ["https://www.corner-shop.example"],
        Languages = ["nl", "en"],
        Controller = new Controller
        {
            Id = "corner-shop",
            Name = "Corner Shop",
            Address = "Straat 1",
            Postcode = "0001 AA",
            City = "Dorp",
            Country = "NL",
            Email = "info@corner-shop.example",
            Website = "https://www.corner-shop.example",
        },
        SupervisoryAuthority = new Authority("Toezicht", "https://authority.example"),
        ScopeOfStatement = Both("Alles", "Everything"),
        AnnouncementOfChanges = Both("Hier", "Here"),
        DataCategories = [Category("visits"), Category("address")],
        Purposes =
        [
            Purpose("statistics", LegalBasis.Consent),
            Purpose("newsletter", LegalBasis.Consent),
            Purpose("delivery", LegalBasis.Contract),
            Purpose("books", LegalBasis.LegalObligation),
            Purpose("letters", LegalBasis.LegitimateInterest),
            Purpose("rescue", LegalBasis.VitalInterest),
            Purpose("care", LegalBasis.PublicTask),
        ],
        Vendors = [new Vendor { Id = "meter", Name = "Meter", Role = VendorRole.ThirdParty, Country = "NL" }],
        Cookies = [],
        Topics = [Topic("offers", "newsletter"), Topic("news", "newsletter"), Topic("catalogue", "letters"), Topic("parcels", "delivery")],
        Rights = new Rights
        {
            Requests = [RightsRequest.Access],
            Email = "privacy@corner-shop.example",
            Deadline = new Term(0, 1, 0),
            IdentityCheck = new IdentityCheck(IdentityCheckMethod.Account, Both("Account", "Account")),
            Procedure = Both("Schrijf", "Write"),
        },
    };

    public static Texts Both(string nl, string en) => new() { ["nl"] = nl, ["en"] = en };

    /// <summary>The declaration with one purpose changed.</summary>
    public static Declaration With(string purpose, Func<Purpose, Purpose> change) =>
        Value with { Purposes = [.. Value.Purposes.Select(p => p.Id == purpose ? change(p) : p)] };

    private static DataCategory Category(string id) => new() { Id = id, Name = Both(id, id) };

    private static Purpose Purpose(string id, LegalBasis basis) => new()
    {
        Id = id,
        Name = Both(id, id),
        Description = Both(id, id),
        LegalBasis = basis,
        DataCategories = ["visits", "address"],
        Retention = new Retention { Term = new Term(1, 0, 0), Trigger = "collected", Description = Both("Een jaar", "One year") },
        Vendors = ["meter"],
    };

    private static Topic Topic(string id, string purpose) =>
        new() { Id = id, Purpose = purpose, Name = Both(id, id), Description = Both(id, id), Channels = [Channel.Email] };
}

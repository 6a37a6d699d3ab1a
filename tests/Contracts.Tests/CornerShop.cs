using Consent.Tests.Support;

namespace Consent.Contracts.Tests;

/// <summary>A declaration with one purpose on each legal basis, and topics under three of them.</summary>
internal static class CornerShop
{
    public static Declaration Declaration { get; } = SampleDeclaration.Of(
        "corner-shop", "corner-shop",
        [
            Purpose("statistics", LegalBasis.Consent),
            Purpose("newsletter", LegalBasis.Consent),
            Purpose("delivery", LegalBasis.Contract),
            Purpose("books", LegalBasis.LegalObligation),
            Purpose("letters", LegalBasis.LegitimateInterest),
            Purpose("rescue", LegalBasis.VitalInterest),
            Purpose("care", LegalBasis.PublicTask),
        ],
        [
            SampleDeclaration.Topic("offers", "newsletter"), SampleDeclaration.Topic("news", "newsletter"),
            SampleDeclaration.Topic("catalogue", "letters"), SampleDeclaration.Topic("parcels", "delivery"),
        ]) with
    {
        ScopeOfStatement = SampleDeclaration.Text("Alles", "Everything"),
        Vendors = [new Vendor { Id = "meter", Name = "Meter", Role = VendorRole.ThirdParty, Country = "NL" }],
    };

    public static PublishedDeclaration Published { get; } = Of(Declaration);

    public static PublishedDeclaration Of(Declaration declaration) => declaration.Published(new DateTimeOffset(2025, 1, 1, 0, 0, 0, TimeSpan.Zero));

    public static string? Meaning(string id) => Published.MeaningOf(id);

    private static Purpose Purpose(string id, LegalBasis basis) => SampleDeclaration.Purpose(id, basis) with
    {
        DataCategories = ["visits", "address"],
        Retention = new Retention { Term = new Term(1, 0, 0), Trigger = "collected", Description = SampleDeclaration.Text("Een jaar", "One year") },
        Vendors = ["meter"],
    };
}

using Consent.Contracts;
using Consent.Tests.Support;

namespace Consent.ConsentService.Tests;

/// <summary>A small declaration for tests of decisions: one purpose of each basis that matters, two topics.</summary>
internal static class TestSite
{
    public const string Visitor = "0123456789abcdef0123456789abcdef";
    public static readonly DateTimeOffset Noon = new(2026, 6, 3, 12, 0, 0, TimeSpan.Zero);

    public static PublishedDeclaration Published(Declaration declaration, int version = 1) => declaration.Published(Noon.AddDays(-1), version);

    public static Declaration Declaration(params Purpose[] more) => SampleDeclaration.Of(
        "test-site", "test-house",
        [
            Purpose("statistics", LegalBasis.Consent), Purpose("media", LegalBasis.Consent), Purpose("newsletter", LegalBasis.Consent),
            Purpose("necessary", LegalBasis.LegalObligation), Purpose("showcase", LegalBasis.LegitimateInterest), .. more,
        ],
        [SampleDeclaration.Topic("news", "newsletter"), SampleDeclaration.Topic("offers", "newsletter")]);

    public static Purpose Purpose(string id, LegalBasis basis, string trigger = "collected") => SampleDeclaration.Purpose(id, basis, trigger);
}

using Consent.Cli.Scan;

namespace Consent.Cli.Tests;

/// <summary>A small declaration, and what a scan of its site might have seen.</summary>
internal static class SampleScan
{
    public static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    public static readonly DeclaredSite Declared = DeclaredSite.Read("""
        site: baker
        origins: ["https://www.baker.example", "https://shop.baker.example"]
        purposes:
          - { id: necessary, legalBasis: legal-obligation, vendors: [till] }
          - { id: statistics, legalBasis: consent, vendors: [counter] }
          - { id: media, legalBasis: consent, vendors: [player, till] }
        vendors:
          - { id: counter, privacyPolicy: "https://www.counter.example/privacy" }
          - { id: player }
          - { id: till }
        cookies:
          - { name: consent-choice, kind: cookie, purpose: necessary, lifetime: P6M }
          - { name: session, kind: cookie, purpose: necessary }
          - { name: _count*, kind: cookie, purpose: statistics, lifetime: P30D }
          - { name: _count_off, kind: cookie, purpose: necessary, lifetime: P1Y }
          - { name: player, kind: cookie, purpose: media, vendor: player, lifetime: P30D }
          - { name: basket, kind: local-storage, purpose: necessary, lifetime: P30D }
          - { name: watched, kind: local-storage, purpose: media }
        """);

    public static readonly VendorHosts Vendors = new(Declared.Vendors, []);

    public static StoredItem Cookie(string name, double? days = null, params Phase[] seen) =>
        new(StoredKind.Cookie, name, "www.baker.example") { LifetimeDays = days, Seen = In(seen) };

    public static ThirdParty Party(string host, params Phase[] seen) => new(host, ["cdn." + host], ["script"], In(seen));

    public static IReadOnlyList<Sighting> In(params Phase[] seen) => [.. seen.Select(phase => new Sighting(phase, "/"))];

    public static Observed Seen(params object[] things) => new(
        new Uri("https://www.baker.example/"), ["/"], [Phase.Before, Phase.Refused, Phase.Accepted],
        [.. things.OfType<StoredItem>()], [.. things.OfType<ThirdParty>()], []);

    /// <summary>What is wrong with these, in words; what was merely not met is left out.</summary>
    public static IReadOnlyList<string> Wrong(params object[] things) => Wrong(Vendors, things);

    public static IReadOnlyList<string> Wrong(VendorHosts vendors, params object[] things) =>
        [.. CompareWithDeclaration.Of(Declared, vendors, Seen(things), Now).Where(f => f.Kind != FindingKind.NeverSeen).Select(f => $"{f.Kind} {f.Name}")];
}

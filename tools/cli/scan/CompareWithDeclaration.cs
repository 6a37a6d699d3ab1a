using System.Text.Json.Serialization;
using Consent.Contracts;

namespace Consent.Cli.Scan;

/// <summary>
/// What is wrong: the declaration does not know it; it went to a vendor that serves no purpose there; it came before or against a
/// choice; it stays longer than declared. And, which need not be wrong, declared and not met.
/// </summary>
[JsonConverter(typeof(KebabCaseEnum<FindingKind>))]
internal enum FindingKind { Undeclared, WithoutPurpose, TooEarly, TooLongLived, NeverSeen }

/// <param name="What">The <see cref="StoredKind"/>, or <c>third-party</c>.</param>
/// <param name="Name">Of a third party its <see cref="ThirdParty.Host"/>; of what was never seen the declared name or host.</param>
internal sealed record Finding(FindingKind Kind, string What, string Name)
{
    /// <summary>Whose it is in the browser; of a third party its hosts.</summary>
    public IReadOnlyList<string> Hosts { get; init; } = [];

    /// <summary>Null when nothing declares one.</summary>
    public string? Purpose { get; init; }

    public string? Vendor { get; init; }

    /// <summary>Of what came too early, the sightings that were.</summary>
    public IReadOnlyList<Sighting> Seen { get; init; } = [];

    /// <summary>In days.</summary>
    public double? Lifetime { get; init; }

    /// <summary>In days; null for the browser session.</summary>
    public double? Declared { get; init; }
}

/// <summary>
/// Holds what a scan saw against what a declaration says. Pure. Says nothing of what the scan could not see: values, what other
/// visitors get, what comes after a login, a click or a longer stay, and how long the other side keeps what it was sent.
/// </summary>
internal static class CompareWithDeclaration
{
    /// <summary>A clock that is a little off, and a term of calendar months, are no reason to complain.</summary>
    public const double ToleranceDays = 1;

    /// <summary>In which Consent's own banner keeps a choice until it was sent; part of keeping the choice.</summary>
    private const string BannerKey = "consent-pending";

    /// <param name="now">When the scan took place: a term of months is so many days from then.</param>
    public static IReadOnlyList<Finding> Of(DeclaredSite declared, VendorHosts vendors, Observed seen, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(declared);
        ArgumentNullException.ThrowIfNull(vendors);
        ArgumentNullException.ThrowIfNull(seen);
        var met = new HashSet<DeclaredKey>();
        var findings = seen.Stored.Where(item => item is not { Kind: StoredKind.LocalStorage, Name: BannerKey, ThirdParty: false })
            .SelectMany(item => OfItem(declared, vendors, item, met, now))
            .Concat(seen.ThirdParties.SelectMany(party => OfThirdParty(declared, vendors, party))).ToList();
        findings.AddRange(declared.Keys.Where(key => !met.Contains(key))
            .Select(key => new Finding(FindingKind.NeverSeen, Word(key.Kind), key.Name) { Purpose = key.Purpose, Vendor = key.Vendor }));
        findings.AddRange(NeverAsked(declared, vendors, [.. seen.ThirdParties.SelectMany(party => party.Hosts)]));
        return [.. findings.OrderBy(f => f.Kind)];
    }

    private static IEnumerable<Finding> OfItem(DeclaredSite declared, VendorHosts vendors, StoredItem item, HashSet<DeclaredKey> met, DateTimeOffset now)
    {
        var finding = new Finding(FindingKind.Undeclared, Word(item.Kind), item.Name) { Hosts = [item.Host], Seen = item.Seen, Lifetime = item.LifetimeDays };
        var keys = declared.Keys.Where(key => IsOf(key, item, vendors)).ToList();
        if (keys.Count == 0)
        {
            yield return finding;
            yield break;
        }

        met.UnionWith(keys);
        // The closest name decides; where two say as much, the one that needs no consent, as in the banner.
        var key = keys.OrderByDescending(k => NamePattern.Weight(k.Name)).ThenBy(k => declared.RestsOnConsent(k.Purpose)).First();
        finding = finding with { Purpose = key.Purpose, Vendor = key.Vendor };
        if (declared.RestsOnConsent(key.Purpose) && Early(item.Seen) is { Count: > 0 } early) yield return finding with { Kind = FindingKind.TooEarly, Seen = early };
        var allowed = key.Lifetime is { } term ? (term.After(now) - now).TotalDays : (double?)null;
        if (item.LifetimeDays is { } lifetime && lifetime > (allowed ?? 0) + ToleranceDays) yield return finding with { Kind = FindingKind.TooLongLived, Declared = allowed };
    }

    /// <summary>The declaration has no kinds of its own for databases, caches and workers: they go by the names of what is kept locally.</summary>
    private static bool IsOf(DeclaredKey key, StoredItem item, VendorHosts vendors) =>
        key.Kind == (item.Kind is StoredKind.Cookie or StoredKind.SessionStorage ? item.Kind : StoredKind.LocalStorage)
        && NamePattern.Matches(key.Name, item.Name)
        && (!item.ThirdParty || (key.Vendor is { } vendor && vendors.MaySet(vendor, item.Host)));

    private static IEnumerable<Finding> OfThirdParty(DeclaredSite declared, VendorHosts vendors, ThirdParty party)
    {
        var finding = new Finding(FindingKind.Undeclared, "third-party", party.Host) { Hosts = party.Hosts, Seen = party.Seen };
        if (vendors.Of(party.Host, party.Hosts) is not var (vendor, _))
        {
            yield return finding;
            yield break;
        }

        // Contact may serve each purpose that names the vendor: it came too early only where all of them rest on consent. Where none
        // does, nothing can permit it, and the banner's guard always holds it.
        var purposes = Served(declared, vendor);
        if (purposes.Count == 0) yield return finding with { Kind = FindingKind.WithoutPurpose, Vendor = vendor };
        else if (purposes.All(declared.RestsOnConsent) && Early(party.Seen) is { Count: > 0 } early)
            yield return finding with { Kind = FindingKind.TooEarly, Purpose = purposes[0], Vendor = vendor, Seen = early };
    }

    private static IEnumerable<Finding> NeverAsked(DeclaredSite declared, VendorHosts vendors, IReadOnlyList<string> asked) =>
        from vendor in vendors.Vendors
        from host in vendor.Hosts
        where !asked.Any(other => DeclaredVendor.Covers(host, other))
        select new Finding(FindingKind.NeverSeen, "third-party", host) { Purpose = Served(declared, vendor.Id).FirstOrDefault(), Vendor = vendor.Id };

    /// <summary>The purposes that name the vendor, and those of its cookies and keys: as the banner's guard counts them.</summary>
    private static List<string> Served(DeclaredSite declared, string vendor) =>
    [
        .. declared.Purposes.Where(p => p.Vendors.Contains(vendor)).Select(p => p.Id)
            .Union(declared.Keys.Where(k => k.Vendor == vendor).Select(k => k.Purpose), StringComparer.Ordinal),
    ];

    private static List<Sighting> Early(IReadOnlyList<Sighting> seen) => [.. seen.Where(s => s.Phase != Phase.Accepted)];

    public static string Word(StoredKind kind) => System.Text.Json.JsonNamingPolicy.KebabCaseLower.ConvertName(kind.ToString());
}

namespace Consent.Cli.Scan;

/// <summary>What was found, for programs as it stands (<c>--json</c>); for people see <see cref="RenderText"/> and <see cref="RenderHtml"/>.</summary>
/// <param name="Site">Id of the declaration.</param>
/// <param name="Vendors">Host of a third party to the vendor that it was taken for; without those of nobody declared.</param>
internal sealed record ScanReport(
    string Site, DateTimeOffset ScannedAt, IReadOnlyList<Finding> Findings, Observed Seen, IReadOnlyDictionary<string, MatchedVendor> Vendors)
{
    /// <summary>Null where none were asked for.</summary>
    public IReadOnlyList<Screenshot>? Screenshots { get; init; }

    /// <summary>Findings that something is wrong: all but what was merely not met.</summary>
    public int Wrong => Findings.Count(f => f.Kind != FindingKind.NeverSeen);

    public static ScanReport Of(DeclaredSite declared, VendorHosts vendors, Observed seen, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(declared);
        ArgumentNullException.ThrowIfNull(vendors);
        ArgumentNullException.ThrowIfNull(seen);
        var matched = new Dictionary<string, MatchedVendor>(StringComparer.Ordinal);
        foreach (var party in seen.ThirdParties)
        {
            if (vendors.Of(party.Host, party.Hosts) is var (vendor, guessed)) matched[party.Host] = new MatchedVendor(vendor, guessed);
        }

        return new ScanReport(declared.Site, now, CompareWithDeclaration.Of(declared, vendors, seen, now), seen, matched);
    }
}

/// <param name="Guessed">From the host of its privacy policy, and not from the declaration or <c>--vendor-host</c>.</param>
internal sealed record MatchedVendor(string Vendor, bool Guessed);

namespace Consent.Cli.Scan;

/// <summary>
/// Whose a host is. What <c>--vendor-host</c> and the declaration's vendors say of their hosts is taken for certain, and the host of a
/// vendor's privacy policy for a hint.
/// </summary>
/// <param name="Given">Vendor and host, which stands for the hosts under it too.</param>
internal sealed record VendorHosts(IReadOnlyList<DeclaredVendor> Vendors, IReadOnlyList<(string Vendor, string Host)> Given)
{
    /// <param name="registrable">See <see cref="RegistrableHosts"/>.</param>
    /// <returns>The vendor, and whether that is a guess from its privacy policy; null when nobody declared it.</returns>
    public (string Vendor, bool Guessed)? Of(string registrable, IReadOnlyList<string> hosts)
    {
        // All of them: a cloud's host beside the vendor's own is not the vendor's.
        var certain = hosts.Select(host => Given.FirstOrDefault(g => Under(host, g.Host)).Vendor ?? Declaring(host)?.Id).Distinct().ToList();
        if (certain is [{ } vendor]) return (vendor, false);
        return Vendors.FirstOrDefault(v => v.PolicyHost is { } policy && Under(policy, registrable)) is { } hinted ? (hinted.Id, true) : null;
    }

    /// <summary>
    /// As whom a host counts: one that a vendor declares is a party of its own, whatever else lies on the same domain, which may be another
    /// vendor's, nobody's, or the site's own.
    /// </summary>
    public string PartyOf(string host, string registrable) => Declaring(host) is null ? registrable : host;

    /// <summary>Whether a cookie of this host can be one that the vendor is declared to set; a vendor of whom no host is known may set it anywhere.</summary>
    public bool MaySet(string vendor, string host)
    {
        var known = Given.Where(g => g.Vendor == vendor).Select(g => g.Host)
            .Concat(Vendors.Where(v => v.Id == vendor).SelectMany(v => v.Hosts).Select(h => h.StartsWith("*.", StringComparison.Ordinal) ? h[2..] : h)).ToList();
        return known.Count == 0 || known.Exists(h => Under(host, h) || Under(h, host));
    }

    private DeclaredVendor? Declaring(string host) => Vendors.FirstOrDefault(v => v.Has(host));

    private static bool Under(string host, string parent) => host == parent || host.EndsWith("." + parent, StringComparison.Ordinal);
}

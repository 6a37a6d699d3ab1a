namespace Consent.Cli.Scan;

/// <summary>
/// Whose a host is. A declaration does not name its vendors' hosts: what <c>--vendor-host</c> says is taken for certain, and the host
/// of a vendor's privacy policy for a hint.
/// </summary>
/// <param name="Given">Vendor and host, which stands for the hosts under it too.</param>
internal sealed record VendorHosts(IReadOnlyList<DeclaredVendor> Vendors, IReadOnlyList<(string Vendor, string Host)> Given)
{
    /// <param name="registrable">See <see cref="RegistrableHosts"/>.</param>
    /// <returns>The vendor, and whether that is a guess from its privacy policy; null when nobody declared it.</returns>
    public (string Vendor, bool Guessed)? Of(string registrable, IReadOnlyList<string> hosts)
    {
        // All of them: a cloud's host beside the vendor's own is not the vendor's.
        var given = hosts.Select(host => Given.FirstOrDefault(g => Under(host, g.Host)).Vendor).Distinct().ToList();
        if (given is [{ } vendor]) return (vendor, false);
        return Vendors.FirstOrDefault(v => v.PolicyHost is { } policy && Under(policy, registrable)) is { } hinted ? (hinted.Id, true) : null;
    }

    /// <summary>Whether a cookie of this host can be one that the vendor is declared to set; a vendor of whom no host was given may set it anywhere.</summary>
    public bool MaySet(string vendor, string host) => Given.All(g => g.Vendor != vendor) || Given.Any(g => g.Vendor == vendor && (Under(host, g.Host) || Under(g.Host, host)));

    private static bool Under(string host, string parent) => host == parent || host.EndsWith("." + parent, StringComparison.Ordinal);
}

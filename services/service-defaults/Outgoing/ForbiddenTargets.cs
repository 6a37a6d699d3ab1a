using System.Net;
using System.Net.Sockets;

namespace Consent.ServiceDefaults.Outgoing;

/// <summary>
/// Addresses that must not be called because somebody named them, for a webhook or a mailing system: what is not globally reachable by the IANA special-purpose registries (RFC 6890
/// and its updates), multicast, reserved, and the platform address of a large cloud. An IPv4 address inside an IPv6 one (mapped, RFC
/// 4291; NAT64, RFC 6052) is judged as the address that is reached by it.
/// </summary>
public static class ForbiddenTargets
{
    private static readonly IPNetwork[] V4 =
    [
        .. ((string[])[
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
            "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
            // The platform's own address in Azure, reachable from within only, though it looks public.
            "168.63.129.16/32",
        ]).Select(IPNetwork.Parse),
    ];

    /// <summary>Of IPv6 only global unicast is open; these are the parts of it that are not: Teredo and other protocol assignments, documentation, 6to4.</summary>
    private static readonly IPNetwork[] V6 = [.. ((string[])["2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"]).Select(IPNetwork.Parse)];

    private static readonly IPNetwork GlobalUnicast = IPNetwork.Parse("2000::/3");
    private static readonly IPNetwork Nat64 = IPNetwork.Parse("64:ff9b::/96");

    /// <summary>Whether the address may not be called. A network in <paramref name="allowed"/> opens it, under either form of the address.</summary>
    public static bool Contain(IPAddress address, IReadOnlyList<IPNetwork> allowed)
    {
        ArgumentNullException.ThrowIfNull(address);
        ArgumentNullException.ThrowIfNull(allowed);
        var reached = Reached(address);
        if (allowed.Any(n => Holds(n, address) || Holds(n, reached))) return false;
        return reached.AddressFamily switch
        {
            AddressFamily.InterNetwork => V4.Any(n => n.Contains(reached)),
            AddressFamily.InterNetworkV6 => !GlobalUnicast.Contains(reached) || V6.Any(n => n.Contains(reached)),
            _ => true,
        };
    }

    private static IPAddress Reached(IPAddress address)
    {
        if (address.AddressFamily != AddressFamily.InterNetworkV6) return address;
        if (address.IsIPv4MappedToIPv6) return address.MapToIPv4();
        // A scope (fe80::1%eth0) is no part of the address that the table is about.
        var bytes = address.GetAddressBytes();
        return Nat64.Contains(new IPAddress(bytes)) ? new IPAddress(bytes.AsSpan(12)) : new IPAddress(bytes);
    }

    private static bool Holds(IPNetwork network, IPAddress address) =>
        network.BaseAddress.AddressFamily == address.AddressFamily && network.Contains(address);
}

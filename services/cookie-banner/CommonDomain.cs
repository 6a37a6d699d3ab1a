namespace Consent.CookieBanner;

/// <summary>The domains on which a site's origins keep one choice together.</summary>
internal static class CommonDomain
{
    /// <summary>
    /// For hosts that end in the same two labels, the whole end that they have in common. Nothing for a host that stands alone, nor for
    /// addresses. Whether anybody may register under such an end is not known here: browsers refuse a cookie for it, and the script
    /// then does without.
    /// </summary>
    public static IReadOnlyList<string> Of(IEnumerable<string> origins) =>
    [
        .. origins.Select(o => new Uri(o)).Where(u => u.HostNameType == UriHostNameType.Dns).Select(u => u.Host).Distinct(StringComparer.Ordinal)
            .Select(host => host.Split('.').Reverse().ToArray()).Where(labels => labels.Length > 1)
            .GroupBy(labels => $"{labels[1]}.{labels[0]}", StringComparer.Ordinal).Where(hosts => hosts.Count() > 1)
            .Select(hosts => hosts.Aggregate((one, other) => [.. one.Zip(other).TakeWhile(pair => pair.First == pair.Second).Select(pair => pair.First)]))
            .Select(labels => string.Join('.', labels.Reverse())),
    ];

    /// <summary>That of a host; null when it keeps its choice alone.</summary>
    public static string? Of(IEnumerable<string> origins, string host) =>
        Of(origins).FirstOrDefault(domain => $".{host}".EndsWith($".{domain}", StringComparison.OrdinalIgnoreCase));
}

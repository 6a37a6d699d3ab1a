namespace Consent.CookieBanner;

/// <summary>The domain on which a site's origins keep one choice together.</summary>
internal static class CommonDomain
{
    /// <summary>
    /// The end that all hosts have in common, of two labels at least; null for a single host, for none in common, and for addresses. Whether
    /// anybody may register under it is not known here: browsers refuse a cookie for such a domain, and the script then does without.
    /// </summary>
    public static string? Of(IEnumerable<string> origins)
    {
        var hosts = origins.Select(o => new Uri(o)).Where(u => u.HostNameType == UriHostNameType.Dns).Select(u => u.Host).Distinct(StringComparer.Ordinal).ToList();
        if (hosts.Count < 2) return null;
        var labels = hosts.ConvertAll(h => h.Split('.').Reverse().ToArray());
        var common = labels[0].TakeWhile((label, i) => labels.TrueForAll(other => i < other.Length && other[i] == label)).ToList();
        return common.Count < 2 ? null : string.Join('.', Enumerable.Reverse(common));
    }
}

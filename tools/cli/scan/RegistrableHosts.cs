using System.Net;

namespace Consent.Cli.Scan;

/// <summary>
/// Which part of a host name somebody registered: <c>b.co.uk</c> of <c>a.b.co.uk</c>. The browser knows the Public Suffix List
/// (https://publicsuffix.org): a cookie for a public suffix it keeps for that host alone. Asked on a profile of its own, without a request.
/// </summary>
internal static class RegistrableHosts
{
    /// <returns>Per host; a host without such a part, such as an address or <c>localhost</c>, stands for itself.</returns>
    public static async Task<IReadOnlyDictionary<string, string>> OfAsync(DevTools tools, IReadOnlyCollection<string> hosts, CancellationToken cancel)
    {
        var browserContextId = (await tools.AskAsync(null, "Target.createBrowserContext", null, cancel)).GetProperty("browserContextId").GetString();
        var cookies = hosts.SelectMany(Candidates).Distinct(StringComparer.Ordinal)
            .Select(candidate => new { name = "p", value = "1", url = $"https://{candidate}/", domain = "." + candidate }).ToList();
        await tools.AskAsync(null, "Storage.setCookies", new { browserContextId, cookies }, cancel);
        var kept = (await tools.AskAsync(null, "Storage.getCookies", new { browserContextId }, cancel)).GetProperty("cookies").EnumerateArray()
            .Select(cookie => cookie.GetProperty("domain").GetString()!).ToHashSet(StringComparer.Ordinal);
        await tools.AskAsync(null, "Target.disposeBrowserContext", new { browserContextId }, cancel);
        return hosts.Distinct(StringComparer.Ordinal).ToDictionary(
            host => host, host => Candidates(host).FirstOrDefault(candidate => kept.Contains("." + candidate)) ?? host, StringComparer.Ordinal);
    }

    /// <summary>The host's own endings, the shortest first.</summary>
    private static IEnumerable<string> Candidates(string host)
    {
        if (IPAddress.TryParse(host.Trim('[', ']'), out _)) return [];
        var labels = host.Split('.', StringSplitOptions.RemoveEmptyEntries);
        return Enumerable.Range(1, labels.Length).Select(count => string.Join('.', labels[^count..]));
    }
}

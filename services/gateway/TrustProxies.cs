using System.Net;

namespace Consent.Gateway;

/// <summary>
/// Whose word counts for where a request comes from (<c>X-Forwarded-For</c>): that of the proxies in <c>Gateway:TrustedProxies</c>, networks with a comma
/// between them, such as <c>10.244.0.0/16, fd00::/8</c>, and of nobody else; where nothing is set, of this machine's own. Of several proxies in a row the
/// client is the last address that is none of theirs.
/// </summary>
internal static class TrustProxies
{
    public static void AddTrustedProxies(this IHostApplicationBuilder builder)
    {
        var networks = Of(builder.Configuration["Gateway:TrustedProxies"]);
        // None at all would mean anybody.
        if (networks.Count == 0) return;
        builder.Services.Configure<ForwardedHeadersOptions>(forwarded =>
        {
            forwarded.ForwardLimit = null;
            forwarded.KnownProxies.Clear();
            forwarded.KnownIPNetworks.Clear();
            foreach (var network in networks) forwarded.KnownIPNetworks.Add(network);
        });
    }

    private static List<IPNetwork> Of(string? setting) =>
        [.. (setting ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(text => IPNetwork.TryParse(text, out var network)
            ? network
            : throw new InvalidOperationException("Set Gateway:TrustedProxies to networks with a comma between them, such as 10.244.0.0/16 or, for one address, 10.0.0.7/32."))];
}

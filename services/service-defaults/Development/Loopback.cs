using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Consent.ServiceDefaults.Development;

/// <summary>What is on one's own machine: requests from it, by a name that is its own, and addresses on it.</summary>
internal static class Loopback
{
    /// <summary>Both are asked for: a page elsewhere may have a name that leads here (DNS rebinding), and a proxy may stand in front.</summary>
    public static bool Reaches(HttpContext http) =>
        http.Connection.RemoteIpAddress is { } from && IPAddress.IsLoopback(from) && Uri.TryCreate(OriginOf(http.Request), UriKind.Absolute, out var here) && IsHostOf(here);

    public static string OriginOf(HttpRequest request) => $"{request.Scheme}://{request.Host}";

    public static bool IsHostOf(Uri address) => address.Host == "localhost" || (IPAddress.TryParse(address.DnsSafeHost, out var ip) && IPAddress.IsLoopback(ip));

    public static ProblemHttpResult Refusal() => Problems.Because(403, "loopback-only", "The development issuer signs in on its own machine only.",
        "Open it as http://localhost with its port on the machine that it runs on, or set Auth:Authority to a real issuer.");
}

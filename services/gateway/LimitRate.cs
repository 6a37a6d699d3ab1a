using System.Globalization;
using System.Net;
using System.Threading.RateLimiting;
using Consent.ServiceDefaults;

namespace Consent.Gateway;

/// <summary>
/// Slows down a single address that floods the public POST routes: <c>Gateway:PublicPostsPerMinute</c> (default 3000; mailbox
/// providers send many one-click opt-outs from few addresses) per client address, in windows of ten seconds. The addresses
/// live in memory only, as long as the window. It protects against accidents, not against a distributed flood.
/// </summary>
internal static class LimitRate
{
    /// <summary>What is only counted has a limit of its own: it takes nothing from what is decided.</summary>
    private static readonly string[] Policies = ["public-post", "public-count"];
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(10);

    public static void AddPublicPostLimit(this IHostApplicationBuilder builder)
    {
        var perMinute = builder.Configuration.GetValue("Gateway:PublicPostsPerMinute", 3000);
        var perWindow = Math.Max(1, (int)(perMinute * Window / TimeSpan.FromMinutes(1)));
        builder.Services.AddRateLimiter(limiter =>
        {
            foreach (var policy in Policies)
            {
                limiter.AddPolicy(policy, context => RateLimitPartition.GetFixedWindowLimiter(
                    context.Connection.RemoteIpAddress ?? IPAddress.None,
                    _ => new FixedWindowRateLimiterOptions { PermitLimit = perWindow, Window = Window }));
            }
            limiter.OnRejected = async (rejected, _) => await RejectAsync(rejected.HttpContext, rejected.Lease);
        });
    }

    private static Task RejectAsync(HttpContext context, RateLimitLease lease)
    {
        var wait = lease.TryGetMetadata(MetadataName.RetryAfter, out var after) ? after : Window;
        var seconds = Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds));
        context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        return Problems.Because(429, "too-many-requests", "Too many requests came from this address.",
            $"Wait {seconds} seconds and send it again.").ExecuteAsync(context);
    }
}

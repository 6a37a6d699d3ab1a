using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Threading.RateLimiting;
using Consent.ServiceDefaults;

namespace Consent.Gateway;

/// <summary>
/// Slows down a single client that floods the public POST routes: <c>Gateway:PublicPostsPerMinute</c> (default 3000), in windows of ten seconds; of
/// sign-ups, each of which may send somebody a mail, <c>Gateway:SubscriptionsPerMinute</c> (default 10). One-click opt-outs have
/// <c>Gateway:OneClicksPerMinute</c> (default 60,000): a mailbox provider sends those of all its people from few addresses, and nobody promises that it comes
/// again when it is refused. They need no tighter limit, because none can do much: a body is small, a token that is none costs one decryption and no look into
/// the store, and a link that is used again and again writes seldom. A client is an IPv4 address, or the /64 of an IPv6 one, of which a household has as many as it
/// likes. The addresses live in memory only, as long as the window. It protects against accidents, not against a distributed flood.
/// </summary>
internal static class LimitRate
{
    /// <summary>Each has a bucket of its own: what is counted takes nothing from what is decided, and nothing takes from opt-outs.</summary>
    private static readonly string[] Policies = ["public-post", "public-count", "opt-out"];
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(10);

    /// <summary>Of nobody.</summary>
    private static readonly IPAddress Unlimited = IPAddress.None;

    public static void AddPublicPostLimit(this IHostApplicationBuilder builder)
    {
        var posts = PermitsOf(builder.Configuration.GetValue("Gateway:PublicPostsPerMinute", 3000), Window);
        var oneClicks = PermitsOf(builder.Configuration.GetValue("Gateway:OneClicksPerMinute", 60_000), Window);
        var subscriptions = PermitsOf(builder.Configuration.GetValue("Gateway:SubscriptionsPerMinute", 10), TimeSpan.FromMinutes(1));
        builder.Services.AddRateLimiter(limiter =>
        {
            foreach (var policy in Policies) limiter.AddPolicy(policy, context => Bucket(context, posts));
            limiter.AddPolicy("one-click", context => Bucket(context, oneClicks));
            // With a token it is one of a controller's own systems, and sends nobody a mail.
            limiter.AddPolicy("subscribe", context => context.User.HasScope("marketing") ? RateLimitPartition.GetNoLimiter(Unlimited) : Bucket(context, subscriptions));
            limiter.OnRejected = async (rejected, _) => await RejectAsync(rejected.HttpContext, rejected.Lease);
        });
    }

    private static FixedWindowRateLimiterOptions PermitsOf(int perMinute, TimeSpan window) =>
        new() { PermitLimit = Math.Max(1, (int)(perMinute * window / TimeSpan.FromMinutes(1))), Window = window };

    /// <summary>A browser's question whether it may post is no post.</summary>
    private static RateLimitPartition<IPAddress> Bucket(HttpContext context, FixedWindowRateLimiterOptions permits) =>
        HttpMethods.IsOptions(context.Request.Method)
            ? RateLimitPartition.GetNoLimiter(Unlimited)
            : RateLimitPartition.GetFixedWindowLimiter(ClientOf(context), _ => permits);

    private static IPAddress ClientOf(HttpContext context)
    {
        if (context.Connection.RemoteIpAddress is not { } address) return IPAddress.Any;
        if (address.IsIPv4MappedToIPv6) return address.MapToIPv4();
        if (address.AddressFamily is not AddressFamily.InterNetworkV6) return address;
        var network = address.GetAddressBytes();
        network.AsSpan(8).Clear();
        return new IPAddress(network);
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

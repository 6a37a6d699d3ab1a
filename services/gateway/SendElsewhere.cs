using System.Net.Sockets;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Health;
using Yarp.ReverseProxy.Model;

namespace Consent.Gateway;

/// <summary>
/// A replica that cannot be connected to got nothing of the request, whatever its method: another one is asked, each at most once. What broke off later may have been carried
/// out, and is never sent a second time.
/// </summary>
internal static class SendElsewhere
{
    /// <summary>Within a cluster a connection takes milliseconds; a machine that is gone refuses none, and would be waited for.</summary>
    public static readonly TimeSpan ConnectWithin = TimeSpan.FromSeconds(2);

    /// <summary>Stands before the choice of a replica, and within what answers for the backend.</summary>
    public static async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        var proxied = context.GetReverseProxyFeature();
        var available = proxied.AvailableDestinations;
        await next(context);
        if (IsUnsent(context)) await AskOthersAsync(context, next, proxied, available);
    }

    private static async Task AskOthersAsync(HttpContext context, RequestDelegate next, IReverseProxyFeature proxied, IReadOnlyList<DestinationState> available)
    {
        var tried = new List<DestinationState>();
        while (IsUnsent(context) && proxied.ProxiedDestination is { } dead)
        {
            tried.Add(dead);
            PassOver(context, proxied, dead);
            var left = available.Except(tried).ToArray();
            // One that says that it is not ready may answer all the same, and is asked last.
            if (left.Length == 0) left = [.. proxied.AllDestinations.Except(tried)];
            if (left.Length == 0) return;

            context.Features.Set<IForwarderErrorFeature>(null);
            context.Response.StatusCode = StatusCodes.Status200OK;
            (proxied.AvailableDestinations, proxied.ProxiedDestination) = (left, null);
            await next(context);
        }
    }

    private static bool IsUnsent(HttpContext context) =>
        context.GetForwarderErrorFeature() is { Exception: { } e } failure && !context.Response.HasStarted && !context.RequestAborted.IsCancellationRequested && IsUnsent(failure.Error, e);

    /// <summary>Whether it failed before there was a connection. Pure.</summary>
    internal static bool IsUnsent(ForwarderError error, Exception e) => (error, e) switch
    {
        (ForwarderError.Request, HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError, InnerException: SocketException }) => true,
        // The time to connect is told so; that the whole request took too long has no such cause.
        (ForwarderError.RequestTimedOut, OperationCanceledException { InnerException: TimeoutException }) => true,
        _ => false,
    };

    /// <summary>The next requests need not try it; the probe that it answers again brings it back.</summary>
    private static void PassOver(HttpContext context, IReverseProxyFeature proxied, DestinationState dead)
    {
        if (proxied.Cluster.Config.HealthCheck?.Active?.Enabled != true || proxied.Route.Cluster is not { } cluster) return;
        context.RequestServices.GetRequiredService<IDestinationHealthUpdater>().SetActive(cluster, [new(dead, DestinationHealth.Unhealthy)]);
    }
}

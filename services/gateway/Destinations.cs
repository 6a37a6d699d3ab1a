using Yarp.ReverseProxy.Configuration;

namespace Consent.Gateway;

/// <summary>Where each service answers: setting <c>Services:{name}</c>, else the address in <c>routes.json</c>.</summary>
internal sealed class Destinations(IConfiguration configuration) : IProxyConfigFilter
{
    public ValueTask<ClusterConfig> ConfigureClusterAsync(ClusterConfig cluster, CancellationToken cancel)
    {
        var address = configuration[$"Services:{cluster.ClusterId}"];
        return new(address is null ? cluster : cluster with
        {
            Destinations = new Dictionary<string, DestinationConfig>(StringComparer.Ordinal) { ["one"] = new() { Address = address } },
        });
    }

    public ValueTask<RouteConfig> ConfigureRouteAsync(RouteConfig route, ClusterConfig? cluster, CancellationToken cancel) => new(route);
}

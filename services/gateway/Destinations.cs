using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Health;

namespace Consent.Gateway;

/// <summary>
/// Where each service answers: setting <c>Services:{name}</c>, or <c>Services:{name}:0</c>, <c>:1</c> and so on for its replicas, else
/// the address in <c>routes.json</c>; or wherever those names lead (<see cref="LookUpDestinations"/>). Of several, those that do not answer their readiness probe are passed over.
/// </summary>
internal sealed class Destinations(LookUpDestinations replicas) : IProxyConfigFilter
{
    private static readonly HealthCheckConfig _watched = new()
    {
        Active = new() { Enabled = true, Path = "/health/ready", Interval = TimeSpan.FromSeconds(1), Timeout = TimeSpan.FromSeconds(2), Policy = HealthCheckConstants.ActivePolicy.ConsecutiveFailures },
        // With none that answers, asking is better than refusing: one may just have come back.
        AvailableDestinationsPolicy = HealthCheckConstants.AvailableDestinations.HealthyOrPanic,
    };

    private static readonly Dictionary<string, string> _atTheFirstFailure = new() { ["ConsecutiveFailuresHealthPolicy.Threshold"] = "1" };

    /// <summary>The addresses of a service as they are set; none when nothing is.</summary>
    public static IReadOnlyList<string> Of(IConfiguration configuration, string service)
    {
        var section = configuration.GetSection($"Services:{service}");
        return section.Value is { } one ? [one] : [.. section.GetChildren().Select(c => c.Value).OfType<string>()];
    }

    public ValueTask<ClusterConfig> ConfigureClusterAsync(ClusterConfig cluster, CancellationToken cancel)
    {
        var all = replicas.Of(cluster.ClusterId);
        if (all.Count == 0) return new(cluster);
        // By its address, so that what is known of one stays with it when others come and go.
        var set = cluster with { Destinations = all.ToDictionary(d => d.Address, StringComparer.Ordinal) };
        return new(all.Count == 1 && !replicas.IsOn ? set : set with { HealthCheck = _watched, Metadata = _atTheFirstFailure });
    }

    public ValueTask<RouteConfig> ConfigureRouteAsync(RouteConfig route, ClusterConfig? cluster, CancellationToken cancel) => new(route);
}

using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Consent.ServiceDefaults;
using Consent.ServiceDefaults.Outgoing;
using Yarp.ReverseProxy.Configuration;

namespace Consent.Gateway;

/// <summary>
/// Where the name of a service leads to all its replicas, as that of a headless Service in a cluster does, <c>Gateway:LookUpEvery</c> (100 ms to five minutes; unset: never) says
/// how often each name is looked up: one that came is used from then on, one that went no longer. A name that cannot be looked up keeps what it led to last; one that does not exist keeps
/// it for 30 s, since names may be away for a moment when replicas are not, and no longer, since the addresses may be another's by then: after that, as one that was never found, it is left
/// to whoever connects. Each name has a turn of its own, so that a slow one keeps no other waiting.
/// </summary>
internal sealed class LookUpDestinations(
    IConfiguration configuration, InMemoryConfigProvider changed, ResolveHost resolve, TimeProvider time, ILogger<LookUpDestinations> logger) : BackgroundService
{
    public const string Setting = "Gateway:LookUpEvery";
    private static readonly TimeSpan KeptFor = TimeSpan.FromSeconds(30);
    private readonly ConcurrentDictionary<string, IReadOnlyList<DestinationConfig>> _found = new(StringComparer.Ordinal);

    public bool IsOn => EveryOf(configuration) is not null;

    /// <exception cref="InvalidOperationException">What is set is no such time.</exception>
    public static TimeSpan? EveryOf(IConfiguration configuration) =>
        TimeSetting.Of(configuration, Setting, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(5));

    /// <summary>Where the service answers now; none when nothing is set.</summary>
    public IReadOnlyList<DestinationConfig> Of(string service) =>
        [.. Destinations.Of(configuration, service).SelectMany(address => _found.GetValueOrDefault(address) ?? [new() { Address = address }]).DistinctBy(d => d.Address, StringComparer.Ordinal)];

    protected override Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (EveryOf(configuration) is not { } every) return Task.CompletedTask;
        var addresses = configuration.GetSection("Services").GetChildren().SelectMany(service => Destinations.Of(configuration, service.Key)).Distinct(StringComparer.Ordinal);
        return Task.WhenAll(addresses.Select(address => FollowAsync(address, every, stoppingToken)));
    }

    private async Task FollowAsync(string address, TimeSpan every, CancellationToken cancel)
    {
        using var timer = new PeriodicTimer(every, time);
        var failing = false;
        long? goneSince = null;
        try
        {
            do
            {
                var found = await FindAsync(new Uri(address), cancel);
                if (found is { Count: > 0 }) Use(address, found);
                // Told once for each time that it is away, not at every turn.
                else if (!failing) logger.LogWarning("{Address} is not found; what it led to last is used for a while, and it is looked up again all the time.", address);
                failing = found is not { Count: > 0 };
                goneSince = found switch { null => goneSince, { Count: 0 } => goneSince ?? time.GetTimestamp(), _ => null };
                if (goneSince is { } since && time.GetElapsedTime(since) >= KeptFor) Forget(address);
            }
            while (await timer.WaitForNextTickAsync(cancel));
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            // Stopping.
        }
    }

    /// <returns>None when the name does not exist; null when nobody can say.</returns>
    private async Task<List<DestinationConfig>?> FindAsync(Uri named, CancellationToken cancel)
    {
        try
        {
            var addresses = await resolve(named.DnsSafeHost, cancel);
            return [.. addresses.Select(a => At(named, a)).DistinctBy(d => d.Address, StringComparer.Ordinal).OrderBy(d => d.Address, StringComparer.Ordinal)];
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.HostNotFound or SocketError.NoData)
        {
            return [];
        }
        catch (Exception e) when (e is SocketException or ArgumentException)
        {
            return null;
        }
    }

    /// <summary>The service is called by its name, wherever it is.</summary>
    private static DestinationConfig At(Uri named, IPAddress address) =>
        new() { Address = new UriBuilder(named) { Host = address.ToString() }.Uri.AbsoluteUri, Host = named.Authority };

    private void Use(string address, List<DestinationConfig> found)
    {
        if (_found.TryGetValue(address, out var known) && known.SequenceEqual(found)) return;
        _found[address] = found;
        // It holds nothing itself: that it changed has all routes and clusters made anew.
        changed.Update([], []);
    }

    private void Forget(string address)
    {
        if (_found.TryRemove(address, out _)) changed.Update([], []);
    }
}

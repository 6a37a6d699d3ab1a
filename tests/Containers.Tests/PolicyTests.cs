using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Consent.Containers.Tests;

/// <summary>The chart's network policies, enforced by the kernel: who reaches whom. That the main scenario passes under them shows that no arrow is missing.</summary>
[Collection(OnSqlite.Name)]
public sealed class PolicyTests(RunningOnSqlite running)
{
    private static readonly string[] Services = ["consent", "cookie-banner", "marketing-unsubscribe", "audit", "newsletter", "analytics", "webhooks", "connectors"];

    /// <summary>The gateway's routes; proofs and "may I send?"; and the issuer, which is at the gateway here.</summary>
    private static readonly IEnumerable<(string From, string To)> Arrows =
    [
        .. Services.Select(s => ("gateway", s)), .. Services.Select(s => (s, "gateway")),
        ("audit", "marketing-unsubscribe"), ("marketing-unsubscribe", "audit"), ("connectors", "marketing-unsubscribe"),
    ];

    private Cluster Cluster => running.Containers.Cluster;

    [Fact]
    public async Task The_arrows_are_open_and_no_others()
    {
        var open = await OpenAsync((from, to) => (to.Address, 8080));

        Assert.Equal(Lines(Arrows), Lines(open));
    }

    [Fact]
    public async Task Metrics_are_for_nobody_unless_the_values_say_for_whom()
    {
        Assert.Empty(await OpenAsync((from, to) => (to.Address, 9464)));
    }

    [Fact]
    public async Task The_broker_is_for_services_and_what_is_permitted_is_passed_on_by_analytics_alone()
    {
        var broker = new List<string>();
        var sink = new List<string>();
        foreach (var pod in Cluster.Pods.Values)
        {
            if (await Cluster.Network.ReachesAsync(pod.Address, Cluster.Network.Broker, 5672, Services.Contains(pod.Spec.Name))) broker.Add(pod.Spec.Name);
            if (await Cluster.Network.ReachesAsync(pod.Address, Cluster.Network.Sink, running.Product.Demo.Port, pod.Spec.Name == "analytics")) sink.Add(pod.Spec.Name);
        }

        Assert.Equal(Services.Order(StringComparer.Ordinal), broker.Order(StringComparer.Ordinal));
        Assert.Equal(["analytics"], sink);
    }

    [Fact]
    public async Task From_outside_nothing_but_the_gateway_is_reached()
    {
        var reached = new ConcurrentBag<string>();
        await Parallel.ForEachAsync(Cluster.Pods.Values, async (pod, _) =>
        {
            if (await ConnectsAsync(Cluster.Network.Outside, pod.Address, tries: pod.Spec.Name == "gateway" ? 10 : 1)) reached.Add(pod.Spec.Name);
        });

        Assert.Equal(["gateway"], reached);
    }

    private async Task<IEnumerable<(string From, string To)>> OpenAsync(Func<Pod, Pod, (string Address, int Port)> target)
    {
        var open = new ConcurrentBag<(string, string)>();
        var pairs = Cluster.Pods.Values.SelectMany(from => Cluster.Pods.Values.Where(to => to != from).Select(to => (From: from, To: to)));
        await Parallel.ForEachAsync(pairs, new ParallelOptions { MaxDegreeOfParallelism = 12 }, async (pair, _) =>
        {
            var (address, port) = target(pair.From, pair.To);
            if (await Cluster.Network.ReachesAsync(pair.From.Address, address, port, port == 8080 && Arrows.Contains((pair.From.Spec.Name, pair.To.Spec.Name)))) open.Add((pair.From.Spec.Name, pair.To.Spec.Name));
        });
        return open;
    }

    private static IEnumerable<string> Lines(IEnumerable<(string From, string To)> arrows) => arrows.Select(a => $"{a.From} -> {a.To}").Order(StringComparer.Ordinal);

    /// <summary>Whether somebody with the address connects to the port of http within 2 s.</summary>
    private static async Task<bool> ConnectsAsync(string from, string to, int tries)
    {
        for (; tries > 0; tries--)
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(IPAddress.Parse(from), 0));
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(2));
            try
            {
                await socket.ConnectAsync(IPAddress.Parse(to), 8080, patience.Token);
                return true;
            }
            catch (Exception e) when (e is SocketException or OperationCanceledException)
            {
                // Tried again, where it is to be open.
            }
        }

        return false;
    }
}

using System.Diagnostics;
using System.Globalization;

namespace Consent.Tests.Support;

/// <summary>
/// Three nodes of Debian's RabbitMQ as one cluster, each in a network namespace, so that a test can kill a node, cut it off from others
/// or slow it down. Needs root. See <c>tools/rabbitmq-cluster.sh</c>, which does it.
/// </summary>
public sealed class RabbitMqCluster : IAsyncDisposable
{
    public const int Nodes = 3;
    private readonly string _folder;
    private readonly string _net;

    private RabbitMqCluster(string folder, string net) => (_folder, _net) = (folder, net);

    public static async Task<RabbitMqCluster> StartAsync()
    {
        // A free port of this machine, taken as a free part of 10.0.0.0/8.
        var free = FreePorts.Take(1)[0];
        var cluster = new RabbitMqCluster(Directory.CreateTempSubdirectory("consent-cluster-").FullName, $"{free / 256}.{free % 256}");
        await cluster.RunAsync("start", cluster._net);
        return cluster;
    }

    /// <summary>A virtual host of its own on every node; its addresses, separated by commas.</summary>
    public async Task<string> CreateVirtualHostAsync(string name)
    {
        await RunAsync("vhost", name);
        return string.Join(',', Enumerable.Range(1, Nodes).Select(n => $"amqp://guest:guest@{HostOf(n)}:5672/{name}"));
    }

    /// <summary>Number of the node that leads the quorum queue; 0 when nobody can say.</summary>
    public async Task<int> LeaderOfAsync(string queue, string virtualHost) =>
        int.TryParse(await RunAsync("leader", queue, virtualHost), CultureInfo.InvariantCulture, out var node) ? node : 0;

    /// <summary>How many members each quorum queue has.</summary>
    public async Task<IReadOnlyDictionary<string, int>> MembersAsync(string virtualHost) =>
        (await RunAsync("members", virtualHost)).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' '))
            .ToDictionary(part => part[0], part => int.Parse(part[1], CultureInfo.InvariantCulture), StringComparer.Ordinal);

    public Task Kill9Async(int node) => RunAsync("kill-node", $"{node}");

    public Task StartNodeAsync(int node) => RunAsync("start-node", $"{node}");

    /// <summary>What <paramref name="from"/> sends reaches <paramref name="to"/> no more; the way back stays open.</summary>
    public Task CutOneWayAsync(int from, int to) => RunAsync("cut", $"{from}", $"{to}");

    /// <summary>The node and the two others no longer hear each other; whoever uses the broker still reaches all.</summary>
    public async Task CutOffAsync(int node)
    {
        foreach (var other in Enumerable.Range(1, Nodes).Where(n => n != node))
        {
            await CutOneWayAsync(node, other);
            await CutOneWayAsync(other, node);
        }
    }

    /// <param name="rate">Of all that the node sends, such as <c>256kbit</c>.</param>
    public Task SlowDownAsync(int node, string rate) => RunAsync("slow", $"{node}", rate);

    /// <summary>Whether a connection can be made from the one node to the other, within 2 s: both directions have to be open for that.</summary>
    public async Task<bool> ReachesAsync(int from, int to)
    {
        try
        {
            await RunAsync("reach", $"{from}", $"{to}");
            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    public Task HealAsync() => RunAsync("heal");

    /// <summary>
    /// Waits until the nodes are one cluster again. RabbitMQ does not always bring that about after a cut in one direction: then it is done as an
    /// operator would, by its guide to partitions. True when that was needed.
    /// </summary>
    public async Task<bool> RejoinAsync() => (await RunAsync("rejoin")).Length > 0;

    public async ValueTask DisposeAsync()
    {
        await RunAsync("stop");
        Directory.Delete(_folder, recursive: true);
    }

    private string HostOf(int node) => $"10.{_net}.{node}";

    private async Task<string> RunAsync(string command, params string[] arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(Repository.Root, "tools", "rabbitmq-cluster.sh"), [command, _folder, .. arguments])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        using var script = Process.Start(start)!;
        var output = script.StandardOutput.ReadToEndAsync();
        var said = await script.StandardError.ReadToEndAsync();
        await script.WaitForExitAsync();
        return script.ExitCode == 0 ? (await output).Trim() : throw new InvalidOperationException($"rabbitmq-cluster.sh {command} {string.Join(' ', arguments)} failed: {said}");
    }
}

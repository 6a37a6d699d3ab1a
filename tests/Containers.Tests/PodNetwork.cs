using System.Text;
using Consent.Tests.Support;

namespace Consent.Containers.Tests;

/// <summary>A network of pods, and the names by which they find each other. See <c>tools/pods.sh</c>, which does the first half.</summary>
internal sealed class PodNetwork
{
    private readonly string _folder;
    private readonly string _net;
    private string _written = "";

    private PodNetwork(string folder, string net)
    {
        (_folder, _net) = (folder, net);
        (Node, Outside, Broker, Database, Sink) = (At(254), At(250), At(251), At(252), At(253));
    }

    /// <summary>From here probes come, which no policy stops.</summary>
    public string Node { get; }

    /// <summary>Somebody who is no pod of the release.</summary>
    public string Outside { get; }

    public string Broker { get; }

    public string Database { get; }

    /// <summary>Where analytics sends what is permitted.</summary>
    public string Sink { get; }

    /// <summary>The file that every pod has as <c>/etc/hosts</c>.</summary>
    public string Hosts => Path.Combine(_folder, "hosts");

    /// <summary>Empty: a name that is not in <see cref="Hosts"/> is not known, and that at once.</summary>
    public string Resolver => Path.Combine(_folder, "resolv.conf");

    public static async Task<PodNetwork> StartAsync(string folder)
    {
        // A free port of this machine, taken as a free part of 10.0.0.0/8.
        var free = FreePorts.Take(1)[0];
        var network = new PodNetwork(folder, $"{free / 256}.{free % 256}");
        await network.RunAsync("start", network._net);
        await File.WriteAllTextAsync(network.Resolver, "");
        network.Name([]);
        return network;
    }

    public string At(int number) => $"10.{_net}.{number}";

    public static string Namespace(string address)
    {
        var parts = address.Split('.');
        return $"/run/netns/consent-pods-{parts[1]}-{parts[2]}-{parts[3]}";
    }

    public Task AddAsync(string address) => RunAsync("add", Last(address));

    /// <param name="rules">Of nft.</param>
    public Task PoliceAsync(string address, string rules) => Tool.RunAsync(Script, ["policy", _folder, Last(address)], rules);

    /// <summary>Whether a pod can connect, within 2 s.</summary>
    /// <param name="isExpected">Then it is tried ten times: a try is two seconds, which a busy machine may need for the tool alone.</param>
    public async Task<bool> ReachesAsync(string from, string to, int port, bool isExpected = false)
    {
        for (var tries = isExpected ? 10 : 1; tries > 0; tries--)
            if ((await Tool.TryAsync(Script, ["reach", _folder, Last(from), to, $"{port}"])).Code == 0) return true;
        return false;
    }

    /// <summary>Who is found by which name from now on; a name may stand for several addresses. Written in place: the pods have this very file.</summary>
    public void Name(IEnumerable<(string Address, string Name)> names)
    {
        var text = string.Join('\n', names.Select(n => $"{n.Address} {n.Name}").Prepend("127.0.0.1 localhost").Append(""));
        if (text == _written) return;
        using (var file = new FileStream(Hosts, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite))
        {
            // One write, then the cut: hardly a reader comes in between, and one that does finds a line too many.
            file.Write(Encoding.ASCII.GetBytes(text));
            file.SetLength(text.Length);
        }
        _written = text;
    }

    public Task StopAsync() => RunAsync("stop");

    private static string Script => Path.Combine(Repository.Root, "tools", "pods.sh");

    private static string Last(string address) => address[(address.LastIndexOf('.') + 1)..];

    private Task RunAsync(params string[] arguments) => Tool.RunAsync(Script, [arguments[0], _folder, .. arguments[1..]]);
}

using System.Diagnostics;

namespace Consent.Tests.Support;

/// <summary>Debian's RabbitMQ, a node of the test's own on free ports of the loopback, in a temporary folder.</summary>
public sealed class RabbitMqServer : IAsyncDisposable
{
    private readonly string _folder;
    private readonly string[] _ports;

    private readonly Dictionary<string, string> _settings = new(StringComparer.Ordinal);

    private RabbitMqServer(string folder, int[] ports, string address)
    {
        _folder = folder;
        _ports = [.. ports.Select(p => $"{p}")];
        Address = address;
    }

    public string Address { get; }

    /// <summary>All that it writes: messages, log and settings.</summary>
    public string Folder => _folder;

    public static async Task<RabbitMqServer> StartAsync()
    {
        var folder = Directory.CreateTempSubdirectory("consent-rabbitmq-").FullName;
        var ports = FreePorts.Take(3);
        var server = new RabbitMqServer(folder, ports, $"amqp://guest:guest@127.0.0.1:{ports[0]}/");
        await server.StartAgainAsync();
        return server;
    }

    /// <summary>On an address of this machine that others reach too, with one user.</summary>
    public static async Task<RabbitMqServer> StartAsync(string address, int port, string user, string password)
    {
        var server = new RabbitMqServer(
            Directory.CreateTempSubdirectory("consent-rabbitmq-").FullName, [port, .. FreePorts.Take(2)], $"amqp://{user}:{password}@{address}:{port}/");
        server._settings["CONSENT_BROKER_ADDRESS"] = address;
        server._settings["CONSENT_BROKER_USER"] = user;
        server._settings["CONSENT_BROKER_PASSWORD"] = password;
        await server.StartAgainAsync();
        return server;
    }

    /// <summary>After a death, on what it had.</summary>
    public Task StartAgainAsync() => ScriptAsync(["start", _folder, .. _ports]);

    /// <summary>What one of its own tools says, such as <c>rabbitmqctl</c>: one that bears being called again, as it is where the node does not answer it in time.</summary>
    public async Task<string> ToolAsync(string name, params string[] arguments)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                return await ScriptAsync(["tool", _folder, name, .. arguments]);
            }
            catch (InvalidOperationException) when (tries < 3)
            {
                await Task.Delay(1000);
            }
        }
    }

    /// <summary>SIGKILL; its epmd, which knows nothing that matters, lives on.</summary>
    public async Task Kill9Async()
    {
        using var node = Process.GetProcessById(int.Parse(await File.ReadAllTextAsync(Path.Combine(_folder, "pid")), null));
        node.Kill();
        await node.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await ScriptAsync("stop", _folder);
        Directory.Delete(_folder, recursive: true);
    }

    private async Task<string> ScriptAsync(params string[] arguments)
    {
        // A node that is started would hold the pipe open, so what is said goes there by a tool alone.
        var tool = arguments[0] == "tool";
        var start = new ProcessStartInfo(Path.Combine(Repository.Root, "tools", "rabbitmq.sh"), arguments)
        {
            RedirectStandardError = true,
            RedirectStandardOutput = tool,
            UseShellExecute = false,
        };
        foreach (var (key, value) in _settings) start.Environment[key] = value;
        using var script = Process.Start(start)!;
        var output = tool ? script.StandardOutput.ReadToEndAsync() : Task.FromResult("");
        var said = await script.StandardError.ReadToEndAsync();
        await script.WaitForExitAsync();
        return script.ExitCode == 0 ? await output : throw new InvalidOperationException($"rabbitmq.sh {arguments[0]} failed: {said}");
    }
}

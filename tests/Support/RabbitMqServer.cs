using System.Diagnostics;

namespace Consent.Tests.Support;

/// <summary>Debian's RabbitMQ, a node of the test's own on free ports of the loopback, in a temporary folder.</summary>
public sealed class RabbitMqServer : IAsyncDisposable
{
    private readonly string _folder;
    private readonly string[] _ports;

    private RabbitMqServer(string folder, int[] ports)
    {
        _folder = folder;
        _ports = [.. ports.Select(p => $"{p}")];
        Address = $"amqp://guest:guest@127.0.0.1:{ports[0]}/";
    }

    public string Address { get; }

    public static async Task<RabbitMqServer> StartAsync()
    {
        var folder = Directory.CreateTempSubdirectory("consent-rabbitmq-").FullName;
        var ports = FreePorts.Take(3);
        var server = new RabbitMqServer(folder, ports);
        await server.StartAgainAsync();
        return server;
    }

    /// <summary>After a death, on what it had.</summary>
    public Task StartAgainAsync() => ScriptAsync(["start", _folder, .. _ports]);

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

    private static async Task ScriptAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(Repository.Root, "tools", "rabbitmq.sh"), arguments) { RedirectStandardError = true, UseShellExecute = false };
        using var script = Process.Start(start)!;
        var said = await script.StandardError.ReadToEndAsync();
        await script.WaitForExitAsync();
        if (script.ExitCode != 0) throw new InvalidOperationException($"rabbitmq.sh {arguments[0]} failed: {said}");
    }
}

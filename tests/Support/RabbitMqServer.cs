using System.Diagnostics;

namespace Consent.Tests.Support;

/// <summary>Debian's RabbitMQ, a node of the test's own on free ports of the loopback, in a temporary folder.</summary>
public sealed class RabbitMqServer : IAsyncDisposable
{
    private readonly string _folder;

    private RabbitMqServer(string folder, int port)
    {
        _folder = folder;
        Address = $"amqp://guest:guest@127.0.0.1:{port}/";
    }

    public string Address { get; }

    public static async Task<RabbitMqServer> StartAsync()
    {
        var folder = Directory.CreateTempSubdirectory("consent-rabbitmq-").FullName;
        var ports = FreePorts.Take(3);
        await ScriptAsync("start", folder, $"{ports[0]}", $"{ports[1]}", $"{ports[2]}");
        return new RabbitMqServer(folder, ports[0]);
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

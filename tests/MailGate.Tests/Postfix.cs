using System.Net.Sockets;
using Consent.Tests.Support;

namespace Consent.MailGate.Tests;

/// <summary>Debian's postfix in a folder of its own, which hands everything to a <see cref="Mailbox"/>.</summary>
internal sealed class Postfix : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ServiceProcess _process;

    public Postfix(int port, int next) => _process = new ServiceProcess(
        "postfix", Path.Combine(Repository.Root, "tests", "MailGate.Tests", "postfix.sh"), new Uri($"http://127.0.0.1:{port}"), new Dictionary<string, string>())
    {
        Runner = "bash",
        Arguments = [_folder.Path, $"{port}", $"{next}"],
    };

    public async Task StartAsync()
    {
        _process.Start();
        await Ports.ListensAsync(_process.Address.Port, () => $"{_process.LastLines()}\n{Log()}");
    }

    /// <summary>What it logged.</summary>
    public string Log() => string.Join('\n', Directory.EnumerateFiles(_folder.Path, "*.log").Select(File.ReadAllText));

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        // What it had started ends a moment after it.
        await Eventually.IsSoAsync("its folder can be removed", () =>
        {
            _folder.Dispose();
            return Task.FromResult(true);
        });
    }
}

internal static class Ports
{
    /// <summary>Waits until somebody answers there.</summary>
    public static Task ListensAsync(int port, Func<string>? seen = null) => Eventually.IsSoAsync($"somebody listens on port {port}", async () =>
    {
        try
        {
            using var probe = new TcpClient();
            await probe.ConnectAsync("127.0.0.1", port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }, seen: seen);
}

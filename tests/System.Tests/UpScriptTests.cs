using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Consent.Tests.Support;

namespace Consent.System.Tests;

/// <summary><c>tools/up.sh</c> starts everything, and leaves nothing behind, however it ends.</summary>
public sealed class UpScriptTests : IDisposable
{
    private readonly string _data = Directory.CreateTempSubdirectory("consent-up-").FullName;
    private readonly int _base = FreeBlock();

    [Fact]
    public async Task It_serves_the_five_sites_twice_on_one_folder_and_Ctrl_C_leaves_nothing_behind()
    {
        for (var time = 1; time <= 2; time++)
        {
            // The second time with the mail gate, whose mail server is not there.
            using var up = time == 1 ? Start() : Start("--mail-gate", "localhost:25");
            var told = await UntilAsync(up, "Ctrl-C stops it");
            foreach (var site in Product.Sites) Assert.Contains($"http://localhost:{_base + 21}/{site}", told, StringComparison.Ordinal);
            using var http = new HttpClient();
            foreach (var site in Product.Sites)
                Assert.Equal(HttpStatusCode.OK, (await http.GetAsync(new Uri($"http://localhost:{_base + 20}/banner/{site}.js"))).StatusCode);
            if (time == 2)
            {
                Assert.Contains($"localhost:{_base + 13}, before localhost:25", told, StringComparison.Ordinal);
                using var gate = new TcpClient();
                await gate.ConnectAsync(IPAddress.Loopback, _base + 13);
                using var greeting = new StreamReader(gate.GetStream());
                Assert.StartsWith("220 ", await greeting.ReadLineAsync(), StringComparison.Ordinal);
            }
            Assert.True(Left().Count >= 9, "Its processes were not found, so that nothing is proven by finding none later.");

            Process.Start("kill", ["-INT", $"{up.Id}"]).WaitForExit();
            await up.WaitForExitAsync();
            Assert.Equal(0, up.ExitCode);
            await Eventually.IsSoAsync("nothing is left", () => Task.FromResult(Left().Count == 0), seen: () => string.Join(", ", Left()));
        }
    }

    [Fact]
    public async Task When_it_cannot_start_halfway_it_says_why_and_leaves_nothing_behind()
    {
        using var other = new TcpListener(IPAddress.Loopback, _base + 6);
        other.Start();
        using var up = Start();
        var errors = await up.StandardError.ReadToEndAsync();
        await up.WaitForExitAsync();
        Assert.Equal(1, up.ExitCode);
        Assert.Contains($":{_base + 6}", errors, StringComparison.Ordinal);
        await Eventually.IsSoAsync("nothing is left", () => Task.FromResult(Left().Count == 0), seen: () => string.Join(", ", Left()));
    }

    public void Dispose()
    {
        Directory.Delete(_data, recursive: true);
        if (Directory.Exists($"{_data}.checkpoints")) Directory.Delete($"{_data}.checkpoints", recursive: true);
    }

    private Process Start(params string[] others)
    {
        var start = new ProcessStartInfo(Path.Combine(Repository.Root, "tools", "up.sh"))
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            ArgumentList = { "--no-build", "--data", _data, "--base-port", $"{_base}", "--urls", $"http://localhost:{_base + 20}", "--demo", $"http://localhost:{_base + 21}" },
        };
        foreach (var other in others) start.ArgumentList.Add(other);
        start.Environment["CONFIGURATION"] = AppContext.BaseDirectory.Contains("/Release/", StringComparison.Ordinal) ? "Release" : "Debug";
        return Process.Start(start)!;
    }

    private static async Task<string> UntilAsync(Process up, string last)
    {
        var told = new global::System.Text.StringBuilder();
        while (await up.StandardOutput.ReadLineAsync() is { } line)
        {
            told.AppendLine(line);
            if (line.Contains(last, StringComparison.Ordinal)) return told.ToString();
        }
        throw new InvalidOperationException($"It ended early: {told}{await up.StandardError.ReadToEndAsync()}");
    }

    /// <summary>Processes that name the data folder in their command line or environment.</summary>
    private List<string> Left()
    {
        var left = new List<string>();
        foreach (var folder in Directory.GetDirectories("/proc").Where(f => int.TryParse(Path.GetFileName(f), out var id) && id != Environment.ProcessId))
        {
            try
            {
                var command = File.ReadAllText(Path.Combine(folder, "cmdline"));
                if (command.Contains(_data, StringComparison.Ordinal) || File.ReadAllText(Path.Combine(folder, "environ")).Contains(_data, StringComparison.Ordinal))
                    left.Add($"{Path.GetFileName(folder)} {command.Replace('\0', ' ')}");
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // It ended while being looked at.
            }
        }
        return left;
    }

    /// <summary>A base from which the ports that the script uses are free.</summary>
    private static int FreeBlock()
    {
        while (true)
        {
            var start = FreePorts.Take(1)[0];
            if (FreePorts.Take(21)[^1] == start + 21) return start;
        }
    }
}

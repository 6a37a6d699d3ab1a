using System.Diagnostics;
using System.Text.Encodings.Web;
using System.Text.Json;
using Consent.Tests.Support;

namespace Consent.VerifiableLog.Tests;

/// <summary>
/// Two programs that know nothing of ours, in tests/verifiable: check.go over the Go project's sumdb/tlog and sumdb/note as Debian packages them,
/// compiled once for all tests, and check.mjs over sigstore's verifier from npm.
/// </summary>
public sealed class OutsidePrograms : IAsyncLifetime
{
    // Go reads a hash out of JSON as it stands: a plus is to stay one.
    private static readonly JsonSerializerOptions _json = new(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private readonly TemporaryFolder _folder = new();

    public async ValueTask InitializeAsync()
    {
        var (code, said, told) = await RunAsync("go", "build", "-o", _folder.File("check"), ".");
        Assert.True(code == 0, $"check.go was not compiled: {said}{told}");
    }

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>What the Go program said, a line for each check; what it refused is exactly what the tasks say that it must.</summary>
    public Task<string[]> GoAsync(params LogTask[] tasks) => CheckAsync(_folder.File("check"), [], [.. tasks.Select(t => t.Of(t.GoRefuses))]);

    /// <summary>What the Node program said, in the same way.</summary>
    public Task<string[]> NodeAsync(params LogTask[] tasks) => CheckAsync("node", ["check.mjs"], [.. tasks.Select(t => t.Of(t.NodeRefuses))]);

    private async Task<string[]> CheckAsync(string program, string[] arguments, object[] tasks)
    {
        var file = _folder.File($"{Path.GetFileName(program)}.json");
        await File.WriteAllTextAsync(file, JsonSerializer.Serialize(tasks, _json));
        var (code, said, told) = await RunAsync(program, [.. arguments, file]);
        Assert.True(code == 0 && told.Length == 0, $"{program} ended with {code}: {told}\n{said}");
        return said.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private async Task<(int Code, string Said, string Told)> RunAsync(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = Path.Combine(Repository.Root, "tests", "verifiable"),
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // Debian's Go packages lie where a GOPATH would have them; nothing is fetched, and no C compiler is needed.
        foreach (var (name, value) in new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["GO111MODULE"] = "off",
            ["GOPATH"] = "/usr/share/gocode",
            // Kept between runs: the standard library is compiled once.
            ["GOCACHE"] = Path.Combine(Repository.Root, "artifacts", "go"),
            ["GOFLAGS"] = "-p=1",
            ["CGO_ENABLED"] = "0",
        })
        {
            start.Environment[name] = value;
        }
        using var process = Process.Start(start)!;
        var (said, told) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, await said, await told);
    }
}

using System.Collections.Concurrent;
using System.Diagnostics;

namespace Consent.Tests.Support;

/// <summary>
/// A built program as a process of its own, every line of its output kept. Settings go by environment variables, with <c>__</c>
/// for <c>:</c>. Can be killed and started again on the same data.
/// </summary>
public sealed class ServiceProcess(string name, string program, Uri address, IReadOnlyDictionary<string, string> settings) : IAsyncDisposable
{
    private readonly ConcurrentQueue<string> _output = new();
    private Process? _process;

    public string Name => name;

    public Uri Address => address;

    /// <summary>What runs the program.</summary>
    public string Runner { get; init; } = "dotnet";

    /// <summary>Command-line arguments; none for services.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>Every line that it wrote to standard output and standard error, over all its lives.</summary>
    public IReadOnlyCollection<string> Output => _output;

    /// <summary>Of the process that runs, or ran last.</summary>
    public int Id => _process?.Id ?? throw new InvalidOperationException($"{name} was never started.");

    public bool IsRunning => _process is { HasExited: false };

    public int ExitCode => _process?.ExitCode ?? throw new InvalidOperationException($"{name} was never started.");

    /// <param name="others">Settings that win over those given at construction, for this life only.</param>
    public void Start(IReadOnlyDictionary<string, string>? others = null)
    {
        if (IsRunning) throw new InvalidOperationException($"{name} runs already.");
        var start = new ProcessStartInfo(Runner) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        start.ArgumentList.Add(program);
        foreach (var argument in Arguments) start.ArgumentList.Add(argument);
        start.Environment["ASPNETCORE_URLS"] = address.GetLeftPart(UriPartial.Authority);
        // A process that lives for seconds gains nothing from profiling itself.
        start.Environment["DOTNET_TieredPGO"] = "0";
        foreach (var (key, value) in settings.Concat(others ?? new Dictionary<string, string>()))
            start.Environment[key.Replace(":", "__", StringComparison.Ordinal)] = value;

        var process = new Process { StartInfo = start };
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        _process = process;
    }

    /// <summary>Waits until its own readiness probe says so; fails at once when the process has ended.</summary>
    public async Task ReadyAsync(TimeSpan? limit = null)
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(5) };
        await Eventually.IsSoAsync($"{name} is ready", async () =>
        {
            if (!IsRunning) throw new InvalidOperationException($"{name} ended with {ExitCode}:\n{LastLines()}");
            return (await http.GetAsync(new Uri(address, "/health"))).IsSuccessStatusCode;
        }, limit ?? TimeSpan.FromSeconds(180), LastLines);
    }

    /// <summary>SIGKILL: no handler runs, nothing is flushed.</summary>
    public async Task Kill9Async()
    {
        if (_process is null) return;
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>A signal by its name, such as TERM or INT.</summary>
    public async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", $"{_process!.Id}"]);
        await kill.WaitForExitAsync();
    }

    /// <summary>SIGTERM, and SIGKILL when it has not ended within the time.</summary>
    public async Task<bool> StopAsync(TimeSpan? within = null)
    {
        if (!IsRunning) return true;
        await SignalAsync("TERM");
        return await EndedAsync(within);
    }

    public async Task<bool> EndedAsync(TimeSpan? within = null)
    {
        using var patience = new CancellationTokenSource(within ?? TimeSpan.FromSeconds(120));
        try
        {
            await _process!.WaitForExitAsync(patience.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            await Kill9Async();
            return false;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync(TimeSpan.FromSeconds(10));
        _process?.Dispose();
    }

    public string LastLines() => string.Join('\n', _output.TakeLast(40).Select(line => $"  {name}: {line}"));

    private void Keep(string? line)
    {
        if (line is not null) _output.Enqueue(line);
    }
}

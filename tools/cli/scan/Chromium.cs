using System.Diagnostics;

namespace Consent.Cli.Scan;

/// <summary>
/// One headless Chromium on an empty profile of its own, gone with it. It asks the sites it is sent to and what those load, and tells
/// its maker nothing: what it would do of itself (updates, time, accounts; not all of it can be switched off) is led to a proxy that is
/// not there, and only a scan's own tabs are given a way out.
/// </summary>
internal sealed class Chromium : IAsyncDisposable
{
    private const string Nowhere = "http://127.0.0.1:9";
    private static readonly TimeSpan ToStart = TimeSpan.FromSeconds(60);
    private readonly Process _process;
    private readonly string _profile;

    private Chromium(Process process, string profile, DevTools tools) => (_process, _profile, Tools) = (process, profile, tools);

    public DevTools Tools { get; }

    /// <param name="language">Of the visitor: <c>nl</c> or <c>en</c>.</param>
    /// <exception cref="CouldNotScanException">It did not start.</exception>
    public static async Task<Chromium> StartAsync(string program, string language, CancellationToken cancel)
    {
        var profile = Directory.CreateTempSubdirectory("consent-scan-").FullName;
        var start = new ProcessStartInfo(program) { RedirectStandardError = true, RedirectStandardOutput = true, UseShellExecute = false };
        // What it leaves beside its profile, being ended and not closed, goes with the profile.
        start.Environment["TMPDIR"] = profile;
        foreach (var argument in Arguments(profile, language)) start.ArgumentList.Add(argument);
        Process? process = null;
        try
        {
            process = Process.Start(start)!;
            // Read and forgotten: a full pipe would stop the browser.
            process.OutputDataReceived += (_, _) => { };
            process.ErrorDataReceived += (_, _) => { };
            process.BeginOutputReadLine();
            process.BeginErrorReadLine();
            return new Chromium(process, profile, await DevTools.ConnectAsync(await AddressAsync(process, profile, cancel), cancel));
        }
        catch (Exception e)
        {
            await EndAsync(process, profile);
            if (e is OperationCanceledException or CouldNotScanException) throw;
            throw new CouldNotScanException($"{program} did not start: {e.Message}", e);
        }
    }

    /// <summary>The way out for a scan's own tabs: direct, or by the proxy that the environment names for https.</summary>
    public static object Way()
    {
        var proxy = Environment.GetEnvironmentVariable("HTTPS_PROXY") ?? Environment.GetEnvironmentVariable("https_proxy");
        var except = Environment.GetEnvironmentVariable("NO_PROXY") ?? Environment.GetEnvironmentVariable("no_proxy");
        return new { proxyServer = string.IsNullOrEmpty(proxy) ? "direct://" : proxy, proxyBypassList = except?.Replace(',', ';') };
    }

    /// <summary>Ends it at once: nothing of its profile is kept.</summary>
    public async ValueTask DisposeAsync()
    {
        await Tools.DisposeAsync();
        await EndAsync(_process, _profile);
    }

    private static IEnumerable<string> Arguments(string profile, string language)
    {
        // Chromium's sandbox does not work for root, as whom containers often run.
        string[] unprotected = Environment.IsPrivilegedProcess && !OperatingSystem.IsWindows() ? ["--no-sandbox"] : [];
        return
        [
            "--headless", $"--user-data-dir={profile}", "--remote-debugging-port=0", $"--accept-lang={(language == "nl" ? "nl-NL,nl,en" : "en-GB,en")}",
            $"--proxy-server={Nowhere}", "--disable-gpu", "--disable-quic", "--no-first-run", "--no-default-browser-check", "--disable-extensions", "--disable-default-apps", "--mute-audio",
            "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-domain-reliability", "--disable-breakpad",
            "--disable-client-side-phishing-detection", "--metrics-recording-only", "--password-store=basic", "--use-mock-keychain",
            "--disable-features=Translate,MediaRouter,OptimizationHints,NetworkTimeServiceQuerying,AutofillServerCommunication,CertificateTransparencyComponentUpdater",
            .. unprotected, "about:blank",
        ];
    }

    /// <summary>The browser writes into its profile where it listens, on the loopback: the port, then the path.</summary>
    private static async Task<Uri> AddressAsync(Process process, string profile, CancellationToken cancel)
    {
        var told = Path.Combine(profile, "DevToolsActivePort");
        for (var clock = Stopwatch.StartNew(); clock.Elapsed < ToStart; await Task.Delay(50, cancel))
        {
            if (File.Exists(told) && await File.ReadAllLinesAsync(told, cancel) is [var port, var path, ..] && path.Length > 0)
                return new Uri($"ws://127.0.0.1:{port}{path}");
            if (process.HasExited) throw new CouldNotScanException($"{process.StartInfo.FileName} ended at once, with {process.ExitCode}. Start it by hand to see why.");
        }

        throw new CouldNotScanException($"{process.StartInfo.FileName} did not open its DevTools port within {ToStart.TotalSeconds} seconds.");
    }

    private static async Task EndAsync(Process? process, string profile)
    {
        if (process is not null)
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
            process.Dispose();
        }

        // Its helpers may write for a moment longer than it lives.
        for (var left = 20; left > 0; left--)
        {
            try
            {
                Directory.Delete(profile, recursive: true);
                return;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                await Task.Delay(100, CancellationToken.None);
            }
        }
    }
}

using System.CommandLine;
using System.Net;
using System.Text.Json;
using Consent.Contracts;

namespace Consent.Cli.Scan;

/// <summary><c>scan</c>: what a site keeps and asks for in a real browser, held against what it declares.</summary>
internal static class ScanSite
{
    public static Command Command()
    {
        var o = new ScanArguments();
        var command = new Command("scan", """
            Drives a headless Chromium through a site three times (no choice, refusing, accepting) and reports what its declaration does not know, what came without
            consent or for no purpose, and what is kept too long.

            Third parties are matched to the declaration's vendors by their hosts there, by --vendor-host, and else, as a mere hint, by the host of a vendor's
            privacy policy. On each page the mouse moves and the page is scrolled, and nothing but the banner is clicked; what comes only after a click, a key,
            signing in or more than --linger seconds is not seen. With the usual 10 pages beside the start page, that is some three minutes.
            Requests go to the site alone, and to whatever its pages load. Chromium, Chrome or Edge must be installed. Exit codes: 0 nothing is wrong (what was
            declared and never seen is told, but counts only with --strict); 4 something is; 5 the site could not be scanned.
            """);
        o.AddTo(command);
        command.SetAction(async (parsed, cancel) =>
        {
            try
            {
                var (declared, own) = await DeclaredAsync(o, parsed, cancel);
                return await RunAsync(o, parsed, declared, own, cancel);
            }
            catch (Exception e) when (e is CouldNotScanException or DevToolsException or RefusedException or HttpRequestException or FormatException
                or IOException or UnauthorizedAccessException)
            {
                await Console.Error.WriteLineAsync(e is HttpRequestException ? $"The gateway could not be reached: {e.Message}" : e.Message);
                return e is HttpRequestException ? ExitCode.Unreachable : e is CouldNotScanException or DevToolsException ? ExitCode.CouldNotScan : ExitCode.Refused;
            }
        });
        return command;
    }

    private static async Task<int> RunAsync(ScanArguments o, ParseResult parsed, DeclaredSite declared, string[] own, CancellationToken cancel)
    {
        var vendors = new VendorHosts(declared.Vendors, [.. (parsed.GetValue(o.VendorHosts) ?? []).Select(ScanArguments.VendorHost)]);
        if (vendors.Given.FirstOrDefault(g => declared.Vendors.All(v => v.Id != g.Vendor)).Vendor is { } unknown)
        {
            await Console.Error.WriteLineAsync($"The declaration has no vendor {unknown}. It has: {string.Join(", ", declared.Vendors.Select(v => v.Id))}.");
            return ExitCode.Usage;
        }

        var options = new ScanOptions(
            new Uri(parsed.GetValue(o.Address)!), parsed.GetValue(o.Pages), parsed.GetValue(o.Refuse), parsed.GetValue(o.Accept), parsed.GetValue(o.Width),
            TimeSpan.FromSeconds(parsed.GetValue(o.Timeout)), TimeSpan.FromSeconds(parsed.GetValue(o.Linger)),
            [.. declared.OriginHosts, .. (parsed.GetValue(o.FirstParty) ?? []).Select(host => host.ToLowerInvariant()), .. own], declared.Asks, vendors);
        var language = parsed.GetValue(o.Language)!;
        var shots = parsed.GetValue(o.Screenshots);
        // Now, and not after minutes of scanning.
        shots?.Create();
        Observed seen;
        IReadOnlyDictionary<Phase, string> pictures;
        await using (var browser = await Chromium.StartAsync(FindChromium.At(parsed.GetValue(o.Chromium)), language, cancel))
        {
            var drive = new DriveSite(browser.Tools, options, Console.Error.WriteLine, TimeProvider.System);
            (seen, pictures) = (await drive.RunAsync(cancel), drive.Pictures);
        }

        var report = ScanReport.Of(declared, vendors, seen, TimeProvider.System.Now());
        if (shots is not null) report = report with { Screenshots = await Screenshots.WriteAsync(shots.FullName, pictures, cancel) };
        if (parsed.GetValue(o.Html) is { } file) await File.WriteAllTextAsync(file.FullName, RenderHtml.Of(report, pictures, language), cancel);
        Console.WriteLine(parsed.GetValue(o.Json) ? JsonSerializer.Serialize(report, ContractJson.Options) : RenderText.Of(report));
        return (parsed.GetValue(o.Strict) ? report.Findings.Count : report.Wrong) > 0 ? ExitCode.Findings : ExitCode.Done;
    }

    /// <summary>From the file, or as it is in force at the gateway, whose host is then the site's own too.</summary>
    private static async Task<(DeclaredSite Declared, string[] OwnHosts)> DeclaredAsync(ScanArguments o, ParseResult parsed, CancellationToken cancel)
    {
        if (parsed.GetValue(o.Declaration) is { } file) return (DeclaredSite.Read(await File.ReadAllTextAsync(file.FullName, cancel)), []);
        var (gateway, site) = (new Uri(parsed.GetValue(o.Gateway)!), parsed.GetValue(o.Site)!);
        // What a site declares is public: no token.
        using var http = new HttpClient { BaseAddress = gateway, Timeout = TimeSpan.FromSeconds(30) };
        using var answer = await http.GetAsync(new Uri($"/v1/sites/{Uri.EscapeDataString(site)}/declaration", UriKind.Relative), cancel);
        return answer.StatusCode == HttpStatusCode.OK
            ? (DeclaredSite.Read(await answer.Content.ReadAsStringAsync(cancel)), [gateway.IdnHost])
            : throw new RefusedException(GatewayClient.Reason(answer, await GatewayClient.ReadJsonAsync(answer, cancel)));
    }
}

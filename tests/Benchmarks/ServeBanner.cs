using Consent.Load;
using Consent.Tests.Support;

namespace Consent.Benchmarks;

/// <summary>The banner's first script as a browser asks for it, against a bare Kestrel that answers with the same bytes.</summary>
internal static class ServeBanner
{
    private const string Static = "the same bytes, bare Kestrel", Banner = "banner.js, brotli";
    private const string Encoding = "Accept-Encoding: gzip, deflate, br, zstd";

    public static async Task<Figure> MeasureAsync(Plan plan, Servers servers, string folder)
    {
        var consent = await servers.ConsentAsync("consent-banner", Path.Combine(folder, "banner-consent"));
        var banner = await servers.BannerAsync(Path.Combine(folder, "banner"));
        var path = $"/banner/{Servers.Site}.js";
        var file = Path.Combine(folder, "banner.js.br");
        using (var http = new HttpClient { BaseAddress = banner.Address })
        {
            http.DefaultRequestHeaders.TryAddWithoutValidation("Accept-Encoding", "br");
            await File.WriteAllBytesAsync(file, await http.GetByteArrayAsync(path));
        }

        var bare = await servers.CompareAsync("static", "--file", file);
        var rounds = new Rounds(plan.Rounds, plan.Each);
        await rounds.RunAsync([Ask(Static, bare, path), Ask(Banner, banner, path)], 256);
        foreach (var process in (ServiceProcess[])[consent, banner, bare]) await process.StopAsync();
        return new("the banner's first script, against the same bytes from a bare Kestrel", rounds.Rate(Banner, Static, 256), 0.9, true, "", "256 connections");
    }

    private static Contender Ask(string name, ServiceProcess server, string path) =>
        new(name, server, new Asked(server.Address, Template.Get(path, Encoding), Visitors.Fresh(), () => 0, 200));
}

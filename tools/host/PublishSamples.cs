using System.Net.Http.Headers;
using Consent.Cli;

namespace Consent.Host;

/// <summary>
/// Publishes the sample declarations as anybody would, through the gateway with a token, each with the demonstration's origin
/// added; and waits until their banners are served. What is published already makes no new version.
/// </summary>
internal static class PublishSamples
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>The ids of the sites.</summary>
    public static async Task<IReadOnlyList<string>> RunAsync(HostAddresses options, CancellationToken cancel)
    {
        var token = MakeToken.Mint(options.Data, ["admin"], [], [], TimeSpan.FromMinutes(5), TimeProvider.System);
        using var http = new HttpClient { BaseAddress = options.Gateway, DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", token) } };
        var sites = new List<string>();
        foreach (var file in Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "declarations"), "*.yaml").Order(StringComparer.Ordinal))
        {
            var outcome = await PublishFiles.PublishAsync(http, await File.ReadAllTextAsync(file, cancel), [options.DemoOrigin], cancel);
            if (outcome.Code != ExitCode.Done) throw new CannotStartException(Refusal(file, outcome));
            sites.Add(outcome.Site!);
        }
        foreach (var site in sites) await BannerServedAsync(http, site, cancel);
        return sites;
    }

    private static async Task BannerServedAsync(HttpClient http, string site, CancellationToken cancel)
    {
        var script = new Uri($"/banner/{site}.js", UriKind.Relative);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(Patience);
        try
        {
            while (true)
            {
                using var answer = await http.GetAsync(script, patience.Token);
                if (answer.IsSuccessStatusCode) return;
                await Task.Delay(50, patience.Token);
            }
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new CannotStartException($"The banner of {site} was not served within {Patience.TotalSeconds:0} seconds; the log above may say why.");
        }
    }

    private static string Refusal(string file, PublishOutcome outcome) => string.Join(
        Environment.NewLine, outcome.Faults.Select(f => $"  {f.Path}: {f.Reason}").Prepend($"{Path.GetFileName(file)} was not published. {outcome.Problem}"));
}

using Consent.Contracts;

namespace Consent.Demo;

/// <summary>The sites' declarations in force, as the gateway publishes them to anyone. Asked anew for each page: a demonstration shows what is.</summary>
internal sealed class ReadDeclarations(string gateway)
{
    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(5) };

    /// <summary>Null when the site is unknown or the gateway cannot answer now.</summary>
    public async Task<Declaration?> OneAsync(string site, CancellationToken cancel)
    {
        try
        {
            using var answer = await Http.GetAsync(new Uri($"{gateway}/v1/sites/{site}/declaration"), cancel);
            return answer.IsSuccessStatusCode ? ContractJson.Read<Declaration>(await answer.Content.ReadAsByteArrayAsync(cancel)) : null;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException && !cancel.IsCancellationRequested)
        {
            return null;
        }
    }

    public async Task<IReadOnlyList<(string Site, Declaration? Declaration)>> AllAsync(IReadOnlyList<string> sites, CancellationToken cancel) =>
        await Task.WhenAll(sites.Select(async site => (site, await OneAsync(site, cancel))));
}

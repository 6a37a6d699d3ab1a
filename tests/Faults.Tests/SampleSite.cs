using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Consent.Tests.Support;

namespace Consent.Faults.Tests;

/// <summary>What has to be known of a site.</summary>
/// <param name="Topic">The first of its topics.</param>
/// <param name="Purposes">All its purposes.</param>
internal sealed record SampleSite(string Id, string Hash, string Topic, string Controller, IReadOnlySet<string> Purposes)
{
    public static async Task<SampleSite> ReadAsync(Product product, string site)
    {
        using var http = new HttpClient { BaseAddress = product.Gateway };
        var declaration = (await http.GetFromJsonAsync<JsonObject>($"/v1/sites/{site}/declaration"))!;
        return new SampleSite(
            site, (string)declaration["hash"]!, (string)declaration["topics"]![0]!["id"]!, (string)declaration["controller"]!["id"]!,
            declaration["purposes"]!.AsArray().Select(p => (string)p!["id"]!).ToHashSet(StringComparer.Ordinal));
    }
}

using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Consent.ServiceDefaults;

namespace Consent.Faults.Tests;

/// <summary>Nobody who opted out may be mailed: by the word of marketing, and by the log of the consent service, from which the subscribers know it.</summary>
internal sealed class OptOutsInForce(Deployment deployment)
{
    private const int AtOnce = 5000;

    public async Task<IReadOnlyList<Violation>> OfAsync(IReadOnlyList<OptOutAcknowledged> optOuts, ConsentLog log)
    {
        var found = new List<Violation>();
        var keys = new IdentifierKeys(Path.Combine(deployment.Product.Data, "keys", "marketing-unsubscribe"));
        using var http = deployment.Product.Client("marketing");
        foreach (var of in optOuts.GroupBy(o => o.Site))
        {
            var site = await SampleSite.ReadAsync(deployment.Product, of.Key);
            var ring = keys.Addresses(site.Controller);
            foreach (var optOut in of)
            {
                var stream = (site.Id, ring.AddressId(optOut.Address));
                if (!log.OptedOut.Contains(stream)) found.Add(new Violation("opt-out-in-the-log", $"An acknowledged opt-out at {site.Id} is not in the log of the consent service."));
                else if (log.Newest[stream].Purposes.GetValueOrDefault(site.Topic) is not { IsNo: true })
                    found.Add(new Violation("opt-out-in-force", $"An acknowledged opt-out at {site.Id} is in the log of the consent service, and not in force."));
            }

            foreach (var some in of.Chunk(AtOnce)) found.AddRange(await AskAsync(http, site, some));
        }

        return found;
    }

    private static async Task<IEnumerable<Violation>> AskAsync(HttpClient http, SampleSite site, OptOutAcknowledged[] optOuts)
    {
        using var answer = await http.PostAsJsonAsync($"/v1/sites/{site.Id}/marketing/check", new { topic = site.Topic, addresses = optOuts.Select(o => o.Address) });
        answer.EnsureSuccessStatusCode();
        var results = (await answer.Content.ReadFromJsonAsync<JsonObject>())!["results"]!.AsArray();
        return results.Where(r => (string?)r!["reason"] != "suppressed")
            .Select(r => new Violation("may-i-send", $"Marketing says {r!["reason"]} of somebody who opted out at {site.Id}."));
    }
}

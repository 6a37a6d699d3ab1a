using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Consent.Faults.Tests;

/// <summary>What each person said last is what each consent service answers now.</summary>
internal sealed class InForce(Deployment deployment)
{
    private const int AtOnce = 5000;
    private static readonly string[] Purposes = ["statistics", "media"];

    public async Task<IReadOnlyList<Violation>> OfAsync(IReadOnlyList<DecisionAcknowledged> decisions)
    {
        var last = decisions.GroupBy(d => (d.Site, d.Subject)).Select(person => person.MaxBy(d => (d.Epoch, d.Version))!).ToList();
        var found = new List<Violation>();
        foreach (var consent in deployment.Consents)
        {
            using var http = deployment.Product.Client(consent, deployment.Product.Token("consent"));
            foreach (var site in last.GroupBy(d => d.Site))
            {
                foreach (var some in site.Chunk(AtOnce)) found.AddRange(await AskAsync(http, site.Key, some));
            }
        }

        return found;
    }

    private static async Task<IEnumerable<Violation>> AskAsync(HttpClient http, string site, DecisionAcknowledged[] said)
    {
        using var answer = await http.PostAsJsonAsync($"/v1/sites/{site}/permits", new { subjects = said.Select(s => s.Subject), purposes = Purposes });
        answer.EnsureSuccessStatusCode();
        var permits = (await answer.Content.ReadFromJsonAsync<JsonObject>())!["permits"]!.AsArray();
        return said.Zip(permits)
            .Where(pair => (bool)pair.Second!["statistics"]!["permitted"]! != pair.First.Statistics || (bool)pair.Second!["media"]!["permitted"]! != pair.First.Media)
            .Select(pair => new Violation("in-force", $"What was decided with receipt {pair.First.Receipt} of {site}, the last word of that person, is not in force at the consent service."));
    }
}

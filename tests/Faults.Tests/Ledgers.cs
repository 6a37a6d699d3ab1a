using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Consent.Faults.Tests;

/// <summary>How one subscriber stands in the delivery ledger of one service.</summary>
/// <param name="Purposes">Null for one that every site concerns.</param>
/// <param name="Loaded">False while it has not loaded what came before it.</param>
internal sealed record Standing(string Source, string Subscriber, IReadOnlyList<string>? Purposes, long Open, bool Loaded);

/// <summary>What the delivery ledgers say: <c>GET /v1/deliveries/{source}</c>.</summary>
internal static class Ledgers
{
    private static readonly string[] Sources = ["consent", "marketing-unsubscribe"];

    public static async Task<IReadOnlyList<Standing>> ReadAsync(Deployment deployment)
    {
        using var http = deployment.Product.Client("operator");
        var found = new List<Standing>();
        foreach (var source in Sources)
        {
            var told = (await http.GetFromJsonAsync<JsonObject>($"/v1/deliveries/{source}"))!["subscribers"]!.AsArray();
            found.AddRange(told.Where(s => s!["retiredAt"] is null).Select(s => new Standing(
                source, (string)s!["name"]!, s["purposes"]?.AsArray().Select(p => (string)p!).ToList(), (long)s["open"]!, (bool?)s["loaded"] ?? true)));
        }

        return found;
    }

    public static IReadOnlyList<Violation> Violations(IReadOnlyList<Standing> standings) =>
    [
        .. Deployment.Subscribers.Where(name => !standings.Any(s => s.Source == "consent" && s.Subscriber == name))
            .Select(name => new Violation("ledger", $"The ledger of consent does not know {name}.")),
        .. standings.Where(s => s.Open > 0).Select(s => new Violation("ledger", $"The ledger of {s.Source} has {s.Open} open deliveries to {s.Subscriber}.")),
        .. standings.Where(s => !s.Loaded).Select(s => new Violation("ledger", $"{s.Subscriber} has not loaded what {s.Source} recorded before it came.")),
    ];
}

using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;

namespace Consent.Cli;

/// <summary><c>marketing campaigns</c>: what became of each mailing, as a table.</summary>
internal static class ListCampaigns
{
    public static Command Command()
    {
        var site = new Option<string>("--site") { Description = "The site on whose behalf mail was sent.", Required = true };
        var campaign = new Option<string>("--campaign") { Description = "This one alone; unless given, those that were heard of last." };
        var limit = new Option<int>("--limit") { Description = "How many campaigns to tell of, at most 50.", DefaultValueFactory = _ => 10 };
        var (gateway, token, data, json) = GatewayClient.Options();
        var command = new Command("campaigns", """
            Tells of each campaign how many opt-out links were made for it (unknown until a mailer that makes them itself tells it), how many people
            opted out, and how long it took from the click until the last subscriber had applied it: half of the opt-outs took no longer than MEDIAN,
            95 of a hundred no longer than 95 %, and none longer than LONGEST.
            """)
        {
            site, campaign, limit, gateway, token, data, json,
        };
        command.SetAction(async (parsed, cancel) =>
        {
            using var http = GatewayClient.Of(parsed.GetValue(gateway)!, parsed.GetValue(token), parsed.GetValue(data)!, "marketing");
            try
            {
                var wish = string.Create(CultureInfo.InvariantCulture, $"limit={parsed.GetValue(limit)}");
                if (parsed.GetValue(campaign) is { } one) wish = $"campaign={Uri.EscapeDataString(one)}";
                using var answer = await http.GetAsync(new Uri($"/v1/sites/{Uri.EscapeDataString(parsed.GetValue(site)!)}/marketing/campaigns?{wish}", UriKind.Relative), cancel);
                var told = await GatewayClient.ReadJsonAsync(answer, cancel);
                if (!answer.IsSuccessStatusCode || told?["campaigns"] is not JsonArray campaigns)
                {
                    await Console.Error.WriteLineAsync(GatewayClient.Reason(answer, told).AsMemory(), cancel);
                    return ExitCode.Refused;
                }
                if (parsed.GetValue(json)) Console.WriteLine(told!.ToJsonString(GatewayClient.Json));
                else Tell([.. campaigns.Select(c => c!)], (string?)told!["note"]);
                return ExitCode.Done;
            }
            catch (Exception e) when (GatewayClient.IsUnreachable(e, cancel))
            {
                await Console.Error.WriteLineAsync($"The gateway could not be reached: {e.Message}".AsMemory(), cancel);
                return ExitCode.Unreachable;
            }
        });
        return command;
    }

    private static void Tell(IReadOnlyList<JsonNode> campaigns, string? note)
    {
        if (campaigns.Count == 0)
        {
            Console.WriteLine($"Nothing is known of it: no link was made here, and nobody opted out. {note}".TrimEnd());
            return;
        }
        string[][] rows = [["CAMPAIGN", "LINKS", "OPT-OUTS", "TAKEN BACK", "OPEN", "MEDIAN", "95 %", "99 %", "LONGEST"], .. campaigns.Select(Row)];
        int[] widths = [.. Enumerable.Range(0, rows[0].Length).Select(column => rows.Max(row => row[column].Length))];
        // Names begin at the left, numbers end at the right.
        foreach (var row in rows) Console.WriteLine(string.Join("  ", row.Select((cell, i) => i == 0 ? cell.PadRight(widths[i]) : cell.PadLeft(widths[i]))));
        foreach (var open in campaigns.Where(c => c["waitsFor"] is JsonArray))
            Console.WriteLine($"{(string?)open["campaign"]} waits for {string.Join(", ", open["waitsFor"]!.AsArray().Select(name => (string?)name))}.");
        if (note is not null) Console.WriteLine(note);
    }

    private static string[] Row(JsonNode campaign) =>
    [
        (string?)campaign["campaign"] ?? "", campaign["links"] is { } links ? Number(links) : "unknown",
        .. ((string[])["optOuts", "takenBack", "open"]).Select(name => Number(campaign[name])),
        .. ((string[])["p50Ms", "p95Ms", "p99Ms", "maxMs"]).Select(name => campaign["everywhere"]?[name] is { } ms ? Duration((long)ms) : "-"),
    ];

    private static string Number(JsonNode? count) => ((long?)count ?? 0).ToString("N0", CultureInfo.InvariantCulture);

    private static string Duration(long milliseconds) => milliseconds switch
    {
        < 1_000 => string.Create(CultureInfo.InvariantCulture, $"{milliseconds} ms"),
        < 60_000 => string.Create(CultureInfo.InvariantCulture, $"{milliseconds / 1_000d:0.0} s"),
        < 3_600_000 => string.Create(CultureInfo.InvariantCulture, $"{milliseconds / 60_000d:0.0} min"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{milliseconds / 3_600_000d:0.0} h"),
    };
}

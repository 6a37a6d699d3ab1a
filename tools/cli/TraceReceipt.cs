using System.CommandLine;
using System.Net;
using System.Text.Json.Nodes;

namespace Consent.Cli;

/// <summary><c>trace</c>: the story of one receipt, in the order in which it happened.</summary>
internal static class TraceReceipt
{
    public static Command Command()
    {
        var receipt = new Argument<string>("receipt") { Description = "The receipt's id, or the one that a check of an address told." };
        var (gateway, token, data, json) = GatewayClient.Options();
        var command = new Command("trace", "Tells what happened to one decision, from the text shown to each subscriber.") { receipt, gateway, token, data, json };
        command.SetAction(async (parsed, cancel) =>
        {
            using var http = GatewayClient.Of(parsed.GetValue(gateway)!, parsed.GetValue(token), parsed.GetValue(data)!, "audit");
            try
            {
                var path = new Uri($"/v1/audit/trace/{Uri.EscapeDataString(parsed.GetValue(receipt)!)}", UriKind.Relative);
                using var answer = await http.GetAsync(path, cancel);
                var story = await GatewayClient.ReadJsonAsync(answer, cancel);
                if (answer.IsSuccessStatusCode && story is JsonObject told)
                {
                    if (parsed.GetValue(json)) Console.WriteLine(told.ToJsonString(GatewayClient.Json));
                    else Tell(told);
                    return ExitCode.Done;
                }
                await Console.Error.WriteLineAsync(answer.StatusCode == HttpStatusCode.NotFound
                    ? "No such receipt, or audit has not heard of it yet; try again in a second."
                    : GatewayClient.Reason(answer, story));
                return ExitCode.Refused;
            }
            catch (Exception e) when (GatewayClient.IsUnreachable(e, cancel))
            {
                await Console.Error.WriteLineAsync($"The gateway could not be reached: {e.Message}");
                return ExitCode.Unreachable;
            }
        });
        return command;
    }

    private static void Tell(JsonObject trace)
    {
        var (receipt, declaration) = (trace["receipt"]!, trace["declaration"]);
        Console.WriteLine($"Receipt {receipt["id"]} of {receipt["site"]}, version {receipt["version"]}");
        foreach (var changed in receipt["changed"]!.AsArray())
            Console.WriteLine($"  {changed}: {receipt["purposes"]![(string)changed!]!["status"]}");
        if (declaration is not null) Console.WriteLine($"  on declaration {declaration["version"]}, {((string?)declaration["hash"])?[..12]}…, shown in {receipt["language"] ?? "an unnamed language"}");
        Console.WriteLine();

        foreach (var step in trace["story"]!.AsArray()) Console.WriteLine($"{step!["at"]}  {step["text"]}");
    }
}

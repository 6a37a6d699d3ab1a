using System.CommandLine;
using System.Text.Json.Nodes;

namespace Consent.Cli;

/// <summary><c>marketing proof</c>: on what it rests that an address may be mailed, with the texts that the person was shown.</summary>
internal static class ShowProof
{
    public static Command Command()
    {
        var record = new Argument<string>("id") { Description = "The receipt that a check told of an address." };
        var site = new Option<string>("--site") { Description = "The site on whose behalf mail is sent.", Required = true };
        var (gateway, token, data, json) = GatewayClient.Options();
        var command = new Command("proof", """
            Tells what marketing recorded under an id that a check gave as receipt: of an opt-in when it was asked for and confirmed, on which text, by which
            mail, or who stated it on what evidence. What the consent service recorded is told by: trace ID.
            """)
        {
            record, site, gateway, token, data, json,
        };
        command.SetAction(async (parsed, cancel) =>
        {
            using var http = GatewayClient.Of(parsed.GetValue(gateway)!, parsed.GetValue(token), parsed.GetValue(data)!, "marketing");
            try
            {
                var path = $"/v1/sites/{Uri.EscapeDataString(parsed.GetValue(site)!)}/marketing/records/{Uri.EscapeDataString(parsed.GetValue(record)!)}";
                using var answer = await http.GetAsync(new Uri(path, UriKind.Relative), cancel);
                var told = await GatewayClient.ReadJsonAsync(answer, cancel);
                if (!answer.IsSuccessStatusCode || told is not JsonObject shown)
                {
                    await Console.Error.WriteLineAsync(GatewayClient.Reason(answer, told).AsMemory(), cancel);
                    return ExitCode.Refused;
                }
                if (parsed.GetValue(json)) Console.WriteLine(shown.ToJsonString(GatewayClient.Json));
                else Tell(shown);
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

    private static void Tell(JsonObject shown)
    {
        Console.WriteLine($"{shown["kind"]} of {shown["topic"]} ({shown["action"]}), recorded {shown["recordedAt"]}");
        if (shown["proof"] is not JsonObject proof)
        {
            Console.WriteLine("It proves no opt-in.");
            return;
        }
        foreach (var (name, value) in proof) Console.WriteLine($"  {name}: {(value is JsonValue ? value.ToString() : value?.ToJsonString(GatewayClient.Json))}");
        if (shown["text"] is { } text) Indented("Shown to the person:", $"{text["name"]}\n{text["description"]}");
        if (shown["mail"] is { } mail) Indented("Sent to him, with links in their places:", $"{mail["subject"]}\n\n{mail["text"]}");
    }

    private static void Indented(string title, string text)
    {
        Console.WriteLine(title);
        foreach (var line in text.TrimEnd().Split('\n')) Console.WriteLine($"  {line}".TrimEnd());
    }
}

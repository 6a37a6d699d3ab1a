using System.CommandLine;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Consent.Cli;

/// <summary><c>in-force</c>: was consent for a purpose in force for somebody at a moment, and who had been told?</summary>
internal static class AskInForce
{
    public static Command Command()
    {
        var person = new AskedPerson();
        var purpose = new Option<string>("--purpose") { Description = "The id of the purpose or topic.", Required = true };
        var at = new Option<string>("--at") { Description = "The moment, such as 2026-06-03T12:00:00Z; UTC unless it says otherwise.", Required = true };
        at.Validators.Add(given =>
        {
            if (given.Tokens is [{ Value: var text }] && Moment(text) is null) given.AddError("--at is a moment such as 2026-06-03T12:00:00Z.");
        });
        var (gateway, token, data, json) = GatewayClient.Options();
        var command = new Command("in-force", """
            Tells whether consent was in force for one person at a moment, by which receipt, on which text, and who had been told by then. That you asked is noted.
            Whatever the answer, the exit code is 0; --json tells it as "answer": yes, no, not-needed or unknown.
            """);
        person.AddTo(command);
        foreach (var option in (Option[])[purpose, at, gateway, token, data, json]) command.Add(option);
        command.SetAction(async (parsed, cancel) =>
        {
            using var http = GatewayClient.Of(parsed.GetValue(gateway)!, parsed.GetValue(token), parsed.GetValue(data)!, "audit");
            try
            {
                var (site, subject, address, reason) = await person.ReadAsync(parsed, cancel);
                var question = new { site, subject, address, reason, purpose = parsed.GetValue(purpose), at = Moment(parsed.GetValue(at)!) };
                using var answer = await http.PostAsJsonAsync(new Uri("/v1/audit/was-in-force", UriKind.Relative), question, GatewayClient.Json, cancel);
                var told = await GatewayClient.ReadJsonAsync(answer, cancel);
                if (!answer.IsSuccessStatusCode || told is not JsonObject shown)
                {
                    await Console.Error.WriteLineAsync(GatewayClient.Reason(answer, told).AsMemory(), cancel);
                    return ExitCode.Refused;
                }
                if (parsed.GetValue(json)) Console.WriteLine(shown.ToJsonString(GatewayClient.Json));
                else Tell(shown, parsed.GetValue(purpose)!);
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

    private static DateTimeOffset? Moment(string text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) ? at : null;

    private static void Tell(JsonObject answer, string purpose)
    {
        Console.WriteLine(answer["text"]);
        if (answer["receipt"] is { } receipt)
        {
            var place = receipt["log"] is { } log ? $", entry {log["index"]} of the log {log["log"]}" : "";
            Console.WriteLine($"  receipt {receipt["id"]}, version {receipt["version"]}, recorded {receipt["recordedAt"]}{place}");
        }
        if (answer["shown"] is { } shown)
        {
            Console.WriteLine($"  decided {answer["decidedAt"]} on version {shown["version"]} of the declaration, {((string?)shown["hash"])?[..12]}…");
            var texts = ItemsOf(shown["text"]?["purposes"]).Concat(ItemsOf(shown["text"]?["topics"]));
            if (texts.FirstOrDefault(t => (string?)t!["id"] == purpose) is { } text) Console.WriteLine($"  {text["name"]}: {text["description"]}");
        }
        TellWho("had applied it by then", answer["told"]);
        TellWho("applied it later", answer["toldLater"]);
    }

    private static IEnumerable<JsonNode?> ItemsOf(JsonNode? list) => list as JsonArray ?? Enumerable.Empty<JsonNode?>();

    private static void TellWho(string what, JsonNode? who)
    {
        foreach (var one in ItemsOf(who)) Console.WriteLine($"  {one!["subscriber"]} {what}: {one["appliedAt"]}");
    }
}

using System.CommandLine;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Consent.Cli;

/// <summary><c>timeline</c>: all that happened to one person's choices on a site, in the order of recording.</summary>
internal static class TellTimeline
{
    private const int AtOnce = 200;

    public static Command Command()
    {
        var person = new AskedPerson();
        var (gateway, token, data, json) = GatewayClient.Options();
        var command = new Command("timeline", """
            Tells what one person decided on a site, in order: receipts, opt-ins, opt-outs and erasures, each with who had applied it and its place in the log.
            That you asked is noted. With --json one event a line.
            """);
        person.AddTo(command);
        foreach (var option in (Option[])[gateway, token, data, json]) command.Add(option);
        command.SetAction(async (parsed, cancel) =>
        {
            using var http = GatewayClient.Of(parsed.GetValue(gateway)!, parsed.GetValue(token), parsed.GetValue(data)!, "audit");
            try
            {
                var (site, subject, address, reason) = await person.ReadAsync(parsed, cancel);
                var (after, count) = ((string?)null, 0);
                do
                {
                    using var answer = await http.PostAsJsonAsync(new Uri("/v1/audit/timeline", UriKind.Relative), new { site, subject, address, reason, after, limit = AtOnce }, GatewayClient.Json, cancel);
                    var told = await GatewayClient.ReadJsonAsync(answer, cancel);
                    if (!answer.IsSuccessStatusCode || told?["events"] is not JsonArray events)
                    {
                        await Console.Error.WriteLineAsync(GatewayClient.Reason(answer, told).AsMemory(), cancel);
                        return ExitCode.Refused;
                    }
                    foreach (var e in events) Console.WriteLine(parsed.GetValue(json) ? e!.ToJsonString(GatewayClient.Json) : Line(e!));
                    (after, count) = ((string?)told!["next"], count + events.Count);
                }
                while (after is not null);
                if (count == 0 && !parsed.GetValue(json)) Console.WriteLine("Nothing is held of this person: he decided nothing here, or it was erased.");
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

    private static string Line(JsonNode e)
    {
        var decided = (e["decided"] as JsonObject)?.Select(d => $"{d.Key} {d.Value}") ?? (e["topics"] as JsonArray)?.Select(t => $"{t}") ?? [];
        var applied = (e["applied"] as JsonArray)?.Select(a => $"{a!["subscriber"]}") ?? [];
        string?[] parts =
        [
            $"{e["at"]}", $"{e["what"]}", string.Join(", ", decided), e["action"] is { } action ? $"({action})" : null, e["id"] is { } id ? $"id {id}" : null,
            string.Join(", ", applied) is { Length: > 0 } names ? $"applied by {names}" : null, e["log"] is { } log ? $"entry {log["index"]} of {log["log"]}" : null,
        ];
        return string.Join("  ", parts.Where(p => !string.IsNullOrEmpty(p)));
    }
}

using System.CommandLine;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Consent.Cli;

/// <summary><c>deliveries</c>: who subscribes, what each has not applied yet, what became of one record; and to retire one that will not come back.</summary>
internal static class Deliveries
{
    private static readonly string[] Sources = ["consent", "marketing-unsubscribe"];

    public static Command Command() => new("deliveries", "Whether every change reached every subscriber: the delivery ledgers of the services that publish.")
    {
        List(), Of(), Retire(), Readmit(),
    };

    private static Command List()
    {
        var late = new Option<int>("--late") { Description = "Seconds after which an open delivery is late.", DefaultValueFactory = _ => 300 };
        var (gateway, token, data, json) = GatewayClient.Options();
        var command = new Command("list", "Tells of every subscriber what is open. Exit code 1 when something is late, or a subscriber is still loading, for alarms.") { late, gateway, token, data, json };
        command.SetAction((parsed, cancel) => AskAsync(parsed, gateway, token, data, async http =>
        {
            var told = new JsonArray();
            foreach (var source in Sources) told.Add(await ReadAsync(await http.GetAsync(Path(source, ""), cancel), cancel));
            var subscribers = told.SelectMany(t => t!["subscribers"]!.AsArray().Select(s => (Source: (string)t["source"]!, Is: s!))).ToList();
            if (parsed.GetValue(json)) Console.WriteLine(told.ToJsonString(GatewayClient.Json));
            else subscribers.ForEach(s => Tell(s.Source, s.Is));
            var since = TimeProvider.System.GetUtcNow().AddSeconds(-parsed.GetValue(late));
            return subscribers.Exists(s => (bool?)s.Is["loaded"] == false || (s.Is["oldestOpen"] is { } oldest && (DateTimeOffset)oldest < since)) ? ExitCode.Refused : ExitCode.Done;
        }, cancel));
        return command;
    }

    private static Command Of()
    {
        var (record, source) = (new Argument<string>("record") { Description = "Id of a receipt, a publication or a tombstone." }, SourceOption());
        var (gateway, token, data, json) = GatewayClient.Options();
        var command = new Command("of", "Tells what became of one record at each subscriber.") { record, source, gateway, token, data, json };
        command.SetAction((parsed, cancel) => AskAsync(parsed, gateway, token, data, async http =>
        {
            var told = await ReadAsync(await http.GetAsync(Path(parsed.GetValue(source)!, $"/records/{Uri.EscapeDataString(parsed.GetValue(record)!)}"), cancel), cancel);
            if (parsed.GetValue(json)) Console.WriteLine(told.ToJsonString(GatewayClient.Json));
            else
            {
                foreach (var one in told["deliveries"]!.AsArray())
                    Console.WriteLine($"{one!["subscriber"],-24} {one["state"],-11} {one["appliedAt"] ?? one["closedAt"]}{(one["supersededBy"] is { } by ? $" by {by}" : "")}".TrimEnd());
            }

            return ExitCode.Done;
        }, cancel));
        return command;
    }

    private static Command Retire()
    {
        var reason = new Option<string>("--reason") { Description = "Why; it is kept in the audit.", Required = true };
        var command = Change("retire", "Closes the deliveries of a subscriber that will not come back. It is owed nothing from then on.", "is retired", parsed => new { reason = parsed.GetValue(reason) });
        command.Add(reason);
        return command;
    }

    private static Command Readmit() =>
        Change("readmit", "Opens them again: it is sent everything that it has not applied.", "is readmitted", _ => new { });

    private static Command Change(string name, string description, string done, Func<ParseResult, object> body)
    {
        var (subscriber, source) = (new Argument<string>("subscriber") { Description = "Its name." }, SourceOption());
        var (gateway, token, data, json) = GatewayClient.Options();
        var command = new Command(name, description) { subscriber, source, gateway, token, data, json };
        command.SetAction((parsed, cancel) => AskAsync(parsed, gateway, token, data, async http =>
        {
            var who = parsed.GetValue(subscriber)!;
            await ReadAsync(await http.PostAsJsonAsync(Path(parsed.GetValue(source)!, $"/subscribers/{Uri.EscapeDataString(who)}/{name}"), body(parsed), cancel), cancel);
            Console.WriteLine(parsed.GetValue(json) ? new JsonObject { ["subscriber"] = who, ["done"] = name }.ToJsonString(GatewayClient.Json) : $"{who} {done}.");
            return ExitCode.Done;
        }, cancel));
        return command;
    }

    private static async Task<int> AskAsync(
        ParseResult parsed, Option<string> gateway, Option<string> token, Option<string> data, Func<HttpClient, Task<int>> ask, CancellationToken cancel)
    {
        using var http = GatewayClient.Of(parsed.GetValue(gateway)!, parsed.GetValue(token), parsed.GetValue(data)!, "operator");
        try
        {
            return await ask(http);
        }
        catch (RefusedException e)
        {
            await Console.Error.WriteLineAsync(e.Message.AsMemory(), cancel);
            return ExitCode.Refused;
        }
        catch (Exception e) when (GatewayClient.IsUnreachable(e, cancel))
        {
            await Console.Error.WriteLineAsync($"The gateway could not be reached: {e.Message}".AsMemory(), cancel);
            return ExitCode.Unreachable;
        }
    }

    private static async Task<JsonNode> ReadAsync(HttpResponseMessage answer, CancellationToken cancel)
    {
        using (answer)
        {
            var told = await GatewayClient.ReadJsonAsync(answer, cancel);
            return answer.IsSuccessStatusCode ? told ?? new JsonObject() : throw new RefusedException(GatewayClient.Reason(answer, told));
        }
    }

    private static void Tell(string source, JsonNode s)
    {
        var standing = s["retiredAt"] is { } at ? $"retired at {at}: {s["retiredBecause"]}"
            : (bool?)s["loaded"] == false ? "loading what was before it came"
            : (int)s["open"]! == 0 ? "has applied everything"
            : string.Create(CultureInfo.InvariantCulture, $"{(int)s["open"]!:n0} open, the oldest recorded at {s["oldestOpen"]}");
        Console.WriteLine($"{source,-22} {s["name"],-24} {standing}{(s["lastSeen"] is { } seen ? $"; seen at {seen}" : "; never seen")}");
    }

    private static Uri Path(string source, string rest) => new($"/v1/deliveries/{source}{rest}", UriKind.Relative);

    private static Option<string> SourceOption()
    {
        var source = new Option<string>("--source") { Description = $"Whose ledger: {string.Join(" or ", Sources)}.", DefaultValueFactory = _ => Sources[0] };
        source.AcceptOnlyFromAmong(Sources);
        return source;
    }
}

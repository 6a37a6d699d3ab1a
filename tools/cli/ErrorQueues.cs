using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Consent.Contracts;
using Consent.ServiceDefaults.Messaging;
using RabbitMQ.Client.Exceptions;

namespace Consent.Cli;

/// <summary><c>errors</c>: what services could not handle, and laid aside; told, shown, and sent to them again.</summary>
internal static class ErrorQueues
{
    private const int Shown = 20;
    private static readonly string[] Services = ["consent", "cookie-banner", "marketing-unsubscribe", "audit", "newsletter", "analytics", "webhooks", "connectors", "mail-gate"];

    private static readonly string[] Kinds =
    [
        .. typeof(IEvent).Assembly.GetExportedTypes().Where(t => !t.IsAbstract && t.IsAssignableTo(typeof(IEvent)))
            .Select(t => (string)t.GetProperty(nameof(IEvent.Kind))!.GetValue(null)!).Order(StringComparer.Ordinal),
    ];

    public static Command Command() => new("errors", "Messages that a service could not handle. They wait in the queue <service>-<kind>_error until they are replayed.")
    {
        List(), Show(), Replay(),
    };

    private static Command List()
    {
        var (broker, json) = (BrokerOption(), JsonOption());
        var service = new Option<string[]>("--service") { Description = "A service of your own, beside those of the product.", DefaultValueFactory = _ => [], AllowMultipleArgumentsPerToken = true };
        var command = new Command("list", "Tells which error queues hold messages. Exit code 1 when any does, for alarms.") { service, broker, json };
        command.SetAction((parsed, cancel) => RunAsync(parsed.GetValue(broker)!, async at =>
        {
            var waiting = new List<(string Queue, uint Messages)>();
            foreach (var queue in Services.Concat(parsed.GetValue(service)!).SelectMany(s => Kinds.Select(k => $"{s}-{k}{Broker.Suffix}")))
                if (await at.CountAsync(queue, cancel) is > 0 and var messages) waiting.Add((queue, messages));
            if (parsed.GetValue(json)) Console.WriteLine(new JsonArray([.. waiting.Select(w => new JsonObject { ["queue"] = w.Queue, ["messages"] = w.Messages })]).ToJsonString(GatewayClient.Json));
            else if (waiting.Count == 0) Console.WriteLine("No error queue holds a message.");
            else waiting.ForEach(w => Console.WriteLine($"{w.Messages,8}  {w.Queue}"));
            return waiting.Count == 0 ? ExitCode.Done : ExitCode.Refused;
        }, cancel));
        return command;
    }

    private static Command Show()
    {
        var (queue, broker, json) = (QueueArgument(), BrokerOption(), JsonOption());
        var limit = new Option<int>("--limit") { Description = "At most this many, from the oldest.", DefaultValueFactory = _ => Shown };
        var body = new Option<bool>("--body") { Description = "With the messages themselves, which name persons by their pseudonyms." };
        var command = new Command("show", "Shows what lies in an error queue, and why; it stays there.") { queue, limit, body, broker, json };
        command.SetAction((parsed, cancel) => RunAsync(parsed.GetValue(broker)!, async at =>
        {
            if (await at.CountAsync(parsed.GetValue(queue)!, cancel) is null) return await NoSuchQueueAsync(parsed.GetValue(queue)!);
            var found = await at.PeekAsync(parsed.GetValue(queue)!, parsed.GetValue(limit), cancel);
            if (parsed.GetValue(json))
            {
                Console.WriteLine(new JsonArray([.. found.Select(m => m.ToJson(parsed.GetValue(body)))]).ToJsonString(GatewayClient.Json));
                return ExitCode.Done;
            }

            foreach (var message in found)
            {
                Console.WriteLine($"{message.FailedAt ?? "at an unknown time"}  {message.Kind ?? "of no kind"}  {message.Id ?? "without id"}");
                Console.WriteLine($"  {message.Reason ?? "no reason was given"}");
                if (parsed.GetValue(body)) Console.WriteLine($"  {message.Body}");
            }

            return ExitCode.Done;
        }, cancel));
        return command;
    }

    private static Command Replay()
    {
        var (queue, broker, json) = (QueueArgument(), BrokerOption(), JsonOption());
        var id = new Option<string?>("--id") { Description = "One message alone, by its id." };
        var command = new Command("replay", "Sends what lies in an error queue to its service again. What fails again comes back.") { queue, id, broker, json };
        command.SetAction((parsed, cancel) => RunAsync(parsed.GetValue(broker)!, async at =>
        {
            if (await at.CountAsync(parsed.GetValue(queue)!, cancel) is null) return await NoSuchQueueAsync(parsed.GetValue(queue)!);
            var sent = await at.ReplayAsync(parsed.GetValue(queue)!, parsed.GetValue(id), cancel);
            Console.WriteLine(parsed.GetValue(json) ? JsonSerializer.Serialize(new { replayed = sent }, GatewayClient.Json) : $"{sent} sent again.");
            return sent > 0 || parsed.GetValue(id) is null ? ExitCode.Done : ExitCode.Refused;
        }, cancel));
        return command;
    }

    private static async Task<int> RunAsync(string broker, Func<Broker, Task<int>> work, CancellationToken cancel)
    {
        try
        {
            await using var at = await Broker.OpenAsync(BrokerAddresses.Parse(broker), cancel);
            return await work(at);
        }
        catch (PublishException)
        {
            await Console.Error.WriteLineAsync("The service's own queue is not there: start the service, and replay then. What was not sent again still lies in the error queue.");
            return ExitCode.Refused;
        }
        catch (Exception e) when (e is RabbitMQClientException or IOException or TimeoutException || (e is OperationCanceledException && !cancel.IsCancellationRequested))
        {
            await Console.Error.WriteLineAsync($"The broker could not be reached: {e.Message}");
            return ExitCode.Unreachable;
        }
    }

    private static async Task<int> NoSuchQueueAsync(string queue)
    {
        await Console.Error.WriteLineAsync($"There is no queue {queue}; 'errors list' names those that hold something.");
        return ExitCode.Refused;
    }

    private static Argument<string> QueueArgument()
    {
        var queue = new Argument<string>("queue") { Description = "Its name, which ends in _error." };
        queue.Validators.Add(given =>
        {
            if (given.Tokens is [{ Value: var name }] && !name.EndsWith(Broker.Suffix, StringComparison.Ordinal)) given.AddError("An error queue's name ends in _error; 'errors list' names them.");
        });
        return queue;
    }

    private static Option<string> BrokerOption()
    {
        var broker = new Option<string>("--broker")
        {
            Description = "The broker's address; the setting Messaging__RabbitMq of the environment unless given.",
            DefaultValueFactory = _ => Environment.GetEnvironmentVariable("Messaging__RabbitMq") ?? "amqp://guest:guest@localhost:5672/",
        };
        broker.Validators.Add(given =>
        {
            if (given.Tokens is not [{ Value: var text }]) return;
            try
            {
                BrokerAddresses.Parse(text);
            }
            catch (InvalidOperationException)
            {
                given.AddError("--broker is an address such as amqp://user:password@host:5672/, or several, of nodes of one cluster, separated by commas.");
            }
        });
        return broker;
    }

    private static Option<bool> JsonOption() => new("--json") { Description = "Answer in JSON, for programs." };
}

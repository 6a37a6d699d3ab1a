using System.Text;
using System.Text.Json.Nodes;
using Consent.Tests.Support;
using RabbitMQ.Client;

namespace Consent.System.Tests;

/// <summary>What a service cannot handle is laid aside, seen, and sent to it again by the command line; nobody else notices.</summary>
[Collection(AsMany.Name)]
public sealed class ErrorQueueTests(RunningAsMany running) : IAsyncLifetime
{
    private const string Queue = "newsletter-consent-changed";
    private const string Errors = Queue + "_error";
    private readonly HashSet<string> _sentTo = [];
    private IConnection _connection = null!;
    private IChannel _channel = null!;

    private string Broker => ((ManyProcesses)running.Product).Broker;

    public async ValueTask InitializeAsync()
    {
        _connection = await new ConnectionFactory { Uri = new Uri(Broker) }.CreateConnectionAsync();
        _channel = await _connection.CreateChannelAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var queue in _sentTo) await _channel.QueuePurgeAsync($"{queue}_error");
        await _channel.DisposeAsync();
        await _connection.DisposeAsync();
    }

    [Fact]
    public async Task What_cannot_be_read_is_laid_aside_with_its_reason_and_comes_back_when_it_fails_again_while_others_pass()
    {
        await SendAsync(Queue, "unreadable", "{\"id\":");
        await IsWaitingAsync(1);

        var (code, shown, _) = await CommandLine.RunAsync("errors", "show", Errors, "--broker", Broker, "--json");
        var message = Assert.Single(JsonNode.Parse(shown)!.AsArray());
        Assert.Equal((0, "unreadable"), (code, (string?)message!["id"]));
        Assert.NotEmpty((string)message["reason"]!);
        Assert.Null(message["body"]);
        Assert.Contains("{\"id\":", (await CommandLine.RunAsync("errors", "show", Errors, "--body", "--broker", Broker)).Output, StringComparison.Ordinal);

        Assert.Equal((0, """{"replayed":1}"""), await ReplayAsync("--id", "unreadable"));
        await IsWaitingAsync(1);
        var (site, visitor) = (new Site(running.Product, Product.Sites[0]), running.Product.Secrets.Visitor());
        await site.DecideAsync(visitor, statistics: true);
        await Eventually.IsSoAsync("newsletter permits statistics", () => site.PermitsAsync("newsletter", visitor, "statistics"));
    }

    [Fact]
    public async Task What_is_replayed_is_applied_and_one_id_leaves_the_others_where_they_are()
    {
        var (site, known, lost) = (new Site(running.Product, Product.Sites[0]), running.Product.Secrets.Visitor(), running.Product.Secrets.Visitor());
        var overheard = (await _channel.QueueDeclareAsync()).QueueName;
        await _channel.QueueBindAsync(overheard, "consent.consent-changed", "");
        await site.DecideAsync(known, statistics: true);
        BasicGetResult? got = null;
        await Eventually.IsSoAsync("the event was overheard", async () => (got = await _channel.BasicGetAsync(overheard, autoAck: true)) is not null);
        await SendAsync(Queue, "first", "{");
        await IsWaitingAsync(1);
        await SendAsync(Errors, "lost", Encoding.UTF8.GetString(got!.Body.Span).Replace(known, lost, StringComparison.Ordinal));
        await IsWaitingAsync(2);
        Assert.False(await site.PermitsAsync("newsletter", lost, "statistics"));

        Assert.Equal((0, """{"replayed":1}"""), await ReplayAsync("--id", "lost"));

        await Eventually.IsSoAsync("newsletter permits what was lost", () => site.PermitsAsync("newsletter", lost, "statistics"));
        await IsWaitingAsync(1);
        Assert.Equal(1, (await ReplayAsync("--id", "lost")).Code);
    }

    [Fact]
    public async Task What_is_laid_aside_lies_in_a_quorum_queue_and_degrades_the_health_of_its_service_until_it_is_gone()
    {
        await Eventually.IsSoAsync("newsletter is well", async () => await HealthAsync() == "Healthy");
        await SendAsync(Queue, "unreadable", "not json");
        await IsWaitingAsync(1);

        await Eventually.IsSoAsync("newsletter tells of it", async () => await HealthAsync() == $"1 in {Errors}");

        // The broker refuses to declare it as anything else than what it is. The limit is for RabbitMQ 4, which would drop what was looked at 20 times.
        await _channel.QueueDeclareAsync(Errors, durable: true, exclusive: false, autoDelete: false,
            new Dictionary<string, object?> { ["x-queue-type"] = "quorum", ["x-delivery-limit"] = 1_000_000 });
        await _channel.QueuePurgeAsync(Errors);
        await Eventually.IsSoAsync("newsletter is well again", async () => await HealthAsync() == "Healthy");
        await Eventually.IsSoAsync("it was logged", () =>
            Task.FromResult(running.Product.Processes.First(p => p.Name == "newsletter").Output.Any(line => line.Contains($"messages lie in {Errors}", StringComparison.Ordinal))));
    }

    [Theory]
    [InlineData("newsletter-consent-changed", "consent-changed", "{}")]
    [InlineData("newsletter-consent-changed", "consent-changed", "null")]
    [InlineData("newsletter-consent-changed", "consent-changed", "")]
    [InlineData("newsletter-consent-changed", "never-heard-of", """{"id":"x"}""")]
    [InlineData("newsletter-consent-erased", "consent-changed", """{"id":"x","stream":"00000000000000000000","receipt":{}}""")]
    [InlineData("consent-marketing-unsubscribed", "marketing-subscribed", """{"id":"x","site":"weefgoed","subjectId":"a1-00","topics":["maintenance-notices"]}""")]
    [InlineData("consent-consent-applied", "consent-applied", """{"id":"x","source":"consent","subscriber":"../x","recordId":"y"}""")]
    public async Task What_is_no_message_of_its_queue_is_laid_aside_and_seen(string queue, string type, string body)
    {
        await SendAsync(queue, "stray", body, type);

        await Eventually.IsSoAsync("it is laid aside", async () =>
            (await CommandLine.RunAsync("errors", "show", $"{queue}_error", "--broker", Broker)).Output.Contains("stray", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("newsletter-snapshot-page")]
    [InlineData("audit-feed-page")]
    [InlineData("consent-state-compared")]
    public async Task An_error_queue_of_whatever_kind_is_listed(string queue)
    {
        await SendAsync(queue, "unreadable", "{");

        await Eventually.IsSoAsync("it is listed", async () =>
            (await CommandLine.RunAsync("errors", "list", "--broker", Broker)).Output.Contains($"{queue}_error", StringComparison.Ordinal));
    }

    private async Task<string> HealthAsync()
    {
        using var http = new HttpClient();
        var check = JsonNode.Parse(await http.GetStringAsync(new Uri(((ManyProcesses)running.Product)["newsletter"].Address, "/health")))!["checks"]!["error-queues"]!;
        return (string?)check["description"] ?? (string)check["status"]!;
    }

    private Task IsWaitingAsync(int messages) => Eventually.IsSoAsync($"{messages} wait in the error queue", async () =>
        await CommandLine.RunAsync("errors", "list", "--broker", Broker, "--json") is (1, var told, _)
        && JsonNode.Parse(told)!.AsArray().Any(q => (string?)q!["queue"] == Errors && (int)q["messages"]! == messages));

    private async Task<(int Code, string Output)> ReplayAsync(params string[] which)
    {
        var (code, output, _) = await CommandLine.RunAsync(["errors", "replay", Errors, .. which, "--broker", Broker, "--json"]);
        return (code, output);
    }

    private ValueTask SendAsync(string queue, string id, string body, string type = "consent-changed")
    {
        if (queue != Errors) _sentTo.Add(queue);
        return _channel.BasicPublishAsync(
            "", queue, mandatory: false, new BasicProperties { ContentType = "application/json", MessageId = id, Type = type, Persistent = true }, Encoding.UTF8.GetBytes(body));
    }
}

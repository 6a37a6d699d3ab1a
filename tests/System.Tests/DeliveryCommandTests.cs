using System.Text.Json.Nodes;
using Consent.Tests.Support;

namespace Consent.System.Tests;

/// <summary>The delivery ledgers, as an operator reads them.</summary>
[Collection(AsMany.Name)]
public sealed class DeliveryCommandTests(RunningAsMany running)
{
    private static readonly string[] Subscribers = ["analytics", "audit", "connectors", "marketing-unsubscribe", "newsletter", "webhooks"];

    [Fact]
    public async Task List_tells_every_subscriber_of_both_ledgers_and_that_nothing_is_open()
    {
        JsonArray sources = [];
        await Eventually.IsSoAsync("nothing is open", async () =>
        {
            if ((await RunAsync("list", "--json")).Output is not { Length: > 0 } told) return false;
            sources = JsonNode.Parse(told)!.AsArray();
            // Other tests leave subscribers of their own behind.
            var own = sources[0]!["subscribers"]!.AsArray().Where(s => Subscribers.Contains((string)s!["name"]!)).ToList();
            return own.Count == Subscribers.Length && own.All(s => (int)s!["open"]! == 0 && (bool?)s["loaded"] != false);
        }, TimeSpan.FromSeconds(120), () => sources.ToJsonString());

        Assert.Equal(["consent", "marketing-unsubscribe"], sources.Select(s => (string)s!["source"]!));
        Assert.Equal(["audit", "consent"], sources[1]!["subscribers"]!.AsArray().Select(s => (string)s!["name"]!));
        Assert.Contains("newsletter", (await RunAsync("list")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_tells_what_became_of_one_receipt()
    {
        var (site, visitor) = (new Site(running.Product, Product.Sites[0]), running.Product.Secrets.Visitor());
        var receipt = (string)(await site.DecideAsync(visitor, statistics: true))["id"]!;
        JsonArray deliveries = [];
        await Eventually.IsSoAsync("all have applied it", async () =>
        {
            if ((await RunAsync("of", receipt, "--json")).Output is not { Length: > 0 } told) return false;
            deliveries = JsonNode.Parse(told)!["deliveries"]!.AsArray();
            return Subscribers.All(name => deliveries.Any(d => (string?)d!["subscriber"] == name && (string?)d["state"] == "applied" && d["appliedAt"] is not null));
        }, null, () => deliveries.ToJsonString());
        Assert.Contains("applied", (await RunAsync("of", receipt)).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_subscriber_that_will_not_come_back_is_retired_with_a_reason_and_readmitted()
    {
        // A subscriber of the test's own, which says once that it lives.
        await using var broker = await new RabbitMQ.Client.ConnectionFactory { Uri = new Uri(((ManyProcesses)running.Product).Broker) }.CreateConnectionAsync();
        await using var channel = await broker.CreateChannelAsync();
        var name = $"gone-{running.Product.Secrets.Visitor()[..8]}";
        var body = $$"""{"id":"{{name}}","subscriber":"{{name}}","kinds":["consent-changed"],"everyVersion":false,"at":"2026-06-03T12:00:00.000Z"}""";
        await RabbitMQ.Client.IChannelExtensions.BasicPublishAsync(channel, "consent.subscriber-announced", "", global::System.Text.Encoding.UTF8.GetBytes(body));
        await Eventually.IsSoAsync("it is in the registry", async () => (await RunAsync("list", "--json")).Output.Contains(name, StringComparison.Ordinal));
        await new Site(running.Product, Product.Sites[0]).DecideAsync(running.Product.Secrets.Visitor(), statistics: true);
        await Eventually.IsSoAsync("something is open to it", async () => await OpenAsync(name) > 0);
        Assert.Equal(1, (await RunAsync("list", "--late", "0")).Code);

        Assert.Equal((0, $"{name} is retired."), await ChangedAsync("retire", name, "--reason", "replaced"));

        Assert.Equal(0, await OpenAsync(name));
        Assert.Contains("replaced", (await RunAsync("list")).Output, StringComparison.Ordinal);
        Assert.Equal((0, $"{name} is readmitted."), await ChangedAsync("readmit", name));
        Assert.True(await OpenAsync(name) > 0);
        Assert.Equal(0, (await RunAsync("retire", name, "--reason", "for good")).Code);
    }

    [Theory]
    [InlineData(1, "of", "00000000000000000000000000000000")]
    [InlineData(1, "retire", "nobody", "--reason", "gone")]
    [InlineData(1, "retire", "newsletter", "--reason", " ")]
    [InlineData(2, "retire", "newsletter")]
    [InlineData(2, "of", "x", "--source", "elsewhere")]
    public async Task What_cannot_be_done_says_why(int code, params string[] arguments)
    {
        var (ended, output, errors) = await RunAsync(arguments);
        Assert.Equal((code, ""), (ended, output));
        Assert.NotEmpty(errors);
    }

    [Fact]
    public async Task An_unreachable_gateway_is_said_to_be_so() =>
        Assert.Equal(3, (await CommandLine.RunAsync("deliveries", "list", "--gateway", "http://127.0.0.1:1", "--data", running.Product.Data)).Code);

    private async Task<(int Code, string Output)> ChangedAsync(params string[] arguments) => await RunAsync(arguments) is var (code, output, errors) ? (code, output + errors) : default;

    private async Task<int> OpenAsync(string name) => (int)JsonNode.Parse((await RunAsync("list", "--json")).Output)!.AsArray()[0]!["subscribers"]!.AsArray()
        .Single(s => (string?)s!["name"] == name)!["open"]!;

    private Task<(int Code, string Output, string Errors)> RunAsync(params string[] arguments) =>
        CommandLine.RunAsync(["deliveries", .. arguments, "--gateway", running.Product.Gateway.ToString(), "--data", running.Product.Data]);
}

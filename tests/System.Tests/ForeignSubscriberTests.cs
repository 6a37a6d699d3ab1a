using System.Text.Json.Nodes;
using Consent.Tests.Support;
using RabbitMQ.Client;

namespace Consent.System.Tests;

/// <summary>A subscriber that knows nothing of .NET: Node and amqplib, by what <c>services/contracts/README.md</c> says of the broker.</summary>
[Collection(AsMany.Name)]
public sealed class ForeignSubscriberTests(RunningAsMany running)
{
    private const string Name = "foreign";

    private Product Product => running.Product;

    private string Broker => ((ManyProcesses)running.Product).Broker;

    [Fact]
    public async Task It_hears_what_changes_acknowledges_it_catches_up_after_a_death_and_forgets_the_erased()
    {
        var (site, visitor) = (new Site(Product, Product.Sites[0]), Product.Secrets.Visitor());
        await using var foreign = Subscriber();
        await StartAsync(foreign);

        var first = await site.DecideAsync(visitor, statistics: true);
        await site.TracedAsync((string)first["id"]!, Name);
        var told = await ToldAsync(foreign, first);
        Assert.Equal("given", (string?)told["holds"]!["purposes"]!["statistics"]!["status"]);
        Assert.Equal(("application/json", (string?)first["id"]), ((string?)told["contentType"], (string?)told["messageId"]));
        Assert.Empty(told["headers"]!.AsArray());

        // Two decisions while it is dead: it ends with the newer, and both deliveries are closed.
        await foreign.Kill9Async();
        var second = await site.DecideAsync(visitor, statistics: false, heldVersion: 1);
        var third = await site.DecideAsync(visitor, statistics: true, heldVersion: 2);
        await StartAsync(foreign);
        foreach (var receipt in new[] { second, third }) await site.TracedAsync((string)receipt["id"]!, Name);
        Assert.Equal(3, (long)(await ToldAsync(foreign, third))["holds"]!["version"]!);

        using var trusted = Product.Client("consent");
        using var erased = await trusted.DeleteAsync($"/v1/sites/{site.Id}/subjects/{visitor}");
        Assert.True(erased.IsSuccessStatusCode);
        JsonNode? tombstone = null;
        await Eventually.IsSoAsync("the stranger was told of the erasure",
            () => Task.FromResult((tombstone = Lines(foreign).LastOrDefault(l => (string?)l["kind"] == "consent-erased")) is not null));
        Assert.Equal("""{"epoch":1,"version":4}""", tombstone!["holds"]!.ToJsonString());
    }

    [Fact]
    public async Task What_it_lost_before_it_said_so_is_sent_again()
    {
        var (site, visitor) = (new Site(Product, Product.Sites[1]), Product.Secrets.Visitor());
        await using var foreign = Subscriber();
        await StartAsync(foreign);
        // Deleted with all that is in it, as by an operator's mistake: nobody but the ledger knows what was in it.
        await foreign.Kill9Async();
        var receipt = await site.DecideAsync(visitor, statistics: true);
        await site.TracedAsync((string)receipt["id"]!, "newsletter", "analytics");
        await using (var connection = await new ConnectionFactory { Uri = new Uri(Broker) }.CreateConnectionAsync())
        await using (var channel = await connection.CreateChannelAsync())
            Assert.True(await channel.QueueDeleteAsync($"{Name}-consent-changed") > 0);

        await StartAsync(foreign);

        await site.TracedAsync((string)receipt["id"]!, Name);
    }

    [Fact]
    public async Task Started_late_it_loads_what_was_before_page_by_page()
    {
        var (site, visitor) = (new Site(Product, Product.Sites[2]), Product.Secrets.Visitor());
        var receipt = await site.DecideAsync(visitor, statistics: true);
        await site.TracedAsync((string)receipt["id"]!, "newsletter");
        await using var foreign = Subscriber("late-stranger");

        await StartAsync(foreign);

        JsonNode? told = null;
        await Eventually.IsSoAsync("it has loaded", () => Task.FromResult((told = Lines(foreign).FirstOrDefault(l => l["loaded"] is not null)) is not null), seen: foreign.LastLines);
        Assert.True((int)told!["loaded"]! >= 1);
        Assert.True((int)told["holds"]! >= 1);
    }

    private ServiceProcess Subscriber(string name = Name) => new(name, Path.Combine(Repository.Root, "tests", "foreign", "subscriber.mjs"), Product.Gateway, new Dictionary<string, string>(StringComparer.Ordinal))
    {
        Runner = "node",
        Arguments = [new JsonObject { ["broker"] = Broker, ["service"] = name }.ToJsonString()],
    };

    private static async Task StartAsync(ServiceProcess foreign)
    {
        var before = foreign.Output.Count;
        foreign.Start();
        await Eventually.IsSoAsync("the stranger listens", () => Task.FromResult(foreign.Output.Skip(before).Any(l => l.Contains("\"ready\"", StringComparison.Ordinal))), seen: foreign.LastLines);
    }

    /// <summary>It says what it holds after it has acknowledged it.</summary>
    private static async Task<JsonNode> ToldAsync(ServiceProcess foreign, JsonObject receipt)
    {
        JsonNode? told = null;
        await Eventually.IsSoAsync("the stranger says what it holds", () =>
            Task.FromResult((told = Lines(foreign).LastOrDefault(l => (string?)l["id"] == (string?)receipt["id"])) is not null), seen: foreign.LastLines);
        return told!;
    }

    private static IEnumerable<JsonNode> Lines(ServiceProcess foreign) => foreign.Output.Where(l => l.StartsWith('{')).Select(l => JsonNode.Parse(l)!);
}

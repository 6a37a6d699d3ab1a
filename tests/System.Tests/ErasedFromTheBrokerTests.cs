using System.Globalization;
using Consent.Tests.Support;
using RabbitMQ.Client;

namespace Consent.System.Tests;

/// <summary>What remains of an erased person on the broker, where the services are processes: in no queue, and in its files as charts/consent/README.md says.</summary>
public sealed class ErasedFromTheBrokerTests(ErasedFromTheBrokerTests.ABroker running) : IClassFixture<ErasedFromTheBrokerTests.ABroker>
{
    /// <summary>Begins a new write-ahead log and takes the old one apart into the queues' own files.</summary>
    private const string Roll = "ra_log_wal:force_roll_over(ra_log_wal).";

    /// <summary>One more entry for each quorum queue, which changes nothing: what is empty then lets go of what came before it.</summary>
    private const string Pass = "[rabbit_quorum_queue:reclaim_memory(element(2, N), element(4, N)) || Q <- rabbit_amqqueue:list(), N <- [amqqueue:get_name(Q)]].";

    /// <summary>See tools/rabbitmq.sh.</summary>
    private const int MostInALog = 16 * 1024 * 1024;
    private static readonly string[] Subscribers = ["newsletter", "analytics"];

    private RabbitMqServer Broker => ((ManyProcesses)running.Product).BrokerServer;

    [Fact, Trait("form", "long")]
    public async Task After_an_erasure_no_queue_holds_the_person_and_after_two_logs_of_other_traffic_no_file_of_the_broker_does()
    {
        var (site, search) = (new Site(running.Product, "koppelhuis"), Someone(out var visitor, out var address));
        await using var connection = await new ConnectionFactory { Uri = new Uri(Broker.Address) }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        // The control: hears everything, and nobody reads it.
        await HearAsync(channel, "overheard", (await ListAsync("list_exchanges", "name")).Select(line => line[0]).Where(e => e.StartsWith("consent.", StringComparison.Ordinal)));
        await LiveAndBeErasedAsync(site, visitor, address);

        Assert.NotEmpty((await TakeAllAsync(channel, "overheard")).SelectMany(body => search.In("the control", body)));
        await channel.QueueDeleteAsync("overheard");
        await EachWasEmptyOnceAsync();
        // The limit: what every queue has handed out stands in the log that they share.
        Assert.Contains(search.InFolder(Broker.Folder), found => found.Contains(".wal: ", StringComparison.Ordinal));

        // Straight at the service: the gateway would hold back so many of one address.
        var straight = new Site(running.Product, site.Id, ((ManyProcesses)running.Product)["consent"].Address);
        int? first = null;
        var newest = 0;
        IReadOnlyList<string> found = [];
        await Eventually.IsSoAsync("the broker's files have let go of the person", async () =>
        {
            first ??= LogsBegun();
            for (var n = 0; n < 16; n++) await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => straight.DecideAsync(running.Product.Secrets.Visitor(), statistics: true)));
            // As the README says: a queue that never runs empty keeps it.
            await EachWasEmptyOnceAsync();
            newest = LogsBegun();
            return (found = search.InFolder(Broker.Folder)).Count == 0;
        }, TimeSpan.FromSeconds(240), () => $"{newest - first} logs begun since; {string.Join(", ", found)}");
        Assert.InRange(newest - first!.Value, 1, 2);
    }

    [Fact]
    public async Task Where_nobody_decides_after_an_erasure_the_files_of_the_broker_hold_the_person_until_the_operator_has_them_let_go_and_no_message_is_lost_by_that()
    {
        var told = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "charts", "consent", "README.md"));
        Assert.All((string[])[Roll, Pass], command => Assert.Contains($"rabbitmqctl eval '{command}'", told, StringComparison.Ordinal));
        var (site, search) = (new Site(running.Product, "koppelhuis"), Someone(out var visitor, out var address));
        await LiveAndBeErasedAsync(site, visitor, address);
        await EachWasEmptyOnceAsync();
        await using var connection = await new ConnectionFactory { Uri = new Uri(Broker.Address) }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        // Others' messages, which wait in a queue and must stay. No exchange of the product's: its own queues stay quiet.
        await channel.ExchangeDeclareAsync("others", ExchangeType.Fanout);
        await HearAsync(channel, "waiting", ["others"]);
        var waiting = Enumerable.Range(0, 50).Select(n => $"message {n}").ToList();
        foreach (var message in waiting) await channel.BasicPublishAsync("others", "", mandatory: true, new BasicProperties { Persistent = true }, global::System.Text.Encoding.UTF8.GetBytes(message));
        await Eventually.IsSoAsync("they wait", async () => (await channel.QueueDeclarePassiveAsync("waiting")).MessageCount == waiting.Count);
        Assert.NotEmpty(search.InFolder(Broker.Folder));

        await Broker.ToolAsync("rabbitmqctl", "eval", Roll);
        IReadOnlyList<string> found = [];
        await Eventually.IsSoAsync("no write-ahead log has the person", () =>
        {
            found = search.InFolder(Broker.Folder);
            return Task.FromResult(!found.Any(f => f.Contains(".wal", StringComparison.Ordinal)));
        });
        Assert.Contains(found, f => f.Contains(".segment", StringComparison.Ordinal));
        await Broker.ToolAsync("rabbitmqctl", "eval", Pass);

        await Eventually.IsSoAsync("no file of the broker has the person", () => Task.FromResult((found = search.InFolder(Broker.Folder)).Count == 0), null, () => string.Join(", ", found));
        Assert.Equal(waiting, (await TakeAllAsync(channel, "waiting")).Select(global::System.Text.Encoding.UTF8.GetString));
        await channel.QueueDeleteAsync("waiting");
        var receipt = await site.DecideAsync(running.Product.Secrets.Visitor(), statistics: true);
        await site.TracedAsync((string)receipt["id"]!, Subscribers);
    }

    private static IdentifierSearch Someone(out string visitor, out string address)
    {
        (visitor, address) = (Contracts.RandomId.New(), $"Zeldzaam.{Contracts.RandomId.New()[..12]}@voorbeeld.example");
        return new IdentifierSearch(visitor, address);
    }

    private async Task LiveAndBeErasedAsync(Site site, string visitor, string address)
    {
        var receipts = await ErasedEverywhereTests.LiveAsync(running.Product, site, running.Mail, visitor, address);
        await ErasedEverywhereTests.EraseAsync(running.Product, site, visitor, address);
        await ErasedEverywhereTests.ForgottenAsync(running.Product, site, visitor, address, receipts);
    }

    /// <summary>Since this began, error queues included: so whatever was sent before is in none of them. There are no queues but such as these files are of.</summary>
    private async Task EachWasEmptyOnceAsync()
    {
        HashSet<string> empty = [];
        List<string[]> queues = [];
        await Eventually.IsSoAsync("every queue was empty once", async () =>
        {
            queues = await ListAsync("list_queues", "name", "type", "messages");
            empty.UnionWith(queues.Where(q => q[2] == "0").Select(q => q[0]));
            return queues.Count > 0 && queues.All(q => empty.Contains(q[0]));
        }, null, () => string.Join(", ", queues.Select(q => q[0]).Except(empty)));
        Assert.Contains("audit-consent-changed", empty);
        Assert.All(queues, q => Assert.Equal("quorum", q[1]));
    }

    private async Task<List<string[]>> ListAsync(string what, params string[] columns) =>
        [.. (await Broker.ToolAsync("rabbitmqctl", ["-q", what, "--no-table-headers", .. columns])).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('\t'))];

    /// <summary>Number of the newest write-ahead log; none is larger than it may be.</summary>
    private int LogsBegun()
    {
        var logs = new DirectoryInfo(Broker.Folder).GetFiles("*.wal", SearchOption.AllDirectories).Where(f => f.FullName.Contains("/quorum/", StringComparison.Ordinal)).ToList();
        Assert.All(logs, log => Assert.InRange(log.Length, 0, MostInALog + (1024 * 1024)));
        return logs.Max(log => int.Parse(Path.GetFileNameWithoutExtension(log.Name), CultureInfo.InvariantCulture));
    }

    private static async Task HearAsync(IChannel channel, string queue, IEnumerable<string> exchanges)
    {
        await channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false, new Dictionary<string, object?> { ["x-queue-type"] = "quorum" });
        foreach (var exchange in exchanges) await channel.QueueBindAsync(queue, exchange, "");
    }

    private static async Task<List<byte[]>> TakeAllAsync(IChannel channel, string queue)
    {
        List<byte[]> bodies = [];
        while (await channel.BasicGetAsync(queue, autoAck: true) is { } got) bodies.Add(got.Body.ToArray());
        return bodies;
    }

    /// <summary>A product of processes with a broker of its own, in which audit and marketing know each other, as by <c>tools/up.sh</c>.</summary>
    public sealed class ABroker() : Running(new ManyProcesses())
    {
        public override IReadOnlyList<string> Names => [];

        public override ValueTask InitializeAsync()
        {
            foreach (var name in (string[])["Audit:Marketing", "Marketing:Audit"]) Product.Settings[name] = Product.Gateway.GetLeftPart(UriPartial.Authority);
            return base.InitializeAsync();
        }
    }
}

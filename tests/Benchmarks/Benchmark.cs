using System.Globalization;
using Consent.Contracts;
using Consent.Load;
using Consent.Tests.Support;

namespace Consent.Benchmarks;

/// <summary>The whole run: speed beside the echo, latency at half the load, and the same with a large log; travel, marketing, audit's logs, and the engine on Azure Cosmos DB.</summary>
internal static class Benchmark
{
    private const string Echo = "echo", Proxy = "echo through YARP", Sqlite = "decisions, SQLite", Held = "decisions, relay off", Postgres = "decisions, PostgreSQL",
        Gateway = "decisions through the gateway", State = "state", Permit = "permit";

    public static async Task<int> RunAsync(Plan plan)
    {
        var (median, worst) = Disk.Fsync();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessorCount} cores; an fsync of 64 KiB takes {median.TotalMilliseconds:n2} ms, p99 {worst.TotalMilliseconds:n1} ms. Relay on, audit off, one broker node."));
        await using var servers = await Servers.StartAsync();
        using var folder = new TemporaryFolder();
        var figures = new List<Figure>();
        if (plan.Wants("speed") || plan.Wants("latency"))
        {
            var echo = new Contender(Echo, await servers.CompareAsync("echo"), null!);
            echo = echo with { Asked = Decisions(echo.Server, "/", 200) };
            var data = Path.Combine(folder.Path, "small");
            var consent = await servers.ConsentAsync("consent", data);
            var people = new People();
            var decisions = new Contender(Sqlite, consent, people.Deciding(consent.Address), Published.OnSqlite(data));
            if (plan.Wants("speed")) figures.AddRange(await SpeedAsync(plan, servers, folder.Path, echo, decisions, people));
            if (plan.Wants("latency")) figures.Add(await LatencyAsync(plan, decisions));
            // Two consent services on one broker would hear each other's subscribers.
            await consent.StopAsync();
            await echo.Server.StopAsync();
        }

        if (plan.Wants("banner")) figures.Add(await ServeBanner.MeasureAsync(plan, servers, folder.Path));
        if (plan.Wants("travel")) figures.AddRange(await Travel.MeasureAsync(plan, servers, folder.Path));
        if (plan.Wants("late") && plan.Subjects > 0) figures.Add(await Travel.LateAsync(plan, servers, folder.Path));
        if (plan.Wants("ledger") && plan.Pairs > 0) figures.AddRange(await LedgerSize.MeasureAsync(plan, folder.Path));
        if (plan.Wants("large") && plan.Receipts > 0) figures.AddRange(await LargeLog.MeasureAsync(plan, servers, folder.Path));
        if (plan.Wants("index") && plan.Addresses > 0) figures.AddRange(CheckIndexed.Measure(plan));
        if (plan.Wants("marketing") && plan.Readers > 0) figures.AddRange(await Marketing.MeasureAsync(plan, servers, folder.Path));
        if (plan.Wants("audit") && plan.Entries > 0)
        {
            figures.Add(await AuditAppends.MeasureAsync(plan, Path.Combine(folder.Path, "audit-alone")));
            figures.AddRange(await AuditPace.MeasureAsync(plan, Path.Combine(folder.Path, "audit-pace")));
            figures.AddRange(await AuditLarge.MeasureAsync(plan, folder.Path));
        }

        if (plan.Wants("cosmos"))
        {
            figures.AddRange(await CosmosCreates.MeasureAsync(plan, folder.Path));
            if (plan.CosmosReceipts > 0) figures.AddRange(await CosmosReplay.MeasureAsync(plan, folder.Path));
        }

        Table.Write(figures);
        if (plan.Json is { } file) await File.WriteAllTextAsync(file, System.Text.Json.JsonSerializer.Serialize(figures, ContractJson.Options));
        return figures.Exists(f => f is { IsGate: true, IsReached: false }) ? 1 : 0;
    }

    private static async Task<List<Figure>> SpeedAsync(Plan plan, Servers servers, string folder, Contender echo, Contender decisions, People people)
    {
        await using var server = await PostgresServer.StartAsync();
        var (data, database) = (Path.Combine(folder, "postgres"), await server.CreateDatabaseAsync());
        var onPostgres = await servers.ConsentAsync("consent-postgres", data, new Dictionary<string, string>
        {
            ["Storage:Engine"] = "postgres",
            ["Storage:Postgres"] = database,
            ["Storage:PostgresKeys"] = await server.CreateDatabaseAsync(),
        });
        // What the relay costs: not a figure of the table.
        var held = await servers.ConsentAsync("consent-held", Path.Combine(folder, "held"), new Dictionary<string, string> { ["Relay:Enabled"] = "false" });
        var proxy = await servers.CompareAsync("proxy", "--to", echo.Server.Address.GetLeftPart(UriPartial.Authority));
        var rounds = new Rounds(plan.Rounds, plan.Each);
        await rounds.RunAsync(
            [
                echo, decisions, new Contender(Held, held, new People().Deciding(held.Address)), new Contender(Proxy, proxy, Decisions(proxy, "/", 200)),
                new Contender(Gateway, servers.GatewayProcess, people.Deciding(servers.Gateway), decisions.Settled),
                new Contender(Postgres, onPostgres, new People().Deciding(onPostgres.Address), Published.OnPostgres(database)),
                new Contender(State, decisions.Server, people.Known(decisions.Server.Address, Template.OwnState(Servers.Site))),
                new Contender(Permit, decisions.Server, people.Known(decisions.Server.Address, PermitOf(servers.Token))),
            ],
            32, 256);
        await onPostgres.StopAsync();
        await held.StopAsync();
        return
        [
            new("durable decisions, SQLite FULL, against the echo, 256", rounds.Rate(Sqlite, Echo, 256), 0.45, true, "", $"{plan.Rounds} rounds"),
            new("the same, 32 connections", rounds.Rate(Sqlite, Echo, 32), 0.45, true, "", $"{plan.Rounds} rounds"),
            new("CPU per decision against CPU per echo", rounds.Ratio(Sqlite, Echo, 256, m => m.CpuPerRequest.TotalMicroseconds), 2.5, false, "", "the service's process, relay in"),
            new("the same with the relay off", rounds.Ratio(Held, Echo, 256, m => m.CpuPerRequest.TotalMicroseconds), 2.5, false, "", "for comparison"),
            new("through the gateway, against the echo through YARP", rounds.Rate(Gateway, Proxy, 256), 0.8, true, "", "256 connections"),
            new("PostgreSQL, against the echo", rounds.Rate(Postgres, Echo, 256), 0.25, true, "", "256 connections"),
            new("state, against the echo", rounds.Rate(State, Echo, 256), 0.7, true, "", "256 connections"),
            new("permit, against the echo", rounds.Rate(Permit, Echo, 256), 0.7, true, "", "256 connections"),
        ];
    }

    /// <summary>At half of what it can, steadily, counted from when each was due.</summary>
    private static async Task<Figure> LatencyAsync(Plan plan, Contender decisions)
    {
        var most = new List<double>();
        for (var i = 0; i < 4; i++) most.Add((await Measured.OfAsync(decisions, 256, plan.Each)).PerSecond);
        var half = most[1..].Order().ElementAt(1) / 2;
        var runs = new List<Measured>();
        for (var i = 0; i < plan.Rounds; i++) runs.Add(await Measured.OfAsync(decisions, 256, plan.Each, half));
        Table.Write($"decisions at {half:n0}/s", 256, runs);
        return new Figure("p99 of a decision at half the maximal load", Table.Median(runs, m => m.P99.TotalMilliseconds), 20, false, "ms", $"{half:n0} a second, from when due");
    }

    private static Asked Decisions(ServiceProcess server, string path, int expected)
    {
        var body = Template.Post(path, Servers.DecisionBody);
        return new Asked(server.Address, body, Visitors.Fresh(), () => 0, expected);
    }

    private static Template PermitOf(string token) =>
        Template.Get($"/v1/sites/{Servers.Site}/subjects/{Template.Visitor}/permits/statistics", $"Authorization: Bearer {token}");
}

using System.Globalization;
using Consent.Storage;
using Consent.Tests.Support;
using Npgsql;

namespace Consent.Benchmarks;

/// <summary>What a delivery takes on disk: acknowledged by three subscribers in batches, nearly in order, as on a busy day.</summary>
internal static class LedgerSize
{
    private const int Batch = 200, Window = 1000;
    private const double Goal = 100;
    private static readonly string[] Names = ["analytics", "letters", "newsletter"];

    public static async Task<List<Figure>> MeasureAsync(Plan plan, string folder)
    {
        var file = Path.Combine(folder, "ledger.db");
        double sqlite;
        using (var store = new SqliteLedgerStore(file, "bench")) await FillAsync(store, "SQLite", plan.Pairs);
        sqlite = Directory.EnumerateFiles(folder, "ledger.db*").Sum(f => new FileInfo(f).Length) / (double)plan.Pairs;
        await using var server = await PostgresServer.StartAsync();
        var database = await server.CreateDatabaseAsync();
        using (var store = new PostgresLedgerStore(database, "bench")) await FillAsync(store, "PostgreSQL", plan.Pairs);
        await using var source = NpgsqlDataSource.Create(database);
        await using var command = source.CreateCommand("SELECT pg_total_relation_size('bench.applied')");
        var postgres = (long)(await command.ExecuteScalarAsync())! / (double)plan.Pairs;
        var of = string.Create(CultureInfo.InvariantCulture, $"{plan.Pairs:n0} pairs of three subscribers, indexes included");
        return
        [
            new("bytes of the ledger for each (receipt, subscriber), SQLite", sqlite, Goal, false, "B", of, IsGate: true),
            new("the same, PostgreSQL", postgres, Goal, false, "B", of, IsGate: true),
        ];
    }

    private static async Task FillAsync(ILedgerStore store, string engine, long pairs)
    {
        var at = TimeProvider.System.GetUtcNow();
        for (long first = 1; (first - 1) * Names.Length < pairs; first += Window)
        {
            // Acknowledgements overtake each other, but not by far.
            var count = (int)Math.Min(Window, ((pairs + Names.Length - 1) / Names.Length) - first + 1);
            foreach (var name in Names)
            {
                var positions = Enumerable.Range(0, count).Select(i => first + i).ToArray();
                Random.Shared.Shuffle(positions);
                foreach (var some in positions.Chunk(Batch)) await store.CloseAsync(name, some, at, at.AddMilliseconds(Random.Shared.Next(2, 200)));
            }

            at = at.AddMilliseconds(700);
            if (first % 100_000 == 1 && !Console.IsErrorRedirected) Console.Error.Write($"\r{engine}: {first * Names.Length:n0} of {pairs:n0} pairs.   ");
        }

        if (!Console.IsErrorRedirected) Console.Error.Write("\r" + new string(' ', 60) + "\r");
    }
}

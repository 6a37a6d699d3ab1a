using System.Globalization;
using System.Security.Cryptography;
using Consent.Tests.Support;
using Consent.Tests.Support.Cosmos;

namespace Consent.Storage.Tests;

/// <summary>
/// What the log and the ledger cost on Azure Cosmos DB in request units, counted by the stand-in's model (<c>CosmosCharges</c>): what an account charges, only that account tells. The table in
/// services/storage/README.md has to say what is counted here; <c>artifacts/tests/cosmos-units.txt</c> has it as it is to stand there.
/// </summary>
public sealed class CosmosCosts
{
    private const string Heading = "| Request units, by the stand-in's model |";

    /// <summary>A receipt of three purposes has 100 to 260 bytes in the log.</summary>
    private const int ReceiptBytes = 200;

    /// <summary>Each replica looks once a second whether all is there, and ranges are asked in turns: the least of some has the least of that in it.</summary>
    private const int Trials = 5;
    private const int Batch = 250;

    [Fact]
    public async Task TheTableInTheReadme_TellsWhatIsCounted()
    {
        var counted = new List<(string What, double Units)>();
        using (var logs = await CosmosRecordLogs.BeginAsync()) counted.AddRange(await OfAPersonAsync(logs));
        using (var logs = await CosmosRecordLogs.BeginAsync()) counted.AddRange(await OfTheFeedAsync(logs));
        counted.AddRange(await OfTheLedgerAsync());
        var table = counted.ConvertAll(row => string.Create(CultureInfo.InvariantCulture, $"| {row.What} | {row.Units:0.0} |"));
        var file = Path.Combine(Directory.CreateDirectory(Path.Combine(Repository.Root, "artifacts", "tests")).FullName, "cosmos-units.txt");
        await File.WriteAllLinesAsync(file, [Heading + " |", "|---|---|", .. table]);

        var told = Told();

        Assert.Equal(counted.Select(row => row.What), told.Keys);
        Assert.All(counted, row => Assert.True(IsNear(row.Units, told[row.What]), $"The README says {told[row.What]} where {row.Units} were counted for: {row.What}. The whole table as it has to be is in {file}."));
    }

    private static async Task<List<(string What, double Units)>> OfAPersonAsync(CosmosRecordLogs logs)
    {
        var persons = 0;
        string Next() => $"receipt/shop/{persons++:x32}";
        async Task<string> KnownAsync(int versions)
        {
            var (log, stream) = (logs.Open(), Next());
            for (var version = 1; version <= versions; version++) await AppendAsync(log, stream, version);
            logs.Close(log);
            return stream;
        }

        var known = await KnownAsync(1);
        return
        [
            ("first decision of a person, to its answer", await LeastAsync(logs, () => Task.FromResult(Next()), (log, stream) => AppendAsync(log, stream, 1), () => OfRecords(logs))),
            ("its key, of the 64 that are taken at once", await LeastAsync(logs, () => Task.FromResult(Next()), (log, stream) => AppendAsync(log, stream, 1), () => OfEachKey(logs))),
            ("further decision of a person, under an idempotency key, to its answer", await LeastAsync(logs, () => KnownAsync(1), async (log, stream) =>
            {
                Assert.NotNull(await log.LatestAsync(stream));
                Assert.Null(await log.FindByKeyAsync(stream, "key"));
                await AppendAsync(log, stream, 2, "key");
            }, () => OfRecords(logs) + All(logs.Keys.Store))),
            ("place in the feed of a person's first record, alone", await LeastAsync(logs, () => Task.FromResult(Next()), (log, stream) => AppendAsync(log, stream, 1), () => All(logs.Store) - OfRecords(logs))),
            ("state of a person, \"may I?\"", await LeastAsync(logs, () => Task.FromResult(known), async (log, stream) => Assert.NotNull(await log.LatestAsync(stream)), () => Everything(logs))),
            ("history of a person, 10 records", await LeastAsync(logs, () => KnownAsync(10), async (log, stream) => Assert.Equal(10, (await log.HistoryAsync(stream)).Count), () => Everything(logs))),
            ("erasure of a person with 5 records, and the tombstone's place", await LeastAsync(logs, () => KnownAsync(5), (log, stream) => log.EraseAsync(stream, default, Make.Moment), () => Everything(logs))),
        ];
    }

    private static async Task<List<(string What, double Units)>> OfTheFeedAsync(CosmosRecordLogs logs)
    {
        var placing = 0.0;
        for (var batch = 0; batch < 4; batch++) placing = await PlaceAtOnceAsync(logs, batch);
        var replica = logs.Open();
        CountAnew(logs);
        Assert.Equal(4 * Batch, (await replica.WholeFeedAsync(500)).Count);
        var replay = Everything(logs) / (4 * Batch);
        logs.Close(replica);
        return
        [
            ($"place in the feed of a person's first record, {Batch} at once, each", placing),
            ("replay, 1,000 records in pages of 500, each", replay),
        ];
    }

    /// <summary>As under load, where what is committed while others are placed shares the next page.</summary>
    private static async Task<double> PlaceAtOnceAsync(CosmosRecordLogs logs, int batch)
    {
        var log = logs.Open();
        var all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        logs.Store.Faults.Next(Operation.Feed, When.Before, Fault.Held(all.Task), only: CosmosRecordLogs.IsOfRecords);
        CountAnew(logs);
        await Task.WhenAll(Enumerable.Range(0, Batch).Select(i => AppendAsync(log, $"receipt/shop/{batch:x2}{i:x30}", 1)));
        all.SetResult();
        logs.Close(log);
        return (All(logs.Store) - OfRecords(logs)) / Batch;
    }

    private static async Task<List<(string What, double Units)>> OfTheLedgerAsync()
    {
        using var ledgers = await CosmosLedgers.BeginAsync();
        using var ledger = await ledgers.OpenAsync();
        await CosmosLedgers.RegisterAsync(ledger, "letters");
        await CosmosLedgers.CloseAsync(ledger, "letters", [1]);
        await CosmosLedgers.AfterAsync(ledger);
        ledgers.Store.CountAnew();
        await CosmosLedgers.CloseAsync(ledger, "letters", [.. Enumerable.Range(2, 100).Select(i => (long)i)]);
        var acknowledged = All(ledgers.Store) / 100;
        ledgers.Store.CountAnew();
        Assert.Equal(100, (await CosmosLedgers.AfterAsync(ledger, 1)).Count);
        return [("acknowledgement of one subscriber", acknowledged), ("the same told to audit, 100 at once, each", All(ledgers.Store) / 100)];
    }

    /// <param name="prepare">What there is before; what it returns is what is acted on.</param>
    /// <param name="act">By a replica that was opened just now, and has read nothing but the end of the log.</param>
    /// <param name="units">What counts, when all is placed that was written.</param>
    private static async Task<double> LeastAsync(CosmosRecordLogs logs, Func<Task<string>> prepare, Func<CosmosRecordLog, string, Task> act, Func<double> units)
    {
        var least = double.MaxValue;
        for (var trial = 0; trial < Trials; trial++)
        {
            var stream = await prepare();
            var log = logs.Open();
            CountAnew(logs);
            await act(log, stream);
            logs.Close(log);
            least = Math.Min(least, units());
        }

        return least;
    }

    private static async Task AppendAsync(CosmosRecordLog log, string stream, long version, string? key = null) => Assert.IsType<AppendOutcome.Appended>(
        await log.AppendAsync(Make.Record(stream, version, key: key) with { Payload = RandomNumberGenerator.GetBytes(ReceiptBytes) }));

    private static void CountAnew(CosmosRecordLogs logs)
    {
        logs.Store.CountAnew();
        logs.Keys.Store.CountAnew();
    }

    private static double All(CosmosStandIn store) => store.Counts.Sum(c => c.Units);

    private static double Everything(CosmosRecordLogs logs) => All(logs.Store) + All(logs.Keys.Store);

    /// <summary>Until the answer: what gives places reads the feed of the same container, and looks for the last record now and then.</summary>
    private static double OfRecords(CosmosRecordLogs logs) =>
        logs.Store.Counts.Where(c => c.Container == CosmosRecordLogs.Records && c.Operation is Operation.Create or Operation.Query).Sum(c => c.Units);

    /// <summary>The first block of a controller has one; the count of blocks is changed for each, and their use is noted.</summary>
    private static double OfEachKey(CosmosRecordLogs logs) =>
        All(logs.Keys.Store) / (KeyBlock.Slots * logs.Keys.Store.Counts.Where(c => c is { Operation: Operation.Create, Status: 201 }).Sum(c => c.Times));

    private static bool IsNear(double counted, double told) => Math.Abs(counted - told) <= Math.Max(0.1, 0.05 * counted);

    private static Dictionary<string, double> Told() => File.ReadLines(Path.Combine(Repository.Root, "services", "storage", "README.md"))
        .SkipWhile(line => !line.StartsWith(Heading, StringComparison.Ordinal)).Skip(2).TakeWhile(line => line.StartsWith('|'))
        .Select(line => line.Split('|', StringSplitOptions.TrimEntries)).ToDictionary(cells => cells[1], cells => double.Parse(cells[2], CultureInfo.InvariantCulture), StringComparer.Ordinal);
}

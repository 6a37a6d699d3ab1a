using Consent.Audit.Timelines;
using Consent.Contracts;
using Consent.Storage;
using Consent.VerifiableLog;

namespace Consent.Audit.Logs;

/// <summary>What is wrong with a record.</summary>
/// <param name="Of">The controller whose log does not have it as it should; empty for what lies in no log.</param>
/// <param name="Words">Behind a number of such records.</param>
internal sealed record RecordFault(string Of, string Words);

/// <summary>
/// Looks whether logs, receipts and acknowledgements agree about records of audit's feed: each has the entry that is due to it, in a bundle that the newest checkpoint was signed
/// for; each receipt stands in the index of receipts. Nothing is due to what was erased, nor to what waits for its site's declaration or for its event.
/// </summary>
internal sealed class CheckItselfRecords(
    [FromKeyedServices(AuditSetup.Service)] IRecordLog log, LogPlaces places, FindEntries find, DerivedLogs logs, FollowReceipts receipts)
{
    /// <summary>Of each record, in their order: null when all is well. Throws <see cref="LogUnavailableException"/> where that cannot be said now.</summary>
    public async Task<IReadOnlyList<RecordFault?>> RunAsync(IReadOnlyList<LogRecord> records, CancellationToken cancel)
    {
        if (records.Count == 0) return [];
        var (said, sought, told) = (new RecordFault?[records.Count], new List<(int Number, Sought Sought)>(), await ToldOfAsync(records, cancel));
        for (var i = 0; i < records.Count; i++)
        {
            var (number, record, isTold) = (i, records[i], LoggedEvent.IsAcknowledgement(records[i]));
            if ((isTold ? told[record.Stream] : LoggedEvent.Of(record)) is not { } e) continue;
            sought.AddRange(places.ControllersOf(e).Select(controller => (number, new Sought(record, controller, isTold))));
        }

        var (found, bundles) = (await find.RunAsync([.. sought.Select(s => s.Sought)], cancel), new Dictionary<(string Log, long Bundle), RecordFault?>());
        foreach (var ((number, one), entry) in sought.Zip(found))
        {
            if (entry.IsErased) continue;
            if (entry.Place is not { } place)
            {
                said[number] ??= new RecordFault(one.Controller, entry.Lacks is { } lacks ? Unreadable(one.Controller, lacks)
                    : one.IsTold ? $"acknowledgements that no entry of the log of {one.Controller} tells" : $"records without an entry in the log of {one.Controller}");
                continue;
            }

            var bundle = (place.Log, place.Index >> 8);
            if (!bundles.TryGetValue(bundle, out var fault)) bundles[bundle] = fault = await FaultInAsync(one.Controller, place.Log, place.Index >> 8, cancel);
            said[number] ??= fault;
        }

        await LookIntoIndexAsync(records, said, cancel);
        return said;
    }

    /// <summary>The event that each acknowledgement is of, by the stream of both.</summary>
    private async Task<Dictionary<string, LoggedEvent?>> ToldOfAsync(IEnumerable<LogRecord> records, CancellationToken cancel)
    {
        var told = records.Where(LoggedEvent.IsAcknowledgement).DistinctBy(r => r.StreamKey).ToList();
        var events = await LoggedEvent.InAsync(log, await log.HistoriesAsync([.. told.Select(r => r.StreamKey)], cancel), cancel);
        return told.Zip(events).ToDictionary(t => t.First.Stream, t => t.Second, StringComparer.Ordinal);
    }

    private async Task<RecordFault?> FaultInAsync(string controller, string name, long bundle, CancellationToken cancel)
    {
        if (logs.Served(name) is not { } served) return null;
        var tiles = new NotedTiles(served.Tiles);
        try
        {
            // With a reader of its own, which has kept nothing from before.
            var signed = Checkpoint.Parse(SignedNote.Parse(served.Note).Text);
            await ProvenBundle.ReadAsync(new TileReader(tiles), bundle, signed.Size, signed.Root, cancel);
            return null;
        }
        catch (FormatException e)
        {
            return new RecordFault(
                controller, tiles.Lacked is { } lacks ? Unreadable(controller, lacks) : $"records whose entry in the log {name} is not shown as it was signed ({e.Message.TrimEnd('.')})");
        }
    }

    private static string Unreadable(string controller, string lacks) => $"records whose entry in the log of {controller} cannot be shown, because {lacks} is missing";

    private async Task LookIntoIndexAsync(IReadOnlyList<LogRecord> records, RecordFault?[] said, CancellationToken cancel)
    {
        ReceiptIndex? index = null;
        for (var i = 0; i < records.Count; i++)
        {
            if (records[i].Kind != ConsentChanged.Kind || records[i].Read<ConsentChanged>().Receipt is not { } receipt) continue;
            index ??= await receipts.CurrentAsync(cancel);
            var position = records[i].Position;
            if (!index.Of(receipts.KeyOf(receipt.Site, receipt.SubjectId)).Any(r => r.Position == position)) said[i] ??= new RecordFault("", "receipts that the index of receipts lacks");
        }
    }

    /// <summary>What is served of a partial tile comes out of a wider one too: what is not there in the first width that is asked for is there in none.</summary>
    private sealed class NotedTiles(ServedTiles tiles) : ILogReader
    {
        /// <summary>The first path that was asked for, and is not there.</summary>
        public string? Lacked { get; private set; }

        public async ValueTask<ReadOnlyMemory<byte>?> ReadAsync(string path, CancellationToken cancel)
        {
            var tile = await tiles.ReadAsync(path, cancel);
            if (tile is null) Lacked ??= path;
            return tile;
        }
    }
}

using System.Collections.Concurrent;
using System.Text.Json;
using Consent.Storage;
using Microsoft.Data.Sqlite;

namespace Consent.Audit.Logs;

/// <summary>
/// The logs as tiles and an index in a folder of this process, made from the batches in audit's own record log by following its feed. Disposable: what does not fit to the
/// batches is made anew from the first. Shows the world the newest checkpoint whose tiles it has written and which it has kept outside of the data.
/// </summary>
internal sealed class DerivedLogs(
    [FromKeyedServices(AuditSetup.Service)] IRecordLog log, LogSites sites, KeptCheckpoints kept, ILogSigners signers, LogSettings settings, ILogger<DerivedLogs> logger) : IDisposable
{
    /// <summary>Logs whose files are written side by side: each is a matter of waiting for the disk.</summary>
    public const int AtOnce = 8;

    /// <summary>SQLITE_CORRUPT and SQLITE_NOTADB.</summary>
    private const int Corrupt = 11, NotADatabase = 26;
    private readonly Dictionary<string, DerivedLog> _logs = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, ServedLog> _served = new(StringComparer.Ordinal);
    private readonly PutBackSigned _putBack = new(log);
    private readonly GuardKept _guard = new(kept, signers, settings, logger);
    private OwnFolder? _folder;
    private LogIndex? _index;
    private bool _isOpen;
    private bool _isAnew;
    private int _epoch;
    private volatile bool _isReady;
    private long _position;

    /// <summary>In the order of their names.</summary>
    public IReadOnlyList<DerivedLog> All => [.. _logs.Values.OrderBy(l => l.State.Name, StringComparer.Ordinal)];

    /// <summary>What the world may see; null for a log without a checkpoint here. For any thread.</summary>
    public ServedLog? Served(string name) => _served.GetValueOrDefault(name);

    /// <summary>All that the world may see. For any thread.</summary>
    public IReadOnlyCollection<ServedLog> AllServed => [.. _served.Values];

    /// <summary>How often they were opened: what was known of the logs before another opening may not be so any more.</summary>
    public int Openings { get; private set; }

    /// <summary>Whether all batches that there were when it was opened are in the tiles, and what may be shown is shown. For any thread.</summary>
    public bool IsReady => _isReady;

    /// <summary>See <see cref="LogIndex.Find"/>. For any thread.</summary>
    public IReadOnlyList<(long Entry, long Batch)> Find(string name, byte[] commitment) => Volatile.Read(ref _index)?.Find(name, commitment) ?? [];

    /// <summary>The controller's log, which may have no entry yet.</summary>
    public DerivedLog Of(string controller)
    {
        var name = settings.LogOf(controller);
        if (!_logs.TryGetValue(name, out var one)) _logs[name] = one = Begin(name, controller);
        return one;
    }

    /// <summary>Takes in all batches that there are by now, and shows what may be shown.</summary>
    public async Task FollowAsync(CancellationToken cancel)
    {
        // In another epoch batches may be gone that are in the tiles.
        if (!_isOpen || _epoch != log.Epoch) await OpenAsync(cancel);
        try
        {
            for (var more = true; more;)
            {
                var page = await FeedPart.ReadAsync(log, _position, cancel);
                await ApplyAsync(page.Records, cancel);
                (_position, more) = (page.Through(_position), page.IsFull);
            }
        }
        catch
        {
            // Files and memory may differ by now: begin again from what is certain.
            _isOpen = false;
            throw;
        }

        await Parallel.ForEachAsync(All, SideBySide(cancel), async (one, stop) => await ShowAsync(one, stop));
        _isReady = true;
    }

    /// <summary>To be opened at the next look, because what is here does not fit to the batches.</summary>
    /// <param name="anew">Whatever the files say: made from the first batch.</param>
    public void Reopen(bool anew) => (_isOpen, _isAnew) = (false, anew);

    /// <summary>See <see cref="GuardKept.FaultOfAsync"/>.</summary>
    public Task<string?> FaultOfAsync(DerivedLog one, CancellationToken cancel) => _guard.FaultOfAsync(one, cancel);

    public void Dispose()
    {
        _index?.Dispose();
        _folder?.Dispose();
    }

    private async Task OpenAsync(CancellationToken cancel)
    {
        _isOpen = false;
        _folder ??= OwnFolder.Take(settings.Folder);
        var epoch = log.Epoch;
        if (Openings > 0 && _epoch != epoch)
        {
            sites.Forget();
            foreach (var shown in _served.Values)
                if (_logs.TryGetValue(shown.Name, out var one)) await _putBack.RunAsync(one.State, shown, cancel);
        }

        (_epoch, Openings) = (epoch, Openings + 1);
        await sites.LoadAsync(cancel);
        if (_isAnew || !await TryContinueAsync(cancel))
        {
            _isReady = false;
            logger.LogInformation("The tiles of the logs are made from their batches.");
            Close();
            _folder.Empty();
            Volatile.Write(ref _index, LogIndex.Open(_folder.File("index")));
            (_position, _isAnew) = (0, false);
        }

        _isOpen = true;
    }

    private async Task<bool> TryContinueAsync(CancellationToken cancel)
    {
        Close();
        try
        {
            if (!File.Exists(_folder!.File("index"))) return false;
            var index = LogIndex.Open(_folder.File("index"));
            Volatile.Write(ref _index, index);
            var (position, record) = index.Applied();
            // What was restored from a backup lacks it, or has something else there.
            if (position > 0 && (await log.FindByPositionAsync(position, cancel))?.Id != record) return false;
            foreach (var state in index.Logs())
            {
                var one = new DerivedLog(state, FolderOf(state.Name), settings.OriginOf(state.Name));
                await one.ContinueAsync(cancel);
                _logs[state.Name] = one;
            }

            _position = position;
            return true;
        }
        // Not because a disk was full or a file could not be opened for a moment: then it is tried again.
        catch (Exception e) when (e is FormatException or JsonException or FileNotFoundException or DirectoryNotFoundException or SqliteException { SqliteErrorCode: Corrupt or NotADatabase })
        {
            logger.LogWarning("The tiles of the logs do not fit to their batches ({Kind}).", e.GetType().Name);
            return false;
        }
    }

    private void Close()
    {
        _logs.Clear();
        var before = _index;
        Volatile.Write(ref _index, null);
        before?.Dispose();
    }

    /// <summary>Apart from our own files, whose names a controller may have.</summary>
    private string FolderOf(string name) => Path.Combine(_folder!.File("of"), name);

    private DerivedLog Begin(string name, string controller) =>
        new(new LogState(name, controller, 0, DateTimeOffset.UnixEpoch, 0, 0, null, [], 0, []), FolderOf(name), settings.OriginOf(name));

    private async Task ApplyAsync(IReadOnlyList<LogRecord> page, CancellationToken cancel)
    {
        foreach (var record in page) sites.Take(record);
        var batches = page.Select(r => (Record: r, Log: LogBatch.LogIn(r) ?? "")).Where(b => b.Log.Length > 0).Select(b => (b.Record, b.Log, Batch: b.Record.Read<LogBatch>())).ToList();
        if (batches.Count == 0) return;
        var applied = new List<(DerivedLog Log, List<(long Position, LogBatch Batch)> Batches)>();
        foreach (var of in batches.GroupBy(b => b.Log, StringComparer.Ordinal))
        {
            if (!_logs.TryGetValue(of.Key, out var one)) _logs[of.Key] = one = Begin(of.Key, of.First().Batch.Controller);
            applied.Add((one, [.. of.Select(b => (b.Record.Position, b.Batch))]));
        }

        var found = new List<Indexed>[applied.Count];
        await Parallel.ForEachAsync(applied.Index(), SideBySide(cancel), async (of, stop) => found[of.Index] = await of.Item.Log.ApplyAsync(of.Item.Batches, stop));
        _index!.Apply(applied.Select(of => of.Log.State), found.SelectMany(some => some), batches[^1].Record.Position, batches[^1].Record.Id);
    }

    private async Task ShowAsync(DerivedLog one, CancellationToken cancel)
    {
        if (one.State.Note is null || (_served.TryGetValue(one.State.Name, out var shown) && shown.Note == one.State.Note)) return;
        // Kept before anybody can see it. Where more was signed for, older data are still what was signed for then; whether that is a fault is for who signs to say.
        if (await FaultOfAsync(one, cancel) is { } fault && !one.IsBehind)
        {
            if (settings.LogOf(one.State.Controller) == one.State.Name) Tell(one, fault);
            return;
        }

        _served[one.State.Name] = await one.ServedAsync(cancel);
        await one.PruneAsync(cancel);
    }

    internal static ParallelOptions SideBySide(CancellationToken cancel) => new() { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancel };

    /// <summary>Says in the log that nothing is signed any more, and when it is again.</summary>
    public void Tell(DerivedLog one, string? fault)
    {
        if (fault is not null && fault != one.Trouble) logger.LogError("No checkpoint is signed: {Fault}. What is heard is kept and acknowledged all the same.", fault);
        if (fault is null && one.Trouble is not null) logger.LogInformation("Checkpoints of the log {Log} are signed again.", one.State.Name);
        one.Trouble = fault;
    }
}

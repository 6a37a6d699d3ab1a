using System.Collections.Concurrent;
using System.Text.Json;
using Consent.Storage;
using Consent.VerifiableLog;
using Microsoft.Data.Sqlite;

namespace Consent.Audit.Logs;

/// <summary>
/// The logs as tiles and an index in a folder of this process, made from the batches in audit's own record log by following its feed. Disposable: what does not fit to the
/// batches is made anew from the first. Shows the world the newest checkpoint whose tiles it has written and which it has kept outside of the data.
/// </summary>
internal sealed class DerivedLogs(
    [FromKeyedServices(AuditSetup.Service)] IRecordLog log, LogSites sites, KeptCheckpoints kept, ILogSigners signers, LogSettings settings, ILogger<DerivedLogs> logger) : IDisposable
{
    private const int PageSize = 1000;

    /// <summary>SQLITE_CORRUPT and SQLITE_NOTADB.</summary>
    private const int Corrupt = 11, NotADatabase = 26;
    private readonly Dictionary<string, DerivedLog> _logs = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, ServedLog> _served = new(StringComparer.Ordinal);
    private OwnFolder? _folder;
    private LogIndex? _index;
    private bool _isOpen;
    private long _position;

    /// <summary>In the order of their names.</summary>
    public IReadOnlyList<DerivedLog> All => [.. _logs.Values.OrderBy(l => l.State.Name, StringComparer.Ordinal)];

    /// <summary>What the world may see; null for a log without a checkpoint here. For any thread.</summary>
    public ServedLog? Served(string name) => _served.GetValueOrDefault(name);

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
        if (!_isOpen) await OpenAsync(cancel);
        try
        {
            while (await log.FeedAsync(_position, PageSize, cancel) is { Count: > 0 } page)
            {
                await ApplyAsync(page, cancel);
                _position = page[^1].Position;
                if (page.Count < PageSize) break;
            }
        }
        catch
        {
            // Files and memory may differ by now: begin again from what is certain.
            _isOpen = false;
            throw;
        }

        foreach (var one in All) await ShowAsync(one, cancel);
    }

    /// <summary>
    /// Keeps the log's newest checkpoint, unless something was signed for that is not in it. Null, or why nothing may be signed for it any more, with what to do.
    /// </summary>
    public async Task<string?> FaultOfAsync(DerivedLog one, CancellationToken cancel)
    {
        var name = one.State.Name;
        one.IsBehind = false;
        try
        {
            var before = kept.Read(name);
            if (before is not null && one.State.Size == 0 && !signers.HasAny(name))
            {
                // Neither the log nor a key of it is left: what begins now is another log, under other keys.
                logger.LogWarning("A checkpoint of the log {Log} is kept, and neither its entries nor its keys are here: it is set aside, and a new log begins.", name);
                kept.SetAside(name);
                before = null;
            }

            if (before is not null && before.ToString() != one.Kept.Note)
            {
                var signed = Checkpoint.Parse(before.Text);
                one.IsBehind = signed.Size > one.State.Size;
                if (one.IsBehind)
                    return $"{signed.Size} entries of the log {name} were signed for, and the data have {one.State.Size}: put back newer data, or begin new logs with Audit:LogSuffix";
                if (signed.Origin != one.Origin || await one.RootAtAsync(signed.Size, cancel) != signed.Root)
                    return $"the log {name} is not the one that was signed for at {signed.Size} entries: put back the data that were, or begin new logs with Audit:LogSuffix";
                one.Kept = (before.ToString(), signed.Size);
            }

            if (one.State.Note is { } newest && (before is null || newest != one.Kept.Note) && one.SignedSize >= one.Kept.Size)
            {
                kept.Keep(name, newest);
                one.Kept = (newest, one.SignedSize);
            }

            return null;
        }
        catch (FormatException)
        {
            return $"the kept checkpoint of the log {name} cannot be read: put it back from a copy, or begin new logs with the setting Audit:LogSuffix";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"the checkpoint of the log {name} cannot be kept outside of the data ({e.GetType().Name}): set Audit:Checkpoints to a folder that can be written";
        }
    }

    public void Dispose()
    {
        _index?.Dispose();
        _folder?.Dispose();
    }

    private async Task OpenAsync(CancellationToken cancel)
    {
        _folder ??= OwnFolder.Take(settings.Folder);
        await sites.LoadAsync(cancel);
        if (!await TryContinueAsync(cancel))
        {
            logger.LogInformation("The tiles of the logs are made from their batches.");
            Close();
            _folder.Empty();
            Volatile.Write(ref _index, LogIndex.Open(_folder.File("index")));
            _position = 0;
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
        new(new LogState(name, controller, 0, DateTimeOffset.UnixEpoch, 0, 0, null, []), FolderOf(name), settings.OriginOf(name));

    private async Task ApplyAsync(IReadOnlyList<LogRecord> page, CancellationToken cancel)
    {
        foreach (var record in page) sites.Take(record);
        var batches = page.Select(r => (Record: r, Log: LogBatch.LogIn(r) ?? "")).Where(b => b.Log.Length > 0).Select(b => (b.Record, b.Log, Batch: b.Record.Read<LogBatch>())).ToList();
        if (batches.Count == 0) return;
        var (found, states) = (new List<Indexed>(), new List<LogState>());
        foreach (var of in batches.GroupBy(b => b.Log, StringComparer.Ordinal))
        {
            if (!_logs.TryGetValue(of.Key, out var one)) _logs[of.Key] = one = Begin(of.Key, of.First().Batch.Controller);
            found.AddRange(await one.ApplyAsync([.. of.Select(b => (b.Record.Position, b.Batch))], cancel));
            states.Add(one.State);
        }

        _index!.Apply(states, found, batches[^1].Record.Position, batches[^1].Record.Id);
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

        _served[one.State.Name] = one.Served();
        await one.PruneAsync(cancel);
    }

    /// <summary>Says in the log that nothing is signed any more, and when it is again.</summary>
    public void Tell(DerivedLog one, string? fault)
    {
        if (fault is not null && fault != one.Trouble) logger.LogError("No checkpoint is signed: {Fault}. What is heard is kept and acknowledged all the same.", fault);
        if (fault is null && one.Trouble is not null) logger.LogInformation("Checkpoints of the log {Log} are signed again.", one.State.Name);
        one.Trouble = fault;
    }
}

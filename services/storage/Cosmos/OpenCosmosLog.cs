using System.Text.Json;
using System.Text.RegularExpressions;
using Consent.Contracts;
using Microsoft.Azure.Cosmos;

namespace Consent.Storage;

/// <summary>How the log begins, and how it ends.</summary>
public sealed partial class CosmosRecordLog
{
    /// <summary>Of the newest records, so many are looked at for keys that are not there.</summary>
    private const int Newest = 500;

    private CosmosRecordLog(CosmosContainer records, CosmosContainer order, LogCipher cipher, HighWaterMark mark, string service, TimeProvider time)
    {
        (_container, _orderContainer, _cipher, _mark, _records) = (records, order, cipher, mark, new CosmosRecords(records));
        _tag = new KeyValuePair<string, object?>("store", service);
        var names = new NamedPlaces(order, "");
        _unfinished = new UnfinishedErasures(order, cipher.Keys);
        _husks = new CosmosHusks(records, _records, cipher.Keys, _unfinished, () => _order!.Epoch);
        _order = new CosmosOrder(order, records, "", new PlaceRecords(records, names, _husks, () => _order!), time);
        _head = new CosmosHead(_order, records, mark, service, time);
        _newest = new CosmosNewest(_records, _head);
        _append = new CosmosAppend(records, _records, _newest, cipher, _head);
        _erase = new CosmosErase(records, _records, _newest, _head);
        _leases = new CosmosLeases(order, _head);
        _placed = new ReadPlaced(_order, names, _records, _head);
        (_placeSoon, _follow) = (new PlaceSoon(_head, records), new FollowCosmos(_head, records));
    }

    /// <summary>
    /// Opens the log in the containers of the service, which <c>migrate</c> has created. Its secret and its mark lie in <see cref="LogFiles.Keys"/>, the same for all replicas; the keys of its streams
    /// in an account of their own. An account that lacks what was seen in it before begins a new epoch. Throws <see cref="InvalidOperationException"/> when a container is missing or the account is
    /// not good for a log, <see cref="IOException"/> when the account cannot be asked, <see cref="LogUnavailableException"/> when it could not be for a minute, <see cref="IOException"/> when the secret is not the one with which the log was begun, or the keys are older than the log; and as
    /// <see cref="SqliteRecordLog.Open"/> does.
    /// </summary>
    /// <param name="cosmos">The account of the data.</param>
    /// <param name="cosmosKeys">That of the keys: another, because an account is backed up whole.</param>
    /// <param name="wrapper">Who keeps the key that wraps the keys of controllers; null for a file among the keys.</param>
    internal static CosmosRecordLog Open(
        CosmosSettings cosmos, CosmosSettings cosmosKeys, LogFiles files, string service, TimeProvider time, Func<string, bool>? namesNobody = null, IKeyWrapper? wrapper = null) =>
        Open(CosmosClients.Of(cosmos), cosmos, controllers => CosmosSubjectKeys.Open(cosmosKeys, service, controllers), files, service, time, namesNobody, wrapper);

    /// <param name="client">Not disposed of with the log.</param>
    /// <param name="keys">Opens the keys of persons, over those of controllers, which are disposed of with them.</param>
    internal static CosmosRecordLog Open(
        CosmosClient client, CosmosSettings cosmos, Func<ControllerKeys, ISubjectKeys> keys, LogFiles files, string service, TimeProvider time, Func<string, bool>? namesNobody = null,
        IKeyWrapper? wrapper = null)
    {
        ArgumentNullException.ThrowIfNull(files);
        if (!Name().IsMatch(service)) throw new ArgumentException("A service's name is made of a-z, 0-9 and hyphens.", nameof(service));
        // Away from whatever the caller's thread belongs to: it is held until this is done.
        return Task.Run(() => OpenAsync(client, cosmos, keys, files, service, time, namesNobody, wrapper)).GetAwaiter().GetResult();
    }

    /// <summary>Finishes the appends that wait and gives places to what they committed. Appends after that are unavailable.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 1) return;
        _turns.AllAsync().GetAwaiter().GetResult();
        _placeSoon.Dispose();
        _follow.Dispose();
        _unfinished.Dispose();
        _head.IdleAsync().GetAwaiter().GetResult();
        _head.Dispose();
        _mark.Dispose();
        _cipher.Keys.Dispose();
        _cipher.Secret.Dispose();
    }

    private static async Task<CosmosRecordLog> OpenAsync(
        CosmosClient client, CosmosSettings cosmos, Func<ControllerKeys, ISubjectKeys> keys, LogFiles files, string service, TimeProvider time, Func<string, bool>? namesNobody, IKeyWrapper? wrapper)
    {
        // The time of requests is the real one, whatever the clock of the log is.
        var records = await CosmosContainers.OpenAsync(client, cosmos, CosmosContainers.Records(service), service, TimeProvider.System);
        var order = await CosmosContainers.OpenAsync(client, cosmos, CosmosContainers.Order(service), service, TimeProvider.System);
        var cipher = new LogCipher(files.OpenSecret(), keys(files.OpenControllers(wrapper)), namesNobody ?? (_ => false));
        var log = new CosmosRecordLog(records, order, cipher, new HighWaterMark(files.Mark, TimeProvider.System), service, time);
        try
        {
            await LogAtStart.WaitAsync(log.BeginAsync, CosmosContainers.Patience);
            return log;
        }
        catch
        {
            log.Dispose();
            throw;
        }
    }

    private async Task BeginAsync()
    {
        await RequireSecretAsync();
        await _head.BeginAsync();
        try
        {
            await RequireKeysAsync();
        }
        catch (LogUnavailableException)
        {
            // Records are not there that have their places: lost, where nobody had looked.
            await _head.SettleAsync();
            await RequireKeysAsync();
        }

        try
        {
            // So that all is looked at that was committed; and what a crash has left of an erasure is finished.
            await _head.AdvanceAsync(Begin());
            // All ranges of the records have answered by now: what history each of them has is noted, and one of them may have lost what nobody would miss.
            await _head.LookAsync(Begin());
            await RequireKeysAsync();
        }
        catch (LogUnavailableException)
        {
            // There is much to place, or not all that it takes is there: it goes on, and whoever reads the feed is told.
        }

        _follow.Start();
        _unfinished.Start();
    }

    /// <summary>With another secret a stream would bear another name: the history of a person would begin anew, and his "no" be overlooked.</summary>
    private async Task RequireSecretAsync()
    {
        const string Partition = "log", Id = "secret", Operation = "look";
        var (print, writeId) = (CosmosDocuments.KeyText(_cipher.Secret.Fingerprint("the secret itself")), RandomId.New());
        var json = JsonSerializer.SerializeToUtf8Bytes(new { id = Id, pk = Partition, w = writeId, print });
        var there = await _orderContainer.ReadAsync(Partition, Id, Begin(), Operation);
        if (there is null && await _orderContainer.CreateAsync(Partition, Id, json, writeId, Begin(), Operation) is Created.Others others) there = others.There;
        if (there is not null && !there.Body.GetProperty("print").ValueEquals(print))
            throw new IOException("The log was begun with another secret: give this replica the folder of keys that the others have, or put it back from its backup.");
    }

    /// <summary>Throws <see cref="IOException"/> when the newest records name keys that were never made: the account of keys came back from an older copy than the data.</summary>
    private async Task RequireKeysAsync()
    {
        var newest = await _order.ReadAsync(Math.Max(0, _order.Through - Newest), Newest, Begin());
        var slots = newest.Select(one => one.Document).OfType<JsonElement>().Select(CosmosDocuments.SlotOf).OfType<long>().ToList();
        if (slots.Count > 0 && !await _cipher.Keys.WasMadeAsync(slots.Max())) throw LogFiles.KeysAreOlder();
    }

    [GeneratedRegex("^[a-z][a-z0-9-]{0,40}\\z")]
    private static partial Regex Name();
}
